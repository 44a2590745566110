//! A lesson and its life: `scheduled`, `in-progress`, `completed`, `cancelled`.

mod no_show;
mod rules;
mod seats;
mod state;

use std::{fmt, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use self::{
    no_show::NoShow,
    rules::{Refused, STARTS_AT_EARLIEST, starts_in_time},
    seats::{Capacity, OFFER, Place, Waiting},
    state::{InvalidTransition, State, Status},
};
use crate::{
    id::{SeriesId, SessionId, UserId},
    policy::Terms,
    proposal::Proposal,
    text::{Description, Minutes, Skill, Title},
    zone::Intent,
};

/// What somebody is in a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ParticipantRole {
    /// Gives the lesson.
    Teacher,
    /// Takes the lesson.
    Student,
}

impl ParticipantRole {
    /// The name on the wire and in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Student => "student",
        }
    }
}

/// A name that is none of the closed set it should come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {expected}")]
pub struct UnknownName {
    /// The names there are.
    pub expected: &'static str,
}

impl FromStr for ParticipantRole {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "teacher" => Ok(Self::Teacher),
            "student" => Ok(Self::Student),
            _ => Err(UnknownName { expected: "teacher, student" }),
        }
    }
}

/// Somebody who is in a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Who.
    pub user: UserId,
    /// What others see as the name.
    pub name: String,
    /// As what.
    pub role: ParticipantRole,
    /// Whether they had a seat in a group lesson that took place, and did not
    /// come.
    pub absent: bool,
}

/// Whether the teacher has agreed, where the teacher's policy asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Confirmation {
    /// The teacher has not answered yet.
    Pending,
    /// The lesson stands.
    Confirmed,
    /// The teacher has said no.
    Declined,
    /// The teacher has not answered in time.
    Expired,
}

impl Confirmation {
    /// The name on the wire and in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Declined => "declined",
            Self::Expired => "expired",
        }
    }
}

impl FromStr for Confirmation {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Pending, Self::Confirmed, Self::Declined, Self::Expired]
            .into_iter()
            .find(|confirmation| confirmation.as_str() == text)
            .ok_or(UnknownName { expected: "pending, confirmed, declined, expired" })
    }
}

/// From when until when a lesson is: `[start, start + duration)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// The first instant.
    pub start: DateTime<Utc>,
    /// How long.
    pub duration: Minutes,
}

impl Timing {
    /// The first instant after the lesson.
    pub fn end(self) -> DateTime<Utc> {
        self.start + self.duration.delta()
    }
}

/// A booked lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name.
    pub id: SessionId,
    /// What it is called.
    pub title: Title,
    /// What it is about.
    pub description: Description,
    /// What is taught.
    pub skill: Skill,
    /// Who gives it.
    pub teacher: UserId,
    /// Who takes it; nobody in particular in a group lesson.
    pub student: Option<UserId>,
    /// Everybody in it, sorted by user.
    pub participants: Vec<Participant>,
    /// How many students it takes.
    pub capacity: Capacity,
    /// Who waits for a seat, in order.
    pub waitlist: Vec<Waiting>,
    /// When it is.
    pub timing: Timing,
    /// The wall clock that was meant, where the lesson was booked by one.
    pub intent: Option<Intent>,
    /// Where it is in its life.
    pub state: State,
    /// Whether the teacher has agreed.
    pub confirmation: Confirmation,
    /// Who did not come, once that is decided.
    pub no_show: Option<NoShow>,
    /// Until when the teacher may answer, where it was asked for.
    pub confirm_by: Option<DateTime<Utc>>,
    /// What the teacher's policy says of it now.
    pub terms: Terms,
    /// The lessons that it was booked with.
    pub series: Option<SeriesId>,
    /// A new time that one side proposes to the other.
    pub proposal: Option<Proposal>,
    /// Rises with every change.
    pub version: Version,
    /// Rises with every change of time, and when it is cancelled (RFC 5545,
    /// section 3.8.7.4).
    pub sequence: i32,
    /// When it was booked.
    pub created_at: DateTime<Utc>,
}

impl Session {
    /// What `user` is in this lesson, if anything.
    pub fn role_of(&self, user: &UserId) -> Option<ParticipantRole> {
        self.participants.iter().find(|p| p.user == *user).map(|p| p.role)
    }

    /// Those who take it, sorted.
    pub fn students(&self) -> Vec<UserId> {
        let students = self.participants.iter().filter(|p| p.role == ParticipantRole::Student);
        students.map(|participant| participant.user.clone()).collect()
    }

    /// The name of a participant.
    pub fn name_of(&self, user: &UserId) -> Option<&str> {
        self.participants.iter().find(|p| p.user == *user).map(|p| p.name.as_str())
    }
}

/// Which change of a session this is; its ETag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub i64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far ahead a lesson may be booked.
pub const FURTHEST_AHEAD: TimeDelta = TimeDelta::days(366 * 5);
