//! Lengths of time (RFC 5545, section 3.3.6).

use chrono::TimeDelta;

/// The longest event, in days: what is longer is cut.
pub(super) const MAX_DAYS: i64 = 5 * 366;

/// A length: days as calendars count them, and exact time beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) days: i64,
    pub(super) exact: TimeDelta,
}

impl Length {
    pub(super) const ZERO: Self = Self { days: 0, exact: TimeDelta::zero() };

    /// Whole days.
    pub(super) fn of_days(days: i64) -> Self {
        Self { days: days.clamp(0, MAX_DAYS), exact: TimeDelta::zero() }
    }

    /// Exact time.
    pub(super) fn of_time(exact: TimeDelta) -> Self {
        let longest = TimeDelta::days(MAX_DAYS);
        Self { days: 0, exact: exact.clamp(TimeDelta::zero(), longest) }
    }

    /// `P1DT2H30M` or `P2W`. A negative one is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
        let (date, time) = text.split_once('T').unwrap_or((text, ""));
        let (mut days, mut seconds) = (0_i64, 0_i64);
        for (amount, unit) in parts(date)? {
            days = days.checked_add(match unit {
                b'W' => amount.checked_mul(7)?,
                b'D' => amount,
                _ => return None,
            })?;
        }
        for (amount, unit) in parts(time)? {
            seconds = seconds.checked_add(match unit {
                b'H' => amount.checked_mul(3_600)?,
                b'M' => amount.checked_mul(60)?,
                b'S' => amount,
                _ => return None,
            })?;
        }
        let exact = TimeDelta::seconds(seconds.min(MAX_DAYS * 86_400));
        Some(Self { days: days.min(MAX_DAYS), exact })
    }
}

/// Amounts and the letters of their units.
fn parts(text: &str) -> Option<Vec<(i64, u8)>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let unit = *rest.as_bytes().get(digits)?;
        // A longer amount is more than any length.
        if digits == 0 || digits > 10 || !unit.is_ascii() {
            return None;
        }
        parts.push((rest[..digits].parse().ok()?, unit));
        rest = &rest[digits + 1..];
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read() {
        let check = |text: &str, expected: Option<(i64, i64)>| {
            let length = Length::parse(text).map(|l| (l.days, l.exact.num_seconds()));
            assert_eq!(length, expected, "{text}");
        };
        check("PT1H", Some((0, 3_600)));
        check("P1DT2H30M5S", Some((1, 9_005)));
        check("+P2W", Some((14, 0)));
        check("P0D", Some((0, 0)));
        check("P9999999999W", Some((MAX_DAYS, 0)));
        check("PT9999999999H", Some((0, MAX_DAYS * 86_400)));
        check("PT", Some((0, 0)));
        for bad in ["", "1H", "-PT1H", "PT1", "PTH", "P1H", "PT99999999999H", "PTé"] {
            check(bad, None);
        }
    }
}
