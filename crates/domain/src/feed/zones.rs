//! Which zone a feed means by a `TZID`: one of IANA's, by its name or within a
//! longer one; Windows' name for one; or else what the feed itself describes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use jiff::{
    Timestamp,
    civil::{Date, DateTime as CivilDateTime},
    tz::{Offset, TimeZone},
};

use super::{event::clock_of, lines::Line};
use crate::zone::{Days, ZoneError, ZoneName, Zones, to_chrono};

/// Windows' names, one a line, with IANA's.
const WINDOWS: &str = include_str!("windows_zones.txt");

/// A time zone as a feed describes it (`VTIMEZONE`).
#[derive(Debug, Clone)]
pub(super) struct Described {
    /// The IANA name that some writers add.
    pub(super) location: Option<String>,
    pub(super) observances: Vec<Observance>,
}

/// From when on clocks are how far ahead of UTC.
#[derive(Debug, Clone)]
pub(super) struct Observance {
    daylight: bool,
    offset: Option<Offset>,
    starts: Option<CivilDateTime>,
    yearly: Option<Yearly>,
}

/// On the nth weekday of a month, the last of them as 5, in each year since.
#[derive(Debug, Clone, Copy)]
struct Yearly {
    month: i8,
    nth: i8,
    /// Sunday is 0.
    weekday: u8,
}

impl Observance {
    pub(super) fn begin(kind: &str) -> Option<Self> {
        let daylight = match kind.trim().to_ascii_uppercase().as_str() {
            "DAYLIGHT" => true,
            "STANDARD" => false,
            _ => return None,
        };
        Some(Self { daylight, offset: None, starts: None, yearly: None })
    }

    pub(super) fn take(&mut self, line: &Line) {
        match line.name.as_str() {
            "TZOFFSETTO" => self.offset = offset(&line.value),
            "DTSTART" => self.starts = clock_of(&line.value),
            "RRULE" => self.yearly = Yearly::parse(&line.value),
            _ => {}
        }
    }
}

/// `+0130`, `-023000`.
fn offset(text: &str) -> Option<Offset> {
    let text = text.trim();
    let (sign, digits) = match text.split_at_checked(1)? {
        ("-", digits) => (-1, digits),
        ("+", digits) => (1, digits),
        _ => (1, text),
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |text| text.parse().ok());
    let (hours, minutes, seconds): (i32, i32, i32) = (part(0)?, part(2)?, part(4)?);
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60 + seconds)).ok()
}

impl Yearly {
    /// A rule that has ended says nothing about the time ahead.
    fn parse(text: &str) -> Option<Self> {
        let (mut month, mut nth, mut weekday) = (None, None, None);
        for part in text.trim().to_ascii_uppercase().split(';') {
            match part.split_once('=')? {
                ("BYMONTH", value) => month = value.parse().ok().filter(|m| (1..=12).contains(m)),
                ("BYDAY", value) => {
                    let (ordinal, day) = value.split_at_checked(value.len().checked_sub(2)?)?;
                    nth = match ordinal.parse().ok()? {
                        -1 => Some(5),
                        n @ 1..=4 => Some(n),
                        _ => None,
                    };
                    let days = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
                    weekday = (0..).zip(days).find(|(_, name)| *name == day).map(|(n, _)| n);
                }
                ("UNTIL" | "COUNT", _) => return None,
                _ => {}
            }
        }
        Some(Self { month: month?, nth: nth?, weekday: weekday? })
    }
}

impl Described {
    /// The zone with the latest of its rules: what is ahead is what counts.
    fn zone(&self) -> Option<TimeZone> {
        let latest = |daylight: bool| {
            let fitting = self.observances.iter().filter(|o| o.daylight == daylight);
            fitting.filter(|o| o.offset.is_some()).max_by_key(|o| (o.yearly.is_some(), o.starts))
        };
        let (standard, daylight) = (latest(false), latest(true));
        if let (Some(standard), Some(daylight)) = (standard, daylight)
            && let Some(zone) = posix(standard, daylight)
        {
            return Some(zone);
        }
        let last = self.observances.iter().filter(|o| o.offset.is_some());
        let last = standard.or_else(|| last.max_by_key(|o| o.starts))?;
        last.offset.map(TimeZone::fixed)
    }
}

/// Both as one text of POSIX, which jiff reckons with.
fn posix(standard: &Observance, daylight: &Observance) -> Option<TimeZone> {
    let offset = |observance: &Observance| {
        // POSIX counts from the clocks to UTC.
        let seconds = -observance.offset?.seconds();
        let sign = if seconds < 0 { "-" } else { "" };
        Some(format!("{sign}{}", hms(seconds.abs())))
    };
    let change = |observance: &Observance| {
        let (at, on) = (observance.starts?.time(), observance.yearly?);
        let at = i32::from(at.hour()) * 3_600 + i32::from(at.minute()) * 60;
        Some(format!("M{}.{}.{}/{}", on.month, on.nth, on.weekday, hms(at)))
    };
    let text = format!(
        "<STD>{}<DST>{},{},{}",
        offset(standard)?,
        offset(daylight)?,
        change(daylight)?,
        change(standard)?
    );
    TimeZone::posix(&text).ok()
}

fn hms(seconds: i32) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// Finds zones, each once.
#[derive(Debug)]
pub(super) struct Resolver<'a> {
    zones: &'a Zones,
    described: &'a BTreeMap<String, Described>,
    known: BTreeMap<String, TimeZone>,
    default: TimeZone,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        zones: &'a Zones,
        described: &'a BTreeMap<String, Described>,
        own: Option<&str>,
        home: &ZoneName,
    ) -> Result<Self, ZoneError> {
        let default = zones.zone(home.as_str())?;
        let mut resolver = Self { zones, described, known: BTreeMap::new(), default };
        if let Some(zone) = own.and_then(|name| resolver.look_up(name)) {
            resolver.default = zone;
        }
        Ok(resolver)
    }

    /// The zone of a `TZID`; one that nobody knows is the calendar's own.
    pub(super) fn zone(&mut self, name: Option<&str>) -> TimeZone {
        let Some(name) = name else { return self.default.clone() };
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let zone = self.look_up(name).unwrap_or_else(|| self.default.clone());
        self.known.insert(name.to_owned(), zone.clone());
        zone
    }

    fn look_up(&self, name: &str) -> Option<TimeZone> {
        let described = self.described.get(name);
        self.iana(name)
            .or_else(|| windows(name).and_then(|name| self.zones.zone(name).ok()))
            .or_else(|| described?.location.as_deref().and_then(|name| self.iana(name)))
            .or_else(|| described?.zone())
    }

    /// IANA's, or one at the end of a longer name, as Evolution, Lotus and
    /// others write: `/softwarestudio.org/Tzfile/Europe/Lisbon`.
    fn iana(&self, name: &str) -> Option<TimeZone> {
        let name = name.trim();
        let ends = name.rmatch_indices('/').map(|(at, _)| &name[at + 1..]).take(3);
        let ends = ends.filter(|end| end.contains('/') || end.eq_ignore_ascii_case("UTC"));
        std::iter::once(name).chain(ends).find_map(|name| self.zones.zone(name).ok())
    }
}

fn windows(name: &str) -> Option<&'static str> {
    let lines = WINDOWS.lines().filter(|line| !line.starts_with('#'));
    let mut pairs = lines.filter_map(|line| line.split_once('='));
    pairs.find(|(own, _)| own.eq_ignore_ascii_case(name.trim())).map(|(_, iana)| iana)
}

/// The instant at which clocks show `clock`: forward out of a gap, the earlier
/// of a fold (RFC 5545, section 3.3.5).
pub(super) fn instant(zone: &TimeZone, clock: CivilDateTime) -> Option<DateTime<Utc>> {
    to_chrono(zone.to_ambiguous_timestamp(clock).compatible().ok()?).ok()
}

/// The first instant of a date: the end of a gap at its midnight.
pub(super) fn midnight(zone: &TimeZone, date: Date) -> Option<DateTime<Utc>> {
    Days::of(zone.clone()).bound(date, 0).ok()
}

/// What clocks show.
pub(super) fn clock(zone: &TimeZone, at: DateTime<Utc>) -> Option<CivilDateTime> {
    Some(zone.to_datetime(Timestamp::new(at.timestamp(), 0).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_of_windows_is_a_zone() {
        let zones = Zones::bundled();
        let mut count = 0;
        for line in WINDOWS.lines().filter(|line| !line.starts_with('#')) {
            let (_, iana) = line.split_once('=').expect("two names");
            assert!(zones.zone(iana).is_ok(), "{line}");
            count += 1;
        }
        assert_eq!(count, 136);
        assert_eq!(windows("w. europe standard time"), Some("Europe/Berlin"));
        assert_eq!(windows("Nowhere Standard Time"), None);
    }

    #[test]
    fn offsets_are_read() {
        let check = |text: &str, expected: Option<i32>| {
            assert_eq!(offset(text).map(Offset::seconds), expected, "{text}");
        };
        check("+0100", Some(3_600));
        check("-0330", Some(-12_600));
        check("+053000", Some(19_800));
        for bad in ["", "+", "+1", "+9900", "+01:00", "+é00"] {
            check(bad, None);
        }
    }
}
