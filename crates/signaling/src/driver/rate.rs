//! How fast one client may speak: a bucket of messages that refills steadily.

use std::time::Instant;

use lectern_protocol::limits;

/// What to do with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Take it.
    Take,
    /// Refuse it.
    Refuse,
    /// Refuse it and end the connection: the client does not listen.
    End,
}

/// One client's allowance.
#[derive(Debug)]
pub(super) struct Rate {
    tokens: f64,
    at: Instant,
    strikes: u32,
}

impl Rate {
    pub(super) fn new(now: Instant) -> Self {
        Self { tokens: f64::from(limits::MESSAGE_BURST), at: now, strikes: 0 }
    }

    /// Judges a message of a number of bytes.
    pub(super) fn judge(&mut self, now: Instant, bytes: usize) -> Verdict {
        let burst = f64::from(limits::MESSAGE_BURST);
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        let refilled = self.tokens + passed * f64::from(limits::MESSAGES_PER_SECOND);
        (self.tokens, self.at) = (refilled.min(burst), now);
        if self.tokens >= burst {
            self.strikes = 0;
        }
        let cost = 1 + bytes.saturating_sub(1) / limits::MESSAGE_UNIT_BYTES;
        let cost = f64::from(u32::try_from(cost).unwrap_or(u32::MAX));
        if self.tokens >= cost {
            self.tokens -= cost;
            return Verdict::Take;
        }
        self.strikes += 1;
        if self.strikes > limits::RATE_STRIKES { Verdict::End } else { Verdict::Refuse }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the clock begins somewhere, and runs by hand")]
    fn a_burst_a_pace_and_an_end() {
        let start = Instant::now();
        let mut rate = Rate::new(start);
        for _ in 0..limits::MESSAGE_BURST {
            assert_eq!(rate.judge(start, 100), Verdict::Take);
        }
        assert_eq!(rate.judge(start, 100), Verdict::Refuse);
        let later = start + Duration::from_secs(1);
        for _ in 0..limits::MESSAGES_PER_SECOND {
            assert_eq!(rate.judge(later, 100), Verdict::Take);
        }
        for _ in 1..limits::RATE_STRIKES {
            assert_eq!(rate.judge(later, 100), Verdict::Refuse);
        }
        assert_eq!(rate.judge(later, 100), Verdict::End);

        // Who falls silent for a while begins anew.
        let rested = later + Duration::from_secs(10);
        assert_eq!(rate.judge(rested, 100), Verdict::Take);
        assert_eq!(rate.strikes, 0);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the clock begins somewhere, and runs by hand")]
    fn long_messages_count_more() {
        let start = Instant::now();
        let mut rate = Rate::new(start);
        assert_eq!(rate.judge(start, limits::FRAME_BYTES), Verdict::Take);
        let rest =
            limits::MESSAGE_BURST as usize - limits::FRAME_BYTES / limits::MESSAGE_UNIT_BYTES;
        assert_eq!(rate.judge(start, limits::MESSAGE_UNIT_BYTES * rest + 1), Verdict::Refuse);
        assert_eq!(rate.judge(start, limits::MESSAGE_UNIT_BYTES * rest), Verdict::Take);
    }
}
