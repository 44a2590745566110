//! How well a stream is received (RFC 3550, section 6.4.1 and appendix A).

use std::time::{Duration, Instant};

use crate::rtp::{
    Ntp, Unwrapper,
    rtcp::{ReportBlock, SenderInfo},
};

/// A longer jump begins the count anew.
const MAX_DROPOUT: u64 = 3000;

/// The statistics of one SSRC.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Reception {
    sequence: Unwrapper<16>,
    first: u64,
    received: u64,
    expected_prior: u64,
    received_prior: u64,
    /// The last packet's arrival and timestamp.
    last: Option<(Instant, u32)>,
    /// In sixteenths of a timestamp unit.
    jitter: u32,
    last_report: Option<(Ntp, Instant)>,
}

impl Reception {
    /// Counts a packet.
    pub(in super::super) fn receive(
        &mut self,
        now: Instant,
        sequence: u16,
        timestamp: u32,
        clock_rate: u32,
    ) {
        let before = self.sequence.newest();
        let index = self.sequence.unwrap(u32::from(sequence));
        let restarted = before.is_none_or(|before| index > before + MAX_DROPOUT);
        if restarted {
            (self.first, self.received, self.expected_prior, self.received_prior) =
                (index, 0, 0, 0);
            self.last = None;
        }
        self.received += 1;
        if let Some((arrival, last_timestamp)) = self.last {
            let elapsed = units(now.saturating_duration_since(arrival), clock_rate);
            let spacing = i64::from(timestamp.wrapping_sub(last_timestamp) as i32);
            // A gap in the media, such as silence, is no jitter.
            let difference = (elapsed - spacing).unsigned_abs().min(u64::from(clock_rate)) as u32;
            self.jitter = (self.jitter + difference).saturating_sub((self.jitter + 8) >> 4);
        }
        self.last = Some((now, timestamp));
    }

    /// Takes a sender report, which the next blocks will refer to.
    pub(in super::super) const fn sender_report(&mut self, now: Instant, info: &SenderInfo) {
        self.last_report = Some((info.ntp, now));
    }

    /// What to report; `None` before the first packet.
    pub(in super::super) fn report(&mut self, now: Instant, ssrc: u32) -> Option<ReportBlock> {
        let highest = self.sequence.newest()?;
        let expected = highest + 1 - self.first.min(highest);
        let expected_since = expected.saturating_sub(self.expected_prior);
        let received_since = self.received - self.received_prior;
        (self.expected_prior, self.received_prior) = (expected, self.received);
        let lost_since = expected_since.saturating_sub(received_since);
        let fraction = (lost_since << 8).checked_div(expected_since).unwrap_or(0).min(255);
        let (last_sender_report, delay) = self.last_report.map_or((0, 0), |(ntp, arrival)| {
            let delay = now.saturating_duration_since(arrival);
            (ntp.compact(), units(delay, 65_536) as u32)
        });
        Some(ReportBlock {
            ssrc,
            fraction_lost: fraction as u8,
            cumulative_lost: (expected as i64 - self.received as i64) as i32,
            // The first round was added by the unwrapper.
            highest_sequence: (highest - (1 << 16)) as u32,
            jitter: self.jitter >> 4,
            last_sender_report,
            delay,
        })
    }
}

/// A time in units of which `rate` make a second.
fn units(duration: Duration, rate: u32) -> i64 {
    let rate = i64::from(rate);
    duration.as_secs() as i64 * rate + i64::from(duration.subsec_nanos()) * rate / 1_000_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn loss_is_counted_since_the_last_report_and_over_all() {
        let now = Instant::now();
        let mut reception = Reception::default();
        assert_eq!(reception.report(now, 1), None);
        for sequence in [65_530, 65_531, 65_533, 65_535, 2, 3] {
            reception.receive(now, sequence, 0, 90_000);
        }
        let block = reception.report(now, 1).unwrap();
        assert_eq!((block.cumulative_lost, block.fraction_lost), (4, (4 * 256 / 10) as u8));
        assert_eq!(block.highest_sequence, 65_536 + 3);
        for sequence in [0, 4, 5, 6, 7, 7] {
            reception.receive(now, sequence, 0, 90_000);
        }
        let block = reception.report(now, 1).unwrap();
        assert_eq!((block.cumulative_lost, block.fraction_lost), (2, 0));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn jitter_follows_the_deviation_and_delay_the_sender_report() {
        let start = Instant::now();
        let mut reception = Reception::default();
        for n in 0..200_u32 {
            let late = if n % 2 == 0 { 0 } else { 4 };
            let arrival = start + Duration::from_millis(u64::from(n * 20 + late));
            reception.receive(arrival, n as u16, n * 960, 48_000);
        }
        let info = SenderInfo { ntp: Ntp(0x1122_3344_5566_7788), ..SenderInfo::default() };
        reception.sender_report(start, &info);
        let block = reception.report(start + Duration::from_millis(1500), 1).unwrap();
        assert!((180..=192).contains(&block.jitter), "4 ms are 192 units: {}", block.jitter);
        assert_eq!((block.last_sender_report, block.delay), (0x3344_5566, 98_304));
    }
}
