//! Which starts a teacher offers.
//!
//! Search and booking ask the same questions of the same [`Offer`], so that
//! what is found can be booked, and what can be booked is found.

use chrono::{DateTime, TimeDelta, Utc};
use jiff::{ToSpan as _, civil::Date};

use crate::{
    availability::Availability,
    policy::{Limit, Policy},
    session::Timing,
    span::{Span, Spans},
    text::Minutes,
    zone::{Days, ZoneError},
};

/// A rule of a teacher by which a start is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// Not within the teacher's hours.
    #[error("the teacher is not available then")]
    Closed,
    /// Too soon.
    #[error("the teacher asks for more notice")]
    MinimumNotice,
    /// Too far ahead.
    #[error("the teacher does not take bookings so far ahead")]
    BookingWindow,
    /// Between two starts.
    #[error("the teacher's lessons start at other times")]
    StartIncrement,
    /// As many lessons as the teacher gives in a day.
    #[error("the teacher's day is full")]
    PerDay,
    /// As many lessons as the teacher gives in a week.
    #[error("the teacher's week is full")]
    PerWeek,
}

/// Why a lesson cannot be booked at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOffered {
    /// One of the teacher's rules says no.
    #[error(transparent)]
    Rule(#[from] Rule),
    /// Somebody is taken.
    #[error("somebody is taken then")]
    Taken,
    /// Outside the years that are counted with.
    #[error(transparent)]
    Zone(#[from] ZoneError),
}

/// What a teacher has set.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The teacher's calendar.
    pub days: &'a Days,
    /// When the teacher is open; `None`: always, since nothing was ever set.
    pub hours: Option<&'a Availability>,
    /// The policy in force.
    pub policy: &'a Policy,
    /// Whether a teacher who is always open takes lessons at any minute: the
    /// increment then only says what a search shows.
    pub any_minute: bool,
}

/// What is in the way.
#[derive(Debug, Clone, Default)]
pub struct Engagements {
    /// Lessons that the teacher gives.
    pub lessons: Vec<Span>,
    /// Slots that are held for others. They will have buffers of their own.
    pub holds: Vec<Span>,
    /// What else the teacher does.
    pub busy: Vec<Span>,
    /// When whoever is to take the lesson is taken.
    pub students: Vec<Span>,
}

/// What a teacher offers, at one instant.
#[derive(Debug, Clone)]
pub struct Offer<'a> {
    rules: Rules<'a>,
    now: DateTime<Utc>,
    /// Where a lesson with its buffers must not be.
    teacher: Spans,
    /// Where the lesson itself must not be.
    students: Spans,
    /// The dates on which the teacher's lessons start.
    dates: Vec<Date>,
}

/// A time in which lessons may start, and until when they must be over.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    closes: DateTime<Utc>,
}

impl<'a> Offer<'a> {
    /// What is offered under `rules` beside `engagements`.
    pub fn new(
        rules: Rules<'a>,
        engagements: &Engagements,
        now: DateTime<Utc>,
    ) -> Result<Self, ZoneError> {
        let policy = rules.policy;
        let given = engagements.lessons.iter().chain(&engagements.holds);
        let padded = given.map(|span| with_buffers(policy, *span));
        let dates = engagements.lessons.iter().map(|lesson| rules.days.date(lesson.from));
        Ok(Self {
            rules,
            now,
            teacher: padded.chain(engagements.busy.iter().copied()).collect(),
            students: engagements.students.iter().copied().collect(),
            dates: dates.collect::<Result<_, _>>()?,
        })
    }

    /// The starts within `starts` at which a lesson of this length can be
    /// booked now, in order.
    pub fn search(&self, starts: Span, duration: Minutes) -> Result<Vec<DateTime<Utc>>, ZoneError> {
        let policy = self.rules.policy;
        let from = starts.from.max(self.now + policy.minimum_notice);
        let to = starts.to.min(self.now + policy.booking_window + TimeDelta::microseconds(1));
        let mut found = Vec::new();
        if from >= to {
            return Ok(found);
        }
        let first = shift(self.rules.days.date(from)?, -1)?;
        for window in self.windows(first, self.rules.days.date(to)?)? {
            let mut start = window.next_start(from, policy.start_increment);
            while start < to.min(window.until) {
                if self.admits(window, Timing { start, duration }).is_ok() {
                    found.push(start);
                }
                start += policy.start_increment;
            }
        }
        Ok(found)
    }

    /// Whether a lesson can be booked at this time now.
    pub fn check(&self, timing: Timing) -> Result<(), NotOffered> {
        let date = self.rules.days.date(timing.start)?;
        let window = self
            .windows(shift(date, -1)?, date)?
            .into_iter()
            .find(|window| window.from <= timing.start && timing.start < window.until)
            .ok_or(Rule::Closed)?;
        self.admits(window, timing)
    }

    /// Whether nobody is taken, whatever the teacher's hours and limits are.
    pub fn check_free(&self, timing: Timing) -> Result<(), NotOffered> {
        let span = Span { from: timing.start, to: timing.end() };
        if self.teacher.meet(with_buffers(self.rules.policy, span)) || self.students.meet(span) {
            return Err(NotOffered::Taken);
        }
        Ok(())
    }

    fn admits(&self, window: Window, timing: Timing) -> Result<(), NotOffered> {
        let policy = self.rules.policy;
        let start = timing.start;
        if timing.end() > window.closes {
            return Err(Rule::Closed.into());
        }
        let any_minute = self.rules.hours.is_none() && self.rules.any_minute;
        if !any_minute && !window.starts_at(start, policy.start_increment) {
            return Err(Rule::StartIncrement.into());
        }
        if policy.minimum_notice > TimeDelta::zero() && start < self.now + policy.minimum_notice {
            return Err(Rule::MinimumNotice.into());
        }
        if start > self.now + policy.booking_window {
            return Err(Rule::BookingWindow.into());
        }
        self.check_free(timing)?;
        self.check_limits(start)
    }

    fn check_limits(&self, start: DateTime<Utc>) -> Result<(), NotOffered> {
        let policy = self.rules.policy;
        if (policy.per_day, policy.per_week) == (Limit::Unlimited, Limit::Unlimited) {
            return Ok(());
        }
        let date = self.rules.days.date(start)?;
        let on_day = self.dates.iter().filter(|other| **other == date).count();
        if !policy.per_day.allows_one_beside(on_day) {
            return Err(Rule::PerDay.into());
        }
        let week = monday(date)?;
        let in_week = self.dates.iter().filter(|other| monday(**other) == Ok(week)).count();
        if !policy.per_week.allows_one_beside(in_week) {
            return Err(Rule::PerWeek.into());
        }
        Ok(())
    }

    /// The windows of these dates, both included, in order. Where an interval
    /// begins when another ends, a lesson may run on from one into the other.
    fn windows(&self, first: Date, last: Date) -> Result<Vec<Window>, ZoneError> {
        let days = self.rules.days;
        let mut windows: Vec<Window> = Vec::new();
        let Some(hours) = self.rules.hours else {
            for date in dates(first, last) {
                let (from, until) = (days.bound(date, 0)?, days.bound(date, 1440)?);
                windows.push(Window { from, until, closes: DateTime::<Utc>::MAX_UTC });
            }
            return Ok(windows);
        };
        // No lesson is longer than a day, which a change of clocks may stretch.
        for date in dates(first, shift(last, 2)?) {
            let open = hours.open_on(days, date)?;
            windows.extend(open.into_iter().map(|o| Window {
                from: o.from,
                until: o.to,
                closes: o.to,
            }));
        }
        for n in (1..windows.len()).rev() {
            if windows[n].from == windows[n - 1].closes {
                windows[n - 1].closes = windows[n].closes;
            }
        }
        let end = days.bound(last, 1440)?;
        windows.retain(|window| window.from < end);
        Ok(windows)
    }
}

impl Window {
    /// Whether a lesson may start at `start`, counted from the beginning.
    fn starts_at(self, start: DateTime<Utc>, increment: TimeDelta) -> bool {
        self.next_start(start, increment) == start
    }

    /// The first start that is not before `from`.
    fn next_start(self, from: DateTime<Utc>, increment: TimeDelta) -> DateTime<Utc> {
        let Some(behind) = (from - self.from).num_microseconds().filter(|n| *n > 0) else {
            return self.from;
        };
        let step = increment.num_microseconds().unwrap_or(1).max(1);
        let steps = behind.div_euclid(step) + i64::from(behind.rem_euclid(step) > 0);
        self.from + TimeDelta::microseconds(steps.saturating_mul(step))
    }
}

/// A lesson with the time that its teacher needs around it.
fn with_buffers(policy: &Policy, span: Span) -> Span {
    Span { from: span.from - policy.buffer_before, to: span.to + policy.buffer_after }
}

fn shift(date: Date, days: i64) -> Result<Date, ZoneError> {
    date.checked_add(days.days()).map_err(|_| ZoneError::OutOfRange)
}

fn monday(date: Date) -> Result<Date, ZoneError> {
    shift(date, -i64::from(date.weekday().to_monday_zero_offset()))
}

fn dates(first: Date, last: Date) -> impl Iterator<Item = Date> {
    let next = |date: &Date| date.tomorrow().ok();
    std::iter::successors(Some(first), next).take_while(move |date| *date <= last)
}
