//! Which hours of the week are busy.

use super::SLOT;

/// Slots of a week.
pub const QUARTERS: i64 = 7 * 24 * 4;
/// The epoch was a Thursday: so many days after the week's Monday.
const EPOCH_DAY: i64 = 3;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Counts by the day of the week, Monday first, and the hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Week(pub [[i64; 24]; 7]);

impl Week {
    /// Counts what lies in a slot of the week: `quarter` counts slots from the
    /// epoch's, modulo [`QUARTERS`], in UTC; `offset` is the zone's then, in
    /// seconds.
    pub fn add(&mut self, quarter: i64, offset: i32, count: i64) {
        let local = quarter * SLOT.num_seconds() + i64::from(offset) + EPOCH_DAY * DAY;
        let second = local.rem_euclid(7 * DAY);
        // Below 7 and 24.
        let (day, hour) = ((second / DAY) as usize, (second % DAY / HOUR) as usize);
        self.0[day][hour] += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_fall_into_local_hours() {
        let check = |seconds: i64, offset: i32, day: usize, hour: usize| {
            let mut week = Week::default();
            week.add(seconds / SLOT.num_seconds() % QUARTERS, offset, 1);
            assert_eq!(week.0[day][hour], 1, "{seconds} {offset}");
        };
        check(0, 0, 3, 0);
        // Monday, 8 March 2027, 10:00 in UTC.
        let monday = 1_804_500_000;
        check(monday, 0, 0, 10);
        check(monday, -8 * 3600, 0, 2);
        check(monday, -11 * 3600, 6, 23);
        check(monday, 5 * 3600 + 45 * 60, 0, 15);
        check(monday, 14 * 3600, 1, 0);
    }
}
