//! When a teacher is open: weekly hours on the clocks of their zone, dates that
//! differ from the week, and days on which they are away.

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::civil::{Date, Weekday};

use crate::{
    span::Span,
    text::Note,
    zone::{Days, ZoneError, ZoneName},
};

/// The most intervals of one day.
pub const INTERVALS: usize = 24;
/// The most dates that differ from the week.
pub const EXCEPTIONS: usize = 500;
/// The most times away.
pub const ABSENCES: usize = 100;

/// A time of day to the minute, up to the `24:00` at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime(u16);

impl ClockTime {
    /// The end of the day.
    pub const END: Self = Self(1440);

    /// Minutes after midnight.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

/// A text that is no time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a time of day from 00:00 to 24:00")]
pub struct InvalidClockTime;

impl FromStr for ClockTime {
    type Err = InvalidClockTime;

    fn from_str(text: &str) -> Result<Self, InvalidClockTime> {
        let two_digits = |text: &str| match text.as_bytes() {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
                Ok(u16::from(tens - b'0') * 10 + u16::from(ones - b'0'))
            }
            _ => Err(InvalidClockTime),
        };
        let (hours, minutes) = text.split_once(':').ok_or(InvalidClockTime)?;
        let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
        let time = Self(hours * 60 + minutes);
        if minutes >= 60 || time > Self::END { Err(InvalidClockTime) } else { Ok(time) }
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// From one time of a day until another of the same day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    from: ClockTime,
    to: ClockTime,
}

/// Why hours are not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHours {
    /// An interval ends after it begins.
    #[error("an interval ends after it begins")]
    Backwards,
    /// Two intervals of one day share time.
    #[error("two intervals of the day overlap")]
    Overlap,
    /// More than there may be.
    #[error("expected at most {most}")]
    TooMany {
        /// How many there may be.
        most: usize,
    },
    /// A date is named twice.
    #[error("the date comes twice")]
    DateTwice,
}

impl Interval {
    /// From `from` until before `to`.
    pub fn new(from: ClockTime, to: ClockTime) -> Result<Self, InvalidHours> {
        if from < to { Ok(Self { from, to }) } else { Err(InvalidHours::Backwards) }
    }

    /// When it begins.
    pub const fn from(self) -> ClockTime {
        self.from
    }

    /// When it ends.
    pub const fn to(self) -> ClockTime {
        self.to
    }
}

/// The hours of one day: sorted, and none shares time with another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours(Vec<Interval>);

impl Hours {
    /// Sorts the intervals.
    pub fn new(mut intervals: Vec<Interval>) -> Result<Self, InvalidHours> {
        if intervals.len() > INTERVALS {
            return Err(InvalidHours::TooMany { most: INTERVALS });
        }
        intervals.sort();
        if intervals.windows(2).any(|pair| pair[1].from < pair[0].to) {
            return Err(InvalidHours::Overlap);
        }
        Ok(Self(intervals))
    }

    /// The intervals, in order; none: closed.
    pub fn intervals(&self) -> &[Interval] {
        &self.0
    }
}

/// Days on which a teacher is away, the first and the last included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    from: Date,
    to: Date,
    /// Why, for the teacher alone.
    pub note: Note,
}

impl Absence {
    /// From the day `from` until the day `to`, both included.
    pub fn new(from: Date, to: Date, note: Note) -> Result<Self, InvalidHours> {
        if from <= to { Ok(Self { from, to, note }) } else { Err(InvalidHours::Backwards) }
    }

    /// The first day.
    pub const fn from(&self) -> Date {
        self.from
    }

    /// The last day.
    pub const fn to(&self) -> Date {
        self.to
    }
}

/// When a teacher is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// On whose clocks.
    pub time_zone: ZoneName,
    weekly: [Hours; 7],
    exceptions: BTreeMap<Date, Hours>,
    absences: Vec<Absence>,
}

impl Availability {
    /// Puts the parts together. `weekly` begins with Monday.
    pub fn new(
        time_zone: ZoneName,
        weekly: [Hours; 7],
        exceptions: BTreeMap<Date, Hours>,
        mut absences: Vec<Absence>,
    ) -> Result<Self, InvalidHours> {
        for (count, most) in [(exceptions.len(), EXCEPTIONS), (absences.len(), ABSENCES)] {
            if count > most {
                return Err(InvalidHours::TooMany { most });
            }
        }
        absences.sort_by_key(|absence| (absence.from, absence.to));
        Ok(Self { time_zone, weekly, exceptions, absences })
    }

    /// The hours of each day of the week, from Monday on.
    pub fn weekly(&self) -> impl Iterator<Item = (Weekday, &Hours)> {
        let days = std::iter::successors(Some(Weekday::Monday), |day| Some(day.next()));
        days.zip(&self.weekly)
    }

    /// The dates that differ from the week, in order.
    pub fn exceptions(&self) -> &BTreeMap<Date, Hours> {
        &self.exceptions
    }

    /// The times away, in order.
    pub fn absences(&self) -> &[Absence] {
        &self.absences
    }

    /// The hours of one date: none while the teacher is away, those of the date
    /// where it differs, and else those of its weekday.
    fn on(&self, date: Date) -> &[Interval] {
        if self.absences.iter().any(|absence| absence.from <= date && date <= absence.to) {
            return &[];
        }
        let hours = self.exceptions.get(&date);
        hours.unwrap_or(&self.weekly[usize::from(monday_based(date.weekday()))]).intervals()
    }

    /// The open times of `date` as instants, in order. Ends are taken by the
    /// clock: over a gap an interval is shorter in real time, over a fold
    /// longer, and one that lies in a gap is not there.
    pub fn open_on(&self, days: &Days, date: Date) -> Result<Vec<Span>, ZoneError> {
        let mut open = Vec::new();
        for interval in self.on(date) {
            let from = days.bound(date, interval.from.minutes())?;
            let to = days.bound(date, interval.to.minutes())?;
            if from < to {
                open.push(Span { from, to });
            }
        }
        Ok(open)
    }
}

fn monday_based(day: Weekday) -> u8 {
    // Seven days fit; the offset of a weekday is never negative.
    day.to_monday_zero_offset().unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Zones;

    fn interval(from: &str, to: &str) -> Result<Interval, InvalidHours> {
        Interval::new(from.parse().expect("a time"), to.parse().expect("a time"))
    }

    fn hours(intervals: &[(&str, &str)]) -> Hours {
        let intervals = intervals.iter().map(|(from, to)| interval(from, to).expect("an interval"));
        Hours::new(intervals.collect()).expect("hours")
    }

    #[test]
    fn times_of_day_have_two_digits_each() {
        for (text, minutes) in [("00:00", 0), ("09:30", 570), ("23:59", 1439), ("24:00", 1440)] {
            let time: ClockTime = text.parse().expect("a time");
            assert_eq!((time.minutes(), time.to_string()), (minutes, text.to_owned()));
        }
        for bad in ["", "9:00", "24:01", "12:60", "-1:00", "+1:00", "12:00:00", "٠٩:٠٠"] {
            assert_eq!(bad.parse::<ClockTime>(), Err(InvalidClockTime), "{bad}");
        }
    }

    #[test]
    fn intervals_are_sorted_and_do_not_overlap() {
        assert_eq!(interval("10:00", "10:00"), Err(InvalidHours::Backwards));
        let sorted = hours(&[("14:00", "24:00"), ("09:00", "12:00"), ("12:00", "14:00")]);
        assert_eq!(sorted.intervals()[0].from().to_string(), "09:00");
        let overlapping = vec![
            interval("09:00", "12:00").expect("an interval"),
            interval("11:59", "13:00").expect("an interval"),
        ];
        assert_eq!(Hours::new(overlapping), Err(InvalidHours::Overlap));
    }

    #[test]
    fn a_date_goes_before_the_week_and_being_away_before_both() {
        let zones = Zones::bundled();
        let mut weekly: [Hours; 7] = Default::default();
        weekly[0] = hours(&[("09:00", "12:00")]);
        let date = |text: &str| text.parse::<Date>().expect("a date");
        let exceptions = BTreeMap::from([
            (date("2027-03-08"), hours(&[])),
            (date("2027-03-09"), hours(&[("10:00", "11:00")])),
        ]);
        let note: Note = "Holidays".parse().expect("a note");
        let away = Absence::new(date("2027-03-15"), date("2027-03-15"), note).expect("a day");
        let zone = zones.name("Europe/Lisbon").expect("a zone");
        let availability =
            Availability::new(zone, weekly, exceptions, vec![away]).expect("an availability");
        for (day, expected) in [
            ("2027-03-01", vec!["09:00"]),
            ("2027-03-02", vec![]),
            ("2027-03-08", vec![]),
            ("2027-03-09", vec!["10:00"]),
            ("2027-03-15", vec![]),
            ("2027-03-22", vec!["09:00"]),
        ] {
            let found: Vec<String> =
                availability.on(date(day)).iter().map(|i| i.from().to_string()).collect();
            assert_eq!(found, expected, "{day}");
        }
    }
}
