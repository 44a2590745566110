//! Days, weeks and months of a zone, as instants.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

use crate::{
    session::UnknownName,
    zone::{ZoneError, ZoneName, Zones, to_chrono},
};

/// The grid of what is counted. Every offset from UTC in use is a multiple.
pub const SLOT: TimeDelta = TimeDelta::minutes(15);

/// From an instant until another, both on the grid: `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first instant.
    pub from: DateTime<Utc>,
    /// The first instant after it.
    pub to: DateTime<Utc>,
}

impl Span {
    /// The shortest span on the grid that has both.
    pub fn around(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let below = |at: DateTime<Utc>| {
            let past = at.timestamp_micros().rem_euclid(SLOT.num_seconds() * 1_000_000);
            at - TimeDelta::microseconds(past)
        };
        let floor = below(to);
        Self { from: below(from), to: if floor < to { floor + SLOT } else { floor } }
    }
}

/// How long the parts of a series are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday (ISO 8601).
    Week,
    /// Of the calendar.
    Month,
}

impl FromStr for Grain {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            _ => Err(UnknownName { expected: "day, week, month" }),
        }
    }
}

impl Grain {
    /// The first day of the part that a day is in.
    fn first(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            // Within the calendar: jiff's begins in the year -9999.
            Self::Week => {
                let past = day.weekday().to_monday_zero_offset();
                day.checked_sub(i64::from(past).days()).unwrap_or(day)
            }
            Self::Month => day.first_of_month(),
        }
    }
}

/// A part of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its first day, on the zone's calendar: `2027-03-08`.
    pub date: String,
    /// When it begins, or the span does.
    pub starts_at: DateTime<Utc>,
    /// When it ends, or the span does.
    pub ends_at: DateTime<Utc>,
}

impl Zones {
    /// When a day of the zone begins.
    pub fn midnight(&self, date: &str, zone: &ZoneName) -> Result<DateTime<Utc>, ZoneError> {
        let date: Date = date.parse().map_err(|_| ZoneError::OutOfRange)?;
        start_of(date, &self.zone(zone.as_str())?)
    }

    /// When the day begins that an instant is in, some days later or earlier.
    pub fn midnight_near(
        &self,
        at: DateTime<Utc>,
        days: i64,
        zone: &ZoneName,
    ) -> Result<DateTime<Utc>, ZoneError> {
        let zone = self.zone(zone.as_str())?;
        let day = day_of(at, &zone)?;
        start_of(day.checked_add(days.days()).map_err(|_| ZoneError::OutOfRange)?, &zone)
    }

    /// The parts of a span, each with something in it.
    pub fn buckets(
        &self,
        span: Span,
        grain: Grain,
        zone: &ZoneName,
    ) -> Result<Vec<Bucket>, ZoneError> {
        let zone = self.zone(zone.as_str())?;
        let mut buckets: Vec<Bucket> = Vec::new();
        let mut day = day_of(span.from, &zone)?;
        loop {
            let starts_at = start_of(day, &zone)?.max(span.from);
            if starts_at >= span.to {
                return Ok(buckets);
            }
            // A day that the zone has skipped begins with the next one.
            let next = day.tomorrow().map_err(|_| ZoneError::OutOfRange)?;
            let ends_at = start_of(next, &zone)?.min(span.to);
            let date = grain.first(day).to_string();
            match buckets.last_mut() {
                Some(last) if last.date == date => last.ends_at = ends_at,
                _ if ends_at > starts_at => buckets.push(Bucket { date, starts_at, ends_at }),
                _ => {}
            }
            day = next;
        }
    }

    /// The zone's offsets from UTC in a span, in seconds, each with the instant
    /// from which it holds.
    pub fn offsets(
        &self,
        span: Span,
        zone: &ZoneName,
    ) -> Result<Vec<(DateTime<Utc>, i32)>, ZoneError> {
        let zone = self.zone(zone.as_str())?;
        let from = to_jiff(span.from)?;
        let mut offsets = vec![(span.from, zone.to_offset(from).seconds())];
        for transition in zone.following(from) {
            let at = to_chrono(transition.timestamp())?;
            if at >= span.to {
                break;
            }
            offsets.push((at, transition.offset().seconds()));
        }
        Ok(offsets)
    }
}

fn to_jiff(at: DateTime<Utc>) -> Result<Timestamp, ZoneError> {
    Timestamp::new(at.timestamp(), 0).map_err(|_| ZoneError::OutOfRange)
}

fn day_of(at: DateTime<Utc>, zone: &TimeZone) -> Result<Date, ZoneError> {
    Ok(zone.to_datetime(to_jiff(at)?).date())
}

/// Out of a gap, a day begins later than at midnight; in a fold, at the first
/// of the two.
fn start_of(day: Date, zone: &TimeZone) -> Result<DateTime<Utc>, ZoneError> {
    let midnight = zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible();
    to_chrono(midnight.map_err(|_| ZoneError::OutOfRange)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn parts(zone: &str, from: &str, to: &str, grain: Grain) -> Vec<(String, i64)> {
        let zones = Zones::bundled();
        let zone = zones.name(zone).expect("a zone");
        let span = Span { from: at(from), to: at(to) };
        let buckets = zones.buckets(span, grain, &zone).expect("in range");
        let mut expected = span.from;
        for bucket in &buckets {
            assert_eq!(bucket.starts_at, expected, "no gap and no overlap");
            expected = bucket.ends_at;
        }
        assert_eq!(expected, span.to);
        buckets
            .into_iter()
            .map(|bucket| (bucket.date, (bucket.ends_at - bucket.starts_at).num_minutes()))
            .collect()
    }

    #[test]
    fn days_are_as_long_as_the_zone_has_them() {
        let check = |zone, from, to, expected: &[(&str, i64)]| {
            let days = parts(zone, from, to, Grain::Day);
            let days: Vec<_> = days.iter().map(|(date, long)| (date.as_str(), *long)).collect();
            assert_eq!(days, expected, "{zone}");
        };
        // Clocks go forward in Lisbon, back in New York, and by half an hour on
        // Lord Howe.
        check(
            "Europe/Lisbon",
            "2027-03-27T00:00:00Z",
            "2027-03-29T23:00:00Z",
            &[("2027-03-27", 1440), ("2027-03-28", 1380), ("2027-03-29", 1440)],
        );
        check(
            "America/New_York",
            "2027-11-07T04:00:00Z",
            "2027-11-08T05:00:00Z",
            &[("2027-11-07", 1500)],
        );
        check(
            "Australia/Lord_Howe",
            "2027-04-03T13:00:00Z",
            "2027-04-04T13:30:00Z",
            &[("2027-04-04", 1470)],
        );
        // Offsets of quarters of an hour, and a span that begins within a day.
        check(
            "Asia/Kathmandu",
            "2027-03-08T12:00:00Z",
            "2027-03-09T18:15:00Z",
            &[("2027-03-08", 375), ("2027-03-09", 1440)],
        );
        // Samoa has had no 30th of December in 2011.
        check(
            "Pacific/Apia",
            "2011-12-29T10:00:00Z",
            "2011-12-31T10:00:00Z",
            &[("2011-12-29", 1440), ("2011-12-31", 1440)],
        );
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        let (from, to) = ("2027-02-26T00:00:00Z", "2027-03-10T00:00:00Z");
        let weeks = parts("UTC", from, to, Grain::Week);
        let dates: Vec<_> = weeks.iter().map(|(date, _)| date.as_str()).collect();
        assert_eq!(dates, ["2027-02-22", "2027-03-01", "2027-03-08"]);
        assert_eq!(weeks[0].1, 3 * 1440, "what lies before the span is not in it");
        let months = parts("UTC", from, to, Grain::Month);
        let dates: Vec<_> = months.iter().map(|(date, _)| date.as_str()).collect();
        assert_eq!(dates, ["2027-02-01", "2027-03-01"]);
    }

    #[test]
    fn spans_lie_on_the_grid() {
        let span = Span::around(at("2027-03-08T10:07:30Z"), at("2027-03-08T11:00:00.000001Z"));
        assert_eq!(span.from, at("2027-03-08T10:00:00Z"));
        assert_eq!(span.to, at("2027-03-08T11:15:00Z"));
        assert_eq!(Span::around(span.from, span.to), span);
    }

    #[test]
    fn offsets_hold_from_when_they_change() {
        let zones = Zones::bundled();
        let zone = zones.name("Europe/Lisbon").expect("a zone");
        let span = Span { from: at("2027-01-01T00:00:00Z"), to: at("2028-01-01T00:00:00Z") };
        let offsets = zones.offsets(span, &zone).expect("in range");
        let expected =
            [(span.from, 0), (at("2027-03-28T01:00:00Z"), 3600), (at("2027-10-31T01:00:00Z"), 0)];
        assert_eq!(offsets, expected);
    }
}
