//! When a teacher can be booked.

use std::collections::BTreeMap;

use lectern_domain::{
    availability::{self, Absence, ClockTime, Hours, Interval},
    text::Note,
    zone::{Date, Weekday, Zones},
};
use lectern_store::availability::Stored;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{extract::Checks, problem::Problem};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Day {
    /// The first.
    Monday,
    /// The second.
    Tuesday,
    /// The third.
    Wednesday,
    /// The fourth.
    Thursday,
    /// The fifth.
    Friday,
    /// The sixth.
    Saturday,
    /// The last.
    Sunday,
}

const DAYS: [Day; 7] = [
    Day::Monday,
    Day::Tuesday,
    Day::Wednesday,
    Day::Thursday,
    Day::Friday,
    Day::Saturday,
    Day::Sunday,
];

/// Hours of a day of the week, on the clocks of the teacher's zone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WeeklyHours {
    /// On which day.
    day: Day,
    /// From this time on.
    #[schema(example = "09:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    from: String,
    /// Until before this time: up to `24:00`.
    #[schema(example = "12:00", pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
    to: String,
}

/// Hours of one date.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DayHours {
    /// From this time on.
    #[schema(example = "09:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    from: String,
    /// Until before this time: up to `24:00`.
    #[schema(example = "12:00", pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
    to: String,
}

/// A date that differs from the week.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DateHours {
    /// Which.
    #[schema(example = "2027-03-28", format = Date)]
    date: String,
    /// The hours of that date; none: closed.
    #[schema(max_items = 24)]
    intervals: Vec<DayHours>,
}

/// Days on which the teacher is away.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OutOfOffice {
    /// The first day.
    #[schema(example = "2027-08-02", format = Date)]
    from: String,
    /// The last day, which is one of them.
    #[schema(example = "2027-08-13", format = Date)]
    to: String,
    /// Why, for the teacher alone.
    #[serde(default)]
    #[schema(max_length = 200)]
    note: String,
}

/// When a teacher can be booked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Availability {
    /// The IANA zone whose clocks the hours are on.
    time_zone: String,
    /// The hours of the week.
    weekly: Vec<WeeklyHours>,
    /// Dates that differ from the week.
    exceptions: Vec<DateHours>,
    /// Days on which the teacher is away: closed, whatever the rest says.
    out_of_office: Vec<OutOfOffice>,
    /// Rises with every change; the ETag. Zero: nothing was ever set, and the
    /// teacher can be booked at any time.
    version: i64,
}

/// When a teacher is to be bookable. It replaces what was set before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "timeZone": "Europe/Lisbon",
    "weekly": [{ "day": "monday", "from": "09:00", "to": "12:00" }],
    "exceptions": [{ "date": "2027-03-28", "intervals": [] }],
    "outOfOffice": [{ "from": "2027-08-02", "to": "2027-08-13", "note": "Holidays" }],
}))]
pub(crate) struct NewAvailability {
    /// The IANA zone whose clocks the hours are on.
    #[schema(required = true, nullable = false)]
    time_zone: Option<String>,
    /// The hours of the week. Those of one day must not overlap.
    #[schema(required = true, nullable = false, max_items = 168)]
    weekly: Option<Vec<WeeklyHours>>,
    /// Dates that differ from the week.
    #[schema(max_items = 500)]
    exceptions: Option<Vec<DateHours>>,
    /// Days on which the teacher is away.
    #[schema(max_items = 100)]
    out_of_office: Option<Vec<OutOfOffice>>,
}

impl Availability {
    pub(crate) fn never_set(time_zone: String) -> Self {
        let (weekly, exceptions, out_of_office) = (Vec::new(), Vec::new(), Vec::new());
        Self { time_zone, weekly, exceptions, out_of_office, version: 0 }
    }

    pub(crate) fn of(stored: &Stored) -> Self {
        let availability = &stored.availability;
        let weekly = availability.weekly().flat_map(|(weekday, hours)| {
            hours.intervals().iter().map(move |interval| WeeklyHours {
                day: DAYS[usize::from(position(weekday))],
                from: interval.from().to_string(),
                to: interval.to().to_string(),
            })
        });
        let exceptions = availability.exceptions().iter().map(|(date, hours)| DateHours {
            date: date.to_string(),
            intervals: (hours.intervals().iter())
                .map(|i| DayHours { from: i.from().to_string(), to: i.to().to_string() })
                .collect(),
        });
        let out_of_office = availability.absences().iter().map(|absence| OutOfOffice {
            from: absence.from().to_string(),
            to: absence.to().to_string(),
            note: absence.note.to_string(),
        });
        Self {
            time_zone: availability.time_zone.to_string(),
            weekly: weekly.collect(),
            exceptions: exceptions.collect(),
            out_of_office: out_of_office.collect(),
            version: stored.version.0,
        }
    }
}

/// Where a day stands in the week, from Monday on.
fn position(weekday: Weekday) -> u8 {
    weekday.to_monday_zero_offset().unsigned_abs()
}

impl NewAvailability {
    pub(crate) fn parse(&self, zones: &Zones) -> Result<availability::Availability, Problem> {
        let mut checks = Checks::default();
        let zone = match self.time_zone.as_deref() {
            Some(name) => checks.accept("/timeZone", zones.name(name)),
            None => {
                checks.reject("/timeZone", "this is required");
                None
            }
        };
        if self.weekly.is_none() {
            checks.reject("/weekly", "this is required");
        }
        let weekly = self.weekly(&mut checks);
        let exceptions = self.exceptions(&mut checks);
        let absences = self.absences(&mut checks);
        let Some(zone) = zone else { return Err(checks.problem()) };
        checks.done()?;
        availability::Availability::new(zone, weekly, exceptions, absences)
            .map_err(|error| Problem::field("", error))
    }

    fn weekly(&self, checks: &mut Checks) -> [Hours; 7] {
        let mut days: [Vec<Interval>; 7] = Default::default();
        for (n, hours) in self.weekly.iter().flatten().enumerate() {
            let pointer = format!("/weekly/{n}");
            let day = DAYS.iter().position(|day| *day == hours.day).unwrap_or_default();
            days[day].extend(interval(checks, &pointer, &hours.from, &hours.to));
        }
        days.map(|day| checks.accept("/weekly", Hours::new(day)).unwrap_or_default())
    }

    fn exceptions(&self, checks: &mut Checks) -> BTreeMap<Date, Hours> {
        let mut dates = BTreeMap::new();
        for (n, exception) in self.exceptions.iter().flatten().enumerate() {
            let pointer = format!("/exceptions/{n}");
            let mut intervals = Vec::new();
            for (m, hours) in exception.intervals.iter().enumerate() {
                let pointer = format!("{pointer}/intervals/{m}");
                intervals.extend(interval(checks, &pointer, &hours.from, &hours.to));
            }
            let pointers = (format!("{pointer}/date"), format!("{pointer}/intervals"));
            let hours = checks.accept(&pointers.1, Hours::new(intervals));
            let date = date(checks, &pointers.0, &exception.date);
            let (Some(date), Some(hours)) = (date, hours) else { continue };
            if dates.insert(date, hours).is_some() {
                checks.reject(&pointers.0, availability::InvalidHours::DateTwice);
            }
        }
        dates
    }

    fn absences(&self, checks: &mut Checks) -> Vec<Absence> {
        let mut absences = Vec::new();
        for (n, away) in self.out_of_office.iter().flatten().enumerate() {
            let pointer = format!("/outOfOffice/{n}");
            let from = date(checks, &format!("{pointer}/from"), &away.from);
            let to = date(checks, &format!("{pointer}/to"), &away.to);
            let note = checks.required::<Note>(&format!("{pointer}/note"), Some(&away.note));
            let (Some(from), Some(to), Some(note)) = (from, to, note) else { continue };
            absences.extend(checks.accept(&format!("{pointer}/to"), Absence::new(from, to, note)));
        }
        absences
    }
}

fn interval(checks: &mut Checks, pointer: &str, from: &str, to: &str) -> Option<Interval> {
    let from = checks.required::<ClockTime>(&format!("{pointer}/from"), Some(from));
    let to = checks.required::<ClockTime>(&format!("{pointer}/to"), Some(to));
    let (from, to) = (from?, to?);
    checks.accept(&format!("{pointer}/to"), Interval::new(from, to))
}

fn date(checks: &mut Checks, pointer: &str, text: &str) -> Option<Date> {
    // Nothing but a date: the parser would also take what follows it.
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    if date.is_none() {
        checks.reject(pointer, "expected a date such as 2027-03-28");
    }
    date
}
