//! Lessons that recur, and how far a change of one reaches.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use jiff::SignedDuration;

use crate::{
    session::{Session, UnknownName},
    zone::{Intent, Strictness, WallClock, ZoneError, ZoneName, Zones},
};

/// How far a change of one lesson of a series reaches. Lessons that have begun,
/// or whose time has passed, never change with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This lesson. If its time is changed, it no longer moves with the others.
    One,
    /// This one and those after it. If they change, they are a series of their
    /// own from then on.
    Following,
    /// All that are still ahead.
    All,
}

impl Reach {
    /// The name in the API and in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Following => "following",
            Self::All => "all",
        }
    }
}

impl FromStr for Reach {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "one" => Ok(Self::One),
            "following" => Ok(Self::Following),
            "all" => Ok(Self::All),
            _ => Err(UnknownName { expected: "one, following, all" }),
        }
    }
}

/// A move of a whole series: so far on the clocks of one zone. Lessons keep
/// their wall clock across changes of those clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    zone: ZoneName,
    by: SignedDuration,
}

/// Why a series cannot be moved like one of its lessons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoShift {
    /// Neither the lesson nor its new start names a zone.
    #[error("a series moves on the clocks of a zone: say which")]
    NoZone,
    /// A wall clock without an instant.
    #[error(transparent)]
    Zone(#[from] ZoneError),
}

impl Shift {
    /// The shift that moves `lesson` to a new start. Without an intent of its
    /// own, that start is seen on the clocks of the lesson's.
    pub fn between(
        lesson: &Session,
        at: DateTime<Utc>,
        intent: Option<&Intent>,
        zones: &Zones,
    ) -> Result<Self, NoShift> {
        let zone = &intent.or(lesson.intent.as_ref()).ok_or(NoShift::NoZone)?.time_zone;
        let from = wall_clock(lesson.timing.start, lesson.intent.as_ref(), zone, zones)?;
        let to = wall_clock(at, intent, zone, zones)?;
        Ok(Self { zone: zone.clone(), by: from.local().duration_until(to.local()) })
    }

    /// Where `lesson` goes.
    pub fn apply(
        &self,
        lesson: &Session,
        zones: &Zones,
    ) -> Result<(DateTime<Utc>, Intent), ZoneError> {
        let from = wall_clock(lesson.timing.start, lesson.intent.as_ref(), &self.zone, zones)?;
        let to = from.local().checked_add(self.by).map_err(|_| ZoneError::OutOfRange)?;
        let clock = WallClock::at(to);
        let at = zones.instant(clock, &self.zone, Strictness::Lenient)?;
        Ok((at, Intent { time_zone: self.zone.clone(), local_start: clock.to_string() }))
    }
}

/// What clocks in `zone` are meant to show at a start: what was written, where
/// it was written for this zone, and what they do show otherwise. The two
/// differ where the clocks skip what was written.
pub fn wall_clock(
    at: DateTime<Utc>,
    intent: Option<&Intent>,
    zone: &ZoneName,
    zones: &Zones,
) -> Result<WallClock, ZoneError> {
    let written = intent
        .filter(|intent| intent.time_zone == *zone)
        .and_then(|intent| intent.local_start.parse::<WallClock>().ok())
        .filter(|clock| !clock.names_an_instant());
    match written {
        Some(clock) => Ok(clock),
        None => zones.clock(at, zone),
    }
}
