//! Rules of recurrence: a subset of RFC 5545, section 3.3.10.
//!
//! A rule is one of days, weeks or months: `FREQ=DAILY`, `WEEKLY` or
//! `MONTHLY`, with an end, `COUNT` or `UNTIL`, and optionally `INTERVAL`,
//! `BYDAY`, `BYMONTHDAY` and `WKST`. Each part stands at most once; anything
//! else is refused rather than ignored.
//!
//! A rule recurs on calendar days, at the wall clock of its first start. Each
//! start is an intent of its own, so that clocks that change do not move it.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use chrono::{DateTime, NaiveDateTime, Utc};
use jiff::{
    ToSpan as _,
    civil::{Date, Weekday},
};

use crate::{
    session::FURTHEST_AHEAD,
    zone::{Intent, Strictness, WallClock, ZoneError, ZoneName, Zones},
};

/// The most lessons of one series: two years of weeks.
pub const MAX_COUNT: usize = 104;
/// The longest text of a rule, in bytes.
pub const MAX_BYTES: usize = 200;
/// The days of a week or a month that lie between two recurrences.
const INTERVALS: RangeInclusive<i32> = 1..=366;
/// The most entries of one list.
const MAX_LIST: usize = 35;

/// When a lesson recurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    text: String,
    frequency: Frequency,
    interval: i32,
    end: End,
    by_day: Vec<ByDay>,
    by_month_day: Vec<i8>,
    week_start: Weekday,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// After so many.
    Count(usize),
    /// After this day.
    Day(Date),
    /// After this instant.
    Instant(DateTime<Utc>),
}

/// A weekday; with an ordinal, the nth of its month, from the end if negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ByDay {
    ordinal: Option<i8>,
    weekday: Weekday,
}

/// One lesson of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// When it starts.
    pub at: DateTime<Utc>,
    /// The wall clock that is meant.
    pub intent: Intent,
}

/// A text that is no rule, or not one of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRule {
    /// Too long to be read.
    #[error("expected at most {MAX_BYTES} bytes")]
    TooLong,
    /// Not a list of `NAME=value`.
    #[error("expected NAME=value parts between semicolons, such as FREQ=WEEKLY;COUNT=6")]
    Syntax,
    /// A part that is not understood.
    #[error(
        "{0} is not supported: a rule has FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, WKST"
    )]
    Unsupported(String),
    /// A part that stands twice.
    #[error("{0} stands twice")]
    Twice(&'static str),
    /// A part with a value that it cannot have.
    #[error("{part}: expected {expected}")]
    Value {
        /// Which part.
        part: &'static str,
        /// What it may be.
        expected: &'static str,
    },
    /// Without a frequency.
    #[error("FREQ is required: DAILY, WEEKLY or MONTHLY")]
    NoFrequency,
    /// Without an end, or with two.
    #[error("a series ends: one of COUNT and UNTIL is required")]
    NoEnd,
}

/// Why a rule gives no series from a certain start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSeries {
    /// The start is on a day that the rule leaves out.
    #[error("the first lesson is not on a day of the rule")]
    StartNotInRule,
    /// The rule ends before its start.
    #[error("the rule ends before the first lesson")]
    Empty,
    /// Too many lessons.
    #[error("a series has at most {MAX_COUNT} lessons")]
    TooMany,
    /// The last lesson is too far ahead.
    #[error("the last lesson must start within five years")]
    TooFar,
    /// A wall clock without an instant.
    #[error(transparent)]
    Zone(#[from] ZoneError),
}

impl FromStr for Recurrence {
    type Err = InvalidRule;

    fn from_str(text: &str) -> Result<Self, InvalidRule> {
        if text.len() > MAX_BYTES {
            return Err(InvalidRule::TooLong);
        }
        let text = text.trim().to_ascii_uppercase();
        let parts = Parts::split(&text)?;
        let frequency = match parts.frequency.ok_or(InvalidRule::NoFrequency)? {
            "DAILY" => Frequency::Daily,
            "WEEKLY" => Frequency::Weekly,
            "MONTHLY" => Frequency::Monthly,
            _ => return Err(value("FREQ", "DAILY, WEEKLY or MONTHLY")),
        };
        let end = match (parts.count, parts.until) {
            (Some(count), None) => End::Count(number("COUNT", "1 to 104", count, 1..=MAX_COUNT)?),
            (None, Some(until)) => until_of(until)?,
            _ => return Err(InvalidRule::NoEnd),
        };
        let interval =
            parts.interval.map_or(Ok(1), |text| number("INTERVAL", "1 to 366", text, INTERVALS))?;
        let by_day = list("BYDAY", parts.by_day, |day| by_day_of(day, frequency))?;
        let by_month_day = list("BYMONTHDAY", parts.by_month_day, month_day_of)?;
        if frequency == Frequency::Weekly && !by_month_day.is_empty() {
            return Err(value("BYMONTHDAY", "no such part with FREQ=WEEKLY"));
        }
        let week_start = parts.week_start.map_or(Ok(Weekday::Monday), |day| {
            weekday_of(day).ok_or(value("WKST", "one of MO, TU, WE, TH, FR, SA, SU"))
        })?;
        Ok(Self { frequency, interval, end, by_day, by_month_day, week_start, text })
    }
}

impl fmt::Display for Recurrence {
    /// The rule as it was written, in capitals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Recurrence {
    /// The lessons of the series that starts when clocks in `zone` show
    /// `first`. A day whose clocks skip that time gets it moved forward, and of
    /// a time that comes twice the earlier is meant, unless `strictness` wants
    /// both refused.
    pub fn occurrences(
        &self,
        first: WallClock,
        zone: &ZoneName,
        zones: &Zones,
        strictness: Strictness,
    ) -> Result<Vec<Occurrence>, NoSeries> {
        let start = first.local();
        if !self.falls_on(start.date(), start.date()) {
            return Err(NoSeries::StartNotInRule);
        }
        let mut found = Vec::new();
        for days in 0..=FURTHEST_AHEAD.num_days() {
            let day = start.checked_add(days.days()).map_err(|_| NoSeries::TooFar)?;
            if !self.falls_on(day.date(), start.date()) {
                continue;
            }
            let clock = WallClock::at(day);
            // No clock is looked at strictly that lies behind the end.
            let past = match self.end {
                End::Count(count) => found.len() == count,
                End::Day(last) => day.date() > last,
                End::Instant(last) => zones.instant(clock, zone, Strictness::Lenient)? > last,
            };
            if past {
                return if found.is_empty() { Err(NoSeries::Empty) } else { Ok(found) };
            }
            if found.len() == MAX_COUNT {
                return Err(NoSeries::TooMany);
            }
            let at = zones.instant(clock, zone, strictness)?;
            let intent = Intent { time_zone: zone.clone(), local_start: clock.to_string() };
            found.push(Occurrence { at, intent });
            if matches!(self.end, End::Count(count) if found.len() == count) {
                return Ok(found);
            }
        }
        match self.end {
            End::Count(_) => Err(NoSeries::TooFar),
            End::Day(_) | End::Instant(_) => Ok(found),
        }
    }

    /// Whether the series that began on `start` has a lesson on `day`.
    fn falls_on(&self, day: Date, start: Date) -> bool {
        let periods = match self.frequency {
            Frequency::Daily => days_between(start, day),
            Frequency::Weekly => days_between(self.week_of(start), self.week_of(day)) / 7,
            Frequency::Monthly => {
                let months = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month());
                months(day) - months(start)
            }
        };
        periods % self.interval == 0 && self.selects(day, start)
    }

    /// Whether `BYDAY` and `BYMONTHDAY` let `day` be; where neither stands, the
    /// day of the week or of the month is that of the start.
    fn selects(&self, day: Date, start: Date) -> bool {
        let by_day = self.by_day.is_empty() || self.by_day.iter().any(|by| by.matches(day));
        let from_end = day.day() - day.days_in_month() - 1;
        let by_month_day = self.by_month_day.is_empty()
            || self.by_month_day.iter().any(|n| *n == day.day() || *n == from_end);
        let by_start = match self.frequency {
            _ if !self.by_day.is_empty() || !self.by_month_day.is_empty() => true,
            Frequency::Daily => true,
            Frequency::Weekly => day.weekday() == start.weekday(),
            Frequency::Monthly => day.day() == start.day(),
        };
        by_day && by_month_day && by_start
    }

    /// The first day of the week of `day`.
    fn week_of(&self, day: Date) -> Date {
        day.saturating_sub(i64::from(day.weekday().since(self.week_start)).days())
    }
}

impl ByDay {
    fn matches(self, day: Date) -> bool {
        let nth = match self.ordinal {
            None => true,
            Some(n) if n > 0 => (day.day() - 1) / 7 + 1 == n,
            Some(n) => (day.days_in_month() - day.day()) / 7 + 1 == -n,
        };
        nth && day.weekday() == self.weekday
    }
}

fn days_between(start: Date, day: Date) -> i32 {
    let days = day.duration_since(start).as_hours() / 24;
    i32::try_from(days).unwrap_or(i32::MAX)
}

/// The parts of a rule, before they are understood.
#[derive(Default)]
struct Parts<'a> {
    frequency: Option<&'a str>,
    interval: Option<&'a str>,
    count: Option<&'a str>,
    until: Option<&'a str>,
    by_day: Option<&'a str>,
    by_month_day: Option<&'a str>,
    week_start: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Result<Self, InvalidRule> {
        let mut parts = Self::default();
        for part in text.split(';') {
            let (name, value) = part.split_once('=').ok_or(InvalidRule::Syntax)?;
            let (slot, name) = match name {
                "FREQ" => (&mut parts.frequency, "FREQ"),
                "INTERVAL" => (&mut parts.interval, "INTERVAL"),
                "COUNT" => (&mut parts.count, "COUNT"),
                "UNTIL" => (&mut parts.until, "UNTIL"),
                "BYDAY" => (&mut parts.by_day, "BYDAY"),
                "BYMONTHDAY" => (&mut parts.by_month_day, "BYMONTHDAY"),
                "WKST" => (&mut parts.week_start, "WKST"),
                other => return Err(InvalidRule::Unsupported(other.to_owned())),
            };
            if slot.replace(value).is_some() {
                return Err(InvalidRule::Twice(name));
            }
        }
        Ok(parts)
    }
}

const fn value(part: &'static str, expected: &'static str) -> InvalidRule {
    InvalidRule::Value { part, expected }
}

/// Digits alone: no sign, no space.
fn number<T: FromStr + PartialOrd>(
    part: &'static str,
    expected: &'static str,
    text: &str,
    range: RangeInclusive<T>,
) -> Result<T, InvalidRule> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten();
    number.filter(|number| range.contains(number)).ok_or(value(part, expected))
}

fn list<T>(
    part: &'static str,
    text: Option<&str>,
    item: impl Fn(&str) -> Result<T, InvalidRule>,
) -> Result<Vec<T>, InvalidRule> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let items = text.split(',').map(item).collect::<Result<Vec<T>, _>>()?;
    if items.len() > MAX_LIST { Err(value(part, "a shorter list")) } else { Ok(items) }
}

/// `20270601`, the whole day, or `20270601T080000Z`. RFC 5545 has a local time
/// with a zone end at an instant in UTC.
fn until_of(text: &str) -> Result<End, InvalidRule> {
    let invalid = value("UNTIL", "a date such as 20270601 or an instant such as 20270601T080000Z");
    if !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'T' | b'Z')) {
        return Err(invalid);
    }
    match text.len() {
        8 => Date::strptime("%Y%m%d", text).map(End::Day).map_err(|_| invalid),
        16 => NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ")
            .map(|at| End::Instant(at.and_utc()))
            .map_err(|_| invalid),
        _ => Err(invalid),
    }
}

fn by_day_of(text: &str, frequency: Frequency) -> Result<ByDay, InvalidRule> {
    let invalid = || match frequency {
        Frequency::Monthly => value("BYDAY", "days such as MO, 1MO or -1FR"),
        Frequency::Daily | Frequency::Weekly => value("BYDAY", "days such as MO,WE"),
    };
    let split = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at));
    let (ordinal, day) = text.split_at(split.ok_or_else(invalid)?);
    let weekday = weekday_of(day).ok_or_else(invalid)?;
    let ordinal = match ordinal {
        "" => None,
        _ if frequency != Frequency::Monthly => return Err(invalid()),
        text => Some(signed(text, 1..=5).ok_or_else(invalid)?),
    };
    Ok(ByDay { ordinal, weekday })
}

fn month_day_of(text: &str) -> Result<i8, InvalidRule> {
    signed(text, 1..=31).ok_or(value("BYMONTHDAY", "days from 1 to 31, or from -31 to -1"))
}

/// A number whose amount is in `range`.
fn signed(text: &str, range: RangeInclusive<i8>) -> Option<i8> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let digits = Some(digits).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
    let amount = digits.parse().ok().filter(|amount| range.contains(amount))?;
    Some(sign * amount)
}

pub(crate) fn weekday_of(text: &str) -> Option<Weekday> {
    Some(match text {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The days of a series that starts at nine in Lisbon, or what is wrong.
    fn days(rule: &str, start: &str) -> Result<Vec<String>, String> {
        let zones = Zones::bundled();
        let zone = zones.name("Europe/Lisbon").expect("a zone");
        let rule: Recurrence = rule.parse().map_err(|error: InvalidRule| error.to_string())?;
        let first = format!("{start}T09:00").parse().expect("a wall clock");
        let found = rule.occurrences(first, &zone, &zones, Strictness::Lenient);
        let found = found.map_err(|error| error.to_string())?;
        Ok(found.iter().map(|o| o.intent.local_start[..10].to_owned()).collect())
    }

    #[track_caller]
    fn check(rule: &str, start: &str, expected: &[&str]) {
        let expected: Vec<String> = expected.iter().map(|day| (*day).to_owned()).collect();
        assert_eq!(days(rule, start), Ok(expected), "{rule}");
    }

    #[test]
    fn rules_name_their_days() {
        // 2027-01-04 is a Monday.
        let monday = "2027-01-04";
        check("FREQ=WEEKLY;COUNT=3", monday, &[monday, "2027-01-11", "2027-01-18"]);
        check("freq=daily;interval=2;count=2", monday, &[monday, "2027-01-06"]);
        check("FREQ=WEEKLY;COUNT=3;BYDAY=MO,TH", monday, &[monday, "2027-01-07", "2027-01-11"]);
        check("FREQ=DAILY;COUNT=2;BYDAY=MO", monday, &[monday, "2027-01-11"]);
        check("FREQ=DAILY;UNTIL=20270105", monday, &[monday, "2027-01-05"]);
        // Nine in Lisbon is nine in UTC in winter: the end is included.
        check("FREQ=DAILY;UNTIL=20270105T090000Z", monday, &[monday, "2027-01-05"]);
        check("FREQ=DAILY;UNTIL=20270105T085959Z", monday, &[monday]);
        check("FREQ=MONTHLY;COUNT=2;BYDAY=1MO", monday, &[monday, "2027-02-01"]);
        check("FREQ=MONTHLY;COUNT=2;BYDAY=-1FR", "2027-01-29", &["2027-01-29", "2027-02-26"]);
        check("FREQ=MONTHLY;COUNT=2;BYMONTHDAY=-1", "2027-01-31", &["2027-01-31", "2027-02-28"]);
        // A month without a 31st is left out, as RFC 5545 has it.
        check("FREQ=MONTHLY;COUNT=2", "2027-01-31", &["2027-01-31", "2027-03-31"]);
        check("FREQ=MONTHLY;COUNT=1;BYDAY=FR;BYMONTHDAY=13", "2027-08-13", &["2027-08-13"]);
    }

    /// RFC 5545, section 3.3.10, has this example of what `WKST` is for.
    #[test]
    fn clocks_behind_the_end_are_not_looked_at() {
        let zones = Zones::bundled();
        let zone = zones.name("Europe/Berlin").expect("a zone");
        let count = |rule: &str| {
            let rule: Recurrence = rule.parse().expect("a rule");
            let first = "2027-03-14T02:30".parse().expect("a wall clock");
            rule.occurrences(first, &zone, &zones, Strictness::Strict).map(|found| found.len())
        };
        // On 28 March, clocks in Berlin skip from two to three.
        assert_eq!(count("FREQ=WEEKLY;COUNT=2"), Ok(2));
        assert_eq!(count("FREQ=WEEKLY;UNTIL=20270321"), Ok(2));
        assert_eq!(count("FREQ=WEEKLY;UNTIL=20270321T013000Z"), Ok(2));
        assert!(matches!(count("FREQ=WEEKLY;UNTIL=20270328"), Err(NoSeries::Zone(_))));
    }

    #[test]
    fn weeks_begin_where_the_rule_says() {
        let start = "1997-08-05";
        let monday = ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"];
        check("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", start, &monday);
        let sunday = ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"];
        check("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", start, &sunday);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let cases = [
            ("", "expected NAME=value"),
            ("FREQ=WEEKLY", "one of COUNT and UNTIL"),
            ("FREQ=WEEKLY;COUNT=2;UNTIL=20270601", "one of COUNT and UNTIL"),
            ("COUNT=2", "FREQ is required"),
            ("FREQ=YEARLY;COUNT=2", "FREQ: expected"),
            ("FREQ=WEEKLY;COUNT=0", "COUNT: expected"),
            ("FREQ=WEEKLY;COUNT=105", "COUNT: expected"),
            ("FREQ=WEEKLY;COUNT=+5", "COUNT: expected"),
            ("FREQ=WEEKLY;COUNT=2;COUNT=3", "COUNT stands twice"),
            ("FREQ=WEEKLY;COUNT=2;INTERVAL=0", "INTERVAL: expected"),
            ("FREQ=WEEKLY;COUNT=2;BYDAY=1MO", "BYDAY: expected"),
            ("FREQ=MONTHLY;COUNT=2;BYDAY=6MO", "BYDAY: expected"),
            ("FREQ=MONTHLY;COUNT=2;BYDAY=--1MO", "BYDAY: expected"),
            ("FREQ=WEEKLY;COUNT=2;BYDAY=", "BYDAY: expected"),
            ("FREQ=WEEKLY;COUNT=2;BYDAY=é", "BYDAY: expected"),
            ("FREQ=WEEKLY;COUNT=2;BYMONTHDAY=1", "BYMONTHDAY: expected"),
            ("FREQ=MONTHLY;COUNT=2;BYMONTHDAY=0", "BYMONTHDAY: expected"),
            ("FREQ=WEEKLY;COUNT=2;BYSETPOS=1", "BYSETPOS is not supported"),
            ("FREQ=WEEKLY;UNTIL=20270230", "UNTIL: expected"),
            ("FREQ=WEEKLY;UNTIL=20270601T080000", "UNTIL: expected"),
            ("FREQ=WEEKLY;COUNT=2;WKST=XX", "WKST: expected"),
            ("FREQ=WEEKLY;COUNT=2;", "expected NAME=value"),
        ];
        for (rule, expected) in cases {
            let error = days(rule, "2027-01-04").expect_err(rule);
            assert!(error.contains(expected), "{rule}: {error}");
        }
    }

    #[test]
    fn a_series_begins_with_its_start_and_ends_in_time() {
        let check = |rule: &str, expected: NoSeries| {
            assert_eq!(days(rule, "2027-01-04"), Err(expected.to_string()), "{rule}");
        };
        check("FREQ=WEEKLY;COUNT=2;BYDAY=TU", NoSeries::StartNotInRule);
        check("FREQ=WEEKLY;UNTIL=20270103", NoSeries::Empty);
        check("FREQ=DAILY;UNTIL=20271231", NoSeries::TooMany);
        check("FREQ=MONTHLY;INTERVAL=12;COUNT=7", NoSeries::TooFar);
    }
}
