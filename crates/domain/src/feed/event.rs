//! Events, and when they take place.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use jiff::{
    ToSpan as _,
    civil::{Date, DateTime as CivilDateTime, Time},
    tz::TimeZone,
};
use uuid::Uuid;

use super::{
    Budget, Unusable,
    length::Length,
    lines::Line,
    rule::{Rule, Window},
    zones::{Resolver, clock, instant, midnight},
};
use crate::span::Span;

/// A date, or a time on a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// All of a day.
    Date(Date),
    /// What the clocks of some zone show.
    Local(CivilDateTime),
    /// What clocks show in UTC.
    Utc(CivilDateTime),
}

impl Moment {
    /// `20270314`, `20270314T093000`, `20270314T093000Z`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(text) = text.strip_suffix(['Z', 'z']) {
            return clock_of(text).map(Self::Utc);
        }
        match text.len() {
            8 => date_of(text).map(Self::Date),
            _ => clock_of(text).map(Self::Local),
        }
    }

    fn date(self) -> Date {
        match self {
            Self::Date(date) => date,
            Self::Local(clock) | Self::Utc(clock) => clock.date(),
        }
    }
}

fn date_of(text: &str) -> Option<Date> {
    let digits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    let number = |at: std::ops::Range<usize>| text.get(at)?.parse::<i16>().ok();
    let (year, month, day) =
        digits.then(|| Some((number(0..4)?, number(4..6)?, number(6..8)?)))??;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A date and a time of day, whose seconds some writers leave out. A leap second
/// is the one before it.
pub(super) fn clock_of(text: &str) -> Option<CivilDateTime> {
    let (date, time) = text.trim().split_once(['T', 't'])?;
    let digits = matches!(time.len(), 4 | 6) && time.bytes().all(|b| b.is_ascii_digit());
    let number = |at: std::ops::Range<usize>| time.get(at).map_or(Some(0), |n| n.parse().ok());
    let (hour, minute, second): (i8, i8, i8) =
        digits.then(|| Some((number(0..2)?, number(2..4)?, number(4..6)?)))??;
    Some(date_of(date)?.to_datetime(Time::new(hour, minute, second.min(59), 0).ok()?))
}

/// A moment with the name of its zone.
#[derive(Debug, Clone)]
struct When {
    moment: Moment,
    zone: Option<String>,
}

impl When {
    fn read(line: &Line) -> Option<Self> {
        Self::of(&line.value, line)
    }

    fn of(text: &str, line: &Line) -> Option<Self> {
        let zone = line.param("TZID").map(ToOwned::to_owned);
        Some(Self { moment: Moment::parse(text)?, zone })
    }

    fn resolve(&self, resolver: &mut Resolver<'_>) -> TimeZone {
        match self.moment {
            Moment::Utc(_) => TimeZone::UTC,
            Moment::Date(_) | Moment::Local(_) => resolver.zone(self.zone.as_deref()),
        }
    }

    fn instant(&self, resolver: &mut Resolver<'_>) -> Option<DateTime<Utc>> {
        let zone = self.resolve(resolver);
        match self.moment {
            Moment::Date(date) => midnight(&zone, date),
            Moment::Local(clock) | Moment::Utc(clock) => instant(&zone, clock),
        }
    }
}

/// When an event ends, as far as it says so.
#[derive(Debug, Clone)]
enum End {
    At(When),
    After(Length),
    Unsaid,
}

/// An event, or one instance of one that was changed by itself.
#[derive(Debug, Clone)]
pub(super) struct Event {
    uid: Option<String>,
    busy: bool,
    start: When,
    end: End,
    rules: Vec<Rule>,
    /// Further starts, some with an end of their own.
    more: Vec<(When, End)>,
    without: Vec<When>,
    /// Of which instance this is a change.
    instance: Option<When>,
}

impl Event {
    /// An event, if it says when it starts.
    pub(super) fn read(lines: &[Line]) -> Option<Self> {
        let of = |name: &str| lines.iter().find(|line| line.name == name);
        let all = |name: &'static str| lines.iter().filter(move |line| line.name == name);
        let says = |name: &str, value: &str| {
            of(name).is_some_and(|line| line.value.trim().eq_ignore_ascii_case(value))
        };
        let instance = of("RECURRENCE-ID").and_then(When::read);
        let end = match (of("DTEND").and_then(When::read), of("DURATION")) {
            (Some(end), _) => End::At(end),
            (None, Some(line)) => Length::parse(&line.value).map_or(End::Unsaid, End::After),
            (None, None) => End::Unsaid,
        };
        let free = says("TRANSP", "TRANSPARENT")
            || says("STATUS", "CANCELLED")
            || says("X-MICROSOFT-CDO-BUSYSTATUS", "FREE");
        Some(Self {
            uid: of("UID").map(|line| line.value.trim().to_owned()),
            busy: !free,
            start: of("DTSTART").and_then(When::read)?,
            end,
            rules: all("RRULE").map(|line| Rule::parse(&line.value)).collect::<Option<_>>()?,
            more: all("RDATE").flat_map(more).collect(),
            without: all("EXDATE")
                .flat_map(|line| line.value.split(',').filter_map(|text| When::of(text, line)))
                .collect(),
            instance,
        })
    }

    /// Its starts whose instances may reach into `horizon`.
    fn starts(
        &self,
        zone: &TimeZone,
        horizon: Span,
        length: Length,
        budget: &mut Budget,
    ) -> Result<Vec<Moment>, Unusable> {
        let first = match self.start.moment {
            Moment::Date(date) => date.to_datetime(Time::midnight()),
            Moment::Local(clock) | Moment::Utc(clock) => clock,
        };
        if self.rules.is_empty() {
            return Ok(vec![self.start.moment]);
        }
        // Days of calendars are longer or shorter than those of clocks.
        let reach = TimeDelta::days(length.days + 2) + length.exact;
        let from = clock(zone, horizon.from - reach);
        let to = clock(zone, horizon.to + TimeDelta::days(2));
        let Some((from, to)) = from.zip(to) else { return Ok(Vec::new()) };
        let mut starts = BTreeSet::new();
        for rule in &self.rules {
            let until = rule.until().and_then(|until| self.last(*until, zone));
            starts.extend(rule.starts(first, Window { from, to, until }, budget)?);
        }
        let moment = |clock: CivilDateTime| match self.start.moment {
            Moment::Date(_) => Moment::Date(clock.date()),
            Moment::Local(_) => Moment::Local(clock),
            Moment::Utc(_) => Moment::Utc(clock),
        };
        Ok(starts.into_iter().map(moment).collect())
    }

    /// The last start that `UNTIL` allows, on the clock of the event.
    fn last(&self, until: Moment, zone: &TimeZone) -> Option<CivilDateTime> {
        let end_of_day = |date: Date| date.to_datetime(Time::constant(23, 59, 59, 0));
        match (until, self.start.moment) {
            (until, Moment::Date(_)) => Some(end_of_day(until.date())),
            (Moment::Date(date), _) => Some(end_of_day(date)),
            (Moment::Local(clock), _) => Some(clock),
            (Moment::Utc(at), _) => clock(zone, instant(&TimeZone::UTC, at)?),
        }
    }
}

/// The starts of an `RDATE`, which may be periods.
fn more(line: &Line) -> impl Iterator<Item = (When, End)> {
    line.value.split(',').filter_map(move |text| match text.split_once('/') {
        None => Some((When::of(text, line)?, End::Unsaid)),
        Some((start, end)) => {
            let end = match Length::parse(end) {
                Some(length) => End::After(length),
                None => End::At(When::of(end, line)?),
            };
            Some((When::of(start, line)?, end))
        }
    })
}

/// An event with the changes of its instances.
#[derive(Debug, Clone)]
pub(super) struct Series {
    master: Option<Event>,
    changes: Vec<Event>,
}

/// Puts events together that have a name in common.
pub(super) fn gather(events: Vec<Event>) -> Vec<Series> {
    let mut named: BTreeMap<String, Series> = BTreeMap::new();
    let mut all = Vec::new();
    for event in events {
        let Some(uid) = event.uid.clone() else {
            all.push(Series { master: Some(event), changes: Vec::new() });
            continue;
        };
        let series = named.entry(uid).or_insert(Series { master: None, changes: Vec::new() });
        match (&event.instance, &series.master) {
            (Some(_), _) => series.changes.push(event),
            (None, None) => series.master = Some(event),
            // Two by one name: some writers do not keep to it.
            (None, Some(_)) => all.push(Series { master: Some(event), changes: Vec::new() }),
        }
    }
    all.extend(named.into_values());
    all
}

impl Series {
    /// Its name, if it is shaped like that of a lesson: an id of ours, with or
    /// without a host after it.
    pub(super) fn lesson(&self) -> Option<Uuid> {
        let event = self.master.iter().chain(&self.changes).next()?;
        let name = event.uid.as_deref()?.split('@').next()?;
        Uuid::try_parse(name).ok()
    }

    /// Adds when it is busy within `horizon`.
    pub(super) fn expand(
        &self,
        horizon: Span,
        resolver: &mut Resolver<'_>,
        budget: &mut Budget,
        spans: &mut Vec<Span>,
    ) -> Result<(), Unusable> {
        budget.spend(1 + self.changes.len())?;
        let mut add = |span: Option<Span>| {
            let within = |span: &Span| {
                span.from < span.to && span.from < horizon.to && span.to > horizon.from
            };
            spans.extend(span.filter(within));
        };
        for change in self.changes.iter().filter(|change| change.busy) {
            let length = length(&change.start, &change.end, resolver);
            add(span(change.start.moment, length, &change.start.resolve(resolver)));
        }
        let Some(master) = self.master.as_ref().filter(|master| master.busy) else {
            return Ok(());
        };
        let changed = self.changes.iter().filter_map(|change| change.instance.as_ref());
        let gone = Gone::of(master.without.iter().chain(changed), resolver, budget)?;
        let usual = length(&master.start, &master.end, resolver);
        let zone = master.start.resolve(resolver);
        for start in master.starts(&zone, horizon, usual, budget)? {
            add(span(start, usual, &zone).filter(|span| !gone.has(span.from, start)));
        }
        for (start, end) in &master.more {
            budget.spend(1)?;
            let length = match end {
                End::Unsaid => usual,
                end => length(start, end, resolver),
            };
            let (moment, zone) = (start.moment, start.resolve(resolver));
            add(span(moment, length, &zone).filter(|span| !gone.has(span.from, moment)));
        }
        Ok(())
    }
}

/// Instances that do not take place, or not as the others do.
#[derive(Debug, Default)]
struct Gone {
    instants: BTreeSet<DateTime<Utc>>,
    dates: BTreeSet<Date>,
}

impl Gone {
    fn of<'a>(
        all: impl Iterator<Item = &'a When>,
        resolver: &mut Resolver<'_>,
        budget: &mut Budget,
    ) -> Result<Self, Unusable> {
        let mut gone = Self::default();
        for when in all {
            budget.spend(1)?;
            match when.moment {
                Moment::Date(date) => gone.dates.extend([date]),
                Moment::Local(_) | Moment::Utc(_) => gone.instants.extend(when.instant(resolver)),
            }
        }
        Ok(gone)
    }

    fn has(&self, at: DateTime<Utc>, start: Moment) -> bool {
        self.instants.contains(&at) || self.dates.contains(&start.date())
    }
}

/// How long an event is that starts and ends so.
fn length(start: &When, end: &End, resolver: &mut Resolver<'_>) -> Length {
    match (end, start.moment) {
        (End::After(length), _) => *length,
        (End::At(end), Moment::Date(from)) => {
            Length::of_days(end.moment.date().duration_since(from).as_hours() / 24)
        }
        (End::At(end), _) => {
            let ends = end.instant(resolver).zip(start.instant(resolver));
            ends.map_or(Length::ZERO, |(to, from)| Length::of_time(to - from))
        }
        (End::Unsaid, Moment::Date(_)) => Length::of_days(1),
        (End::Unsaid, _) => Length::ZERO,
    }
}

/// From when to when an event is that starts so and is so long.
fn span(start: Moment, length: Length, zone: &TimeZone) -> Option<Span> {
    let (from, to) = match start {
        Moment::Date(date) => {
            let end = date.checked_add(length.days.days()).ok()?;
            (midnight(zone, date)?, midnight(zone, end)?)
        }
        Moment::Local(clock) | Moment::Utc(clock) => {
            let end = clock.checked_add(length.days.days()).ok()?;
            (instant(zone, clock)?, instant(zone, end)?)
        }
    };
    Some(Span { from, to: to + length.exact })
}
