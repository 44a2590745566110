//! NTP timestamps (RFC 3550, section 4).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds between the NTP era (1900) and the Unix epoch.
const NTP_TO_UNIX_SECONDS: u64 = 2_208_988_800;

/// A moment as 32 bits of seconds since 1900 and 32 bits of fraction. It wraps
/// in 2036, and so does the arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ntp(pub u64);

impl Ntp {
    /// The middle 32 bits, as report blocks carry them.
    pub const fn compact(self) -> u32 {
        (self.0 >> 16) as u32
    }

    /// Seconds modulo 64 in 6.18 fixed point, as the abs-send-time extension
    /// carries them.
    pub const fn abs_send_time(self) -> [u8; 3] {
        let [.., a, b, c] = ((self.0 >> 14) as u32).to_be_bytes();
        [a, b, c]
    }

    /// The moment `later` after this one.
    pub const fn plus(self, later: Duration) -> Self {
        Self(self.0.wrapping_add(duration_to_ntp(later)))
    }

    /// The moment `earlier` before this one.
    pub const fn minus(self, earlier: Duration) -> Self {
        Self(self.0.wrapping_sub(duration_to_ntp(earlier)))
    }

    /// Nanoseconds from `earlier` to this moment; negative if it is the later
    /// one. Exact within 68 years either way.
    pub const fn nanos_since(self, earlier: Self) -> i64 {
        let units = self.0.wrapping_sub(earlier.0) as i64;
        ((units as i128 * 1_000_000_000) >> 32) as i64
    }
}

impl From<SystemTime> for Ntp {
    fn from(wall: SystemTime) -> Self {
        let unix = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(duration_to_ntp(unix)).plus(Duration::from_secs(NTP_TO_UNIX_SECONDS))
    }
}

const fn duration_to_ntp(duration: Duration) -> u64 {
    let fraction = ((duration.subsec_nanos() as u64) << 32) / 1_000_000_000;
    (duration.as_secs() << 32) | fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unix_epoch_is_seventy_years_in() {
        let ntp = Ntp::from(UNIX_EPOCH + Duration::from_millis(1500));
        assert_eq!(ntp.0, ((NTP_TO_UNIX_SECONDS + 1) << 32) | 0x8000_0000);
        assert_eq!(ntp.compact(), (((NTP_TO_UNIX_SECONDS + 1) as u32) << 16) | 0x8000);
    }

    #[test]
    fn differences_survive_the_wrap_of_2036() {
        let before = Ntp(u64::MAX - (1 << 32) + 1);
        let after = before.plus(Duration::from_secs(3));
        assert_eq!(after.nanos_since(before), 3_000_000_000);
        assert_eq!(before.nanos_since(after), -3_000_000_000);
    }

    #[test]
    fn abs_send_time_is_six_bits_of_seconds_and_eighteen_of_fraction() {
        let ntp = Ntp((65 << 32) | (1 << 31));
        assert_eq!(ntp.abs_send_time(), [0b0000_0110, 0, 0]);
    }
}
