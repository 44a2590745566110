//! How much may be repeated.

use std::time::Instant;

/// A token bucket of bytes.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Budget {
    bytes_per_second: u32,
    burst: u32,
    bytes: u32,
    filled: Instant,
}

impl Budget {
    /// A full bucket.
    pub(in super::super) const fn new(now: Instant, bytes_per_second: u32, burst: u32) -> Self {
        Self { bytes_per_second, burst, bytes: burst, filled: now }
    }

    /// Takes bytes, if there are enough.
    pub(in super::super) fn take(&mut self, now: Instant, bytes: usize) -> bool {
        let elapsed = now.saturating_duration_since(self.filled);
        let earned = elapsed.as_micros() * u128::from(self.bytes_per_second) / 1_000_000;
        if earned > 0 {
            self.filled = now;
            let earned = u32::try_from(earned).unwrap_or(u32::MAX);
            self.bytes = self.bytes.saturating_add(earned).min(self.burst);
        }
        match u32::try_from(bytes).ok().and_then(|bytes| self.bytes.checked_sub(bytes)) {
            Some(left) => {
                self.bytes = left;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn bytes_are_earned_up_to_the_burst() {
        let start = Instant::now();
        let mut budget = Budget::new(start, 1000, 500);
        assert!(budget.take(start, 500));
        assert!(!budget.take(start, 1));
        assert!(budget.take(start + Duration::from_millis(100), 100));
        assert!(!budget.take(start + Duration::from_millis(100), 1));
        assert!(!budget.take(start + Duration::from_secs(9), 501));
        assert!(budget.take(start + Duration::from_secs(9), 500));
    }
}
