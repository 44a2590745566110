//! Calendars elsewhere, as far as they say when somebody is busy: iCalendar
//! (RFC 5545), as Google, Outlook, Apple and others write it.
//!
//! A feed is somebody else's text. What cannot be read costs the event that it
//! stands in and no other; the work of reading is bounded whatever it says.
//! An event is busy unless it is transparent, cancelled, free by Outlook's word,
//! or a lesson of ours that has come back. `RANGE=THISANDFUTURE` is read as the
//! one instance that it names: none of these writers has it.

mod event;
mod length;
mod lines;
mod rule;
mod zones;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use self::{
    event::{Event, Series},
    lines::{Component, components},
    zones::Resolver,
};
use crate::{
    session::UnknownName,
    span::{Span, Spans},
    zone::{ZoneError, ZoneName, Zones},
};

/// The largest feed, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// The most stretches of busy time that are kept of a feed; the nearest are.
pub const MAX_SPANS: usize = 5_000;
/// How far ahead recurrences are expanded, from when the feed was read: as far
/// as any lesson is booked, and the days between two readings.
pub const HORIZON: TimeDelta = TimeDelta::days(5 * 366 + 2);
/// The most work for one feed, in days or starts that are looked at: that of
/// five hundred rules of days that never end.
const MAX_WORK: u32 = 2_000_000;

/// A calendar, read as far as it can be.
#[derive(Debug, Clone)]
pub struct Feed {
    series: Vec<Series>,
    /// Time zones that the feed describes itself, by their names in it.
    described: BTreeMap<String, zones::Described>,
    /// The zone of times without one.
    zone: Option<String>,
}

/// When a calendar is busy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Busy {
    /// In order, joined where they touch, at most [`MAX_SPANS`].
    pub spans: Vec<Span>,
    /// How many events they come from; a recurring one is one.
    pub events: u32,
}

/// Why a text is no feed, or none that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Something else than iCalendar.
    #[error("this is no iCalendar")]
    NotACalendar,
    /// Its rules ask for more work than a feed may cost.
    #[error("its events recur too often")]
    TooManyEvents,
    /// The zone of whoever's feed it is, or a time, is none.
    #[error(transparent)]
    Zone(#[from] ZoneError),
}

impl Feed {
    /// Reads a feed. Bytes that are no UTF-8 spoil the texts they are in, which
    /// are not looked at.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unusable> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
        let begins = text.get(.."BEGIN:VCALENDAR".len());
        if !begins.is_some_and(|line| line.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
            return Err(Unusable::NotACalendar);
        }
        let mut feed = Self { series: Vec::new(), described: BTreeMap::new(), zone: None };
        let mut events: Vec<Event> = Vec::new();
        for component in components(text) {
            match component {
                Component::Event(lines) => events.extend(Event::read(&lines)),
                Component::Zone { name, described } => {
                    feed.described.entry(name).or_insert(described);
                }
                Component::DefaultZone(name) => feed.zone = Some(name),
            }
        }
        feed.series = event::gather(events);
        Ok(feed)
    }

    /// Names of its events that may be those of lessons.
    pub fn names(&self) -> BTreeSet<Uuid> {
        self.series.iter().filter_map(Series::lesson).collect()
    }

    /// When it is busy within `horizon`, without the events named `lessons`. A
    /// time without a zone is on the clocks of the calendar's own, or `home`.
    pub fn busy(
        &self,
        horizon: Span,
        home: &ZoneName,
        lessons: &BTreeSet<Uuid>,
        zones: &Zones,
    ) -> Result<Busy, Unusable> {
        let mut resolver = Resolver::new(zones, &self.described, self.zone.as_deref(), home)?;
        let mut budget = Budget(MAX_WORK);
        let mut busy = Busy::default();
        let mut spans = Vec::new();
        for series in &self.series {
            if series.lesson().is_some_and(|name| lessons.contains(&name)) {
                continue;
            }
            let before = spans.len();
            series.expand(horizon, &mut resolver, &mut budget, &mut spans)?;
            busy.events += u32::from(spans.len() > before);
        }
        let joined: Spans = spans.into_iter().collect();
        busy.spans = joined.into_vec();
        busy.spans.truncate(MAX_SPANS);
        Ok(busy)
    }
}

/// What is left of the work that a feed may cost.
#[derive(Debug)]
struct Budget(u32);

impl Budget {
    fn spend(&mut self, work: usize) -> Result<(), Unusable> {
        let work = u32::try_from(work).unwrap_or(u32::MAX);
        self.0 = self.0.checked_sub(work).ok_or(Unusable::TooManyEvents)?;
        Ok(())
    }
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every one there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name on the wire and in the schema.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, UnknownName> {
                let found = Self::ALL.iter().copied().find(|own| own.as_str() == text);
                found.ok_or(UnknownName { expected: concat!($($text, " "),*) })
            }
        }
    };
}

named! {
    /// How it stands with a feed.
    State {
        /// It was not fetched yet.
        Pending = "pending",
        /// It was read the last time.
        Ok = "ok",
        /// It could not be; what was read before still counts.
        Failing = "failing",
    }
}

named! {
    /// Why a feed could not be read the last time. Nothing of what was answered
    /// is in it.
    Trouble {
        /// Its host has no address, or nobody answers there.
        Unreachable = "unreachable",
        /// It takes too long.
        Timeout = "timeout",
        /// It leads to an address, port or scheme that is not asked.
        Blocked = "blocked",
        /// It leads from one address to the next without an end.
        Redirects = "too_many_redirects",
        /// It is not for us: 401 or 403.
        Forbidden = "forbidden",
        /// It is no longer there: 404 or 410.
        NotFound = "not_found",
        /// It answers with another status that is no success.
        Status = "bad_status",
        /// It is larger than a feed may be.
        TooLarge = "too_large",
        /// It is something else than a calendar, or packed in a way that was not
        /// asked for.
        NotACalendar = "not_a_calendar",
        /// Its events recur too often.
        TooManyEvents = "too_many_events",
    }
}

impl From<Unusable> for Trouble {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::NotACalendar | Unusable::Zone(_) => Self::NotACalendar,
            Unusable::TooManyEvents => Self::TooManyEvents,
        }
    }
}

/// What feeds may be read about: from yesterday on, since a lesson's buffer
/// reaches back.
pub fn horizon(now: DateTime<Utc>) -> Span {
    Span { from: now - TimeDelta::days(1), to: now + HORIZON }
}
