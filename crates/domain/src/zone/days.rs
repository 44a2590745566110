//! The days of a zone's calendar, as instants.

use chrono::{DateTime, Utc};
use jiff::{
    Timestamp, ToSpan as _,
    civil::Date,
    tz::{AmbiguousOffset, TimeZone},
};

use super::{ZoneError, ZoneName, Zones, to_chrono};

/// A zone's calendar: which day it is there, and when a day's hours are.
#[derive(Debug, Clone)]
pub struct Days {
    zone: TimeZone,
}

impl Zones {
    /// The calendar of a zone.
    pub fn days(&self, zone: &ZoneName) -> Result<Days, ZoneError> {
        Ok(Days { zone: self.zone(zone.as_str())? })
    }
}

impl Days {
    /// The calendar of a zone that has no name here.
    pub(crate) const fn of(zone: TimeZone) -> Self {
        Self { zone }
    }

    /// The date that the zone's calendar shows at `instant`.
    pub fn date(&self, instant: DateTime<Utc>) -> Result<Date, ZoneError> {
        let timestamp =
            Timestamp::new(instant.timestamp(), 0).map_err(|_| ZoneError::OutOfRange)?;
        Ok(self.zone.to_datetime(timestamp).date())
    }

    /// The first instant of `date` at which clocks show `minute` or more:
    /// minutes after midnight, up to the 1440 of its end. Unlike a start that
    /// somebody writes, a bound inside a gap is the end of the gap, so that
    /// nothing before a bound is after it on the clock. In a fold it is the
    /// earlier of the two.
    pub fn bound(&self, date: Date, minute: u16) -> Result<DateTime<Utc>, ZoneError> {
        let local = date
            .to_datetime(jiff::civil::Time::midnight())
            .checked_add(i64::from(minute).minutes())
            .map_err(|_| ZoneError::OutOfRange)?;
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        let gap = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
        let instant = ambiguous.compatible().map_err(|_| ZoneError::OutOfRange)?;
        if gap {
            let after = instant.checked_add(1.nanosecond()).map_err(|_| ZoneError::OutOfRange)?;
            if let Some(transition) = self.zone.preceding(after).next() {
                return to_chrono(transition.timestamp());
            }
        }
        to_chrono(instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(zone: &str, date: &str, minute: u16, expected: &str) {
        let zones = Zones::bundled();
        let days = zones.days(&zones.name(zone).expect("a zone")).expect("its calendar");
        let bound = days.bound(date.parse().expect("a date"), minute).expect("an instant");
        assert_eq!(bound, expected.parse::<DateTime<Utc>>().expect("an instant"), "{zone} {date}");
    }

    #[test]
    fn bounds_keep_to_the_clock() {
        // A gap from 02:00 to 03:00, and the fold of the same hour.
        for minute in [120, 150, 180] {
            check("Europe/Berlin", "2027-03-28", minute, "2027-03-28T01:00:00Z");
        }
        check("Europe/Berlin", "2027-10-31", 150, "2027-10-31T00:30:00Z");
        check("Europe/Berlin", "2027-10-31", 180, "2027-10-31T02:00:00Z");
        check("Europe/Berlin", "2027-06-01", 1440, "2027-06-01T22:00:00Z");
        // A day that is skipped has no hours, and one that begins late has.
        for minute in [0, 720, 1440] {
            check("Pacific/Apia", "2011-12-30", minute, "2011-12-30T10:00:00Z");
        }
        check("America/Asuncion", "2023-10-01", 0, "2023-10-01T04:00:00Z");
    }

    #[test]
    fn dates_are_those_of_the_zone() {
        let zones = Zones::bundled();
        let at: DateTime<Utc> = "2027-01-01T05:00:00Z".parse().expect("an instant");
        for (zone, expected) in [("Pacific/Honolulu", "2026-12-31"), ("Asia/Tokyo", "2027-01-01")] {
            let days = zones.days(&zones.name(zone).expect("a zone")).expect("its calendar");
            assert_eq!(days.date(at).map(|date| date.to_string()), Ok(expected.into()));
        }
    }
}
