//! Complaints about lessons, and what an admin may decide.

use std::{fmt, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    id::UserId,
    session::{ParticipantRole, Session, State, UnknownName},
};

/// How long after a lesson's end one may complain.
pub const WINDOW: TimeDelta = TimeDelta::days(30);

/// What an admin decides of a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It took place.
    Complete,
    /// It did not, or does not count.
    Cancel,
    /// It did not, since one of its people did not come.
    NoShow(ParticipantRole),
    /// It stays what it is.
    Nothing,
}

impl Outcome {
    const ALL: [Self; 5] = [
        Self::Complete,
        Self::Cancel,
        Self::NoShow(ParticipantRole::Teacher),
        Self::NoShow(ParticipantRole::Student),
        Self::Nothing,
    ];

    /// The name on the wire and in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Cancel => "cancel",
            Self::NoShow(ParticipantRole::Teacher) => "teacher-no-show",
            Self::NoShow(ParticipantRole::Student) => "student-no-show",
            Self::Nothing => "nothing",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Outcome {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text).ok_or(UnknownName {
            expected: "complete, cancel, teacher-no-show, student-no-show, nothing",
        })
    }
}

/// Why a complaint, or a decision on it, is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DisputeRefused {
    /// Only participants complain.
    #[error("only participants of the lesson may dispute it")]
    NotParticipant,
    /// There is nothing to complain about yet.
    #[error("a lesson can be disputed once it has begun or was cancelled")]
    NotBegun,
    /// It has been too long.
    #[error("a lesson can be disputed for 30 days after its end")]
    TooLate,
    /// One complaint per person and lesson.
    #[error("the caller has disputed the lesson already")]
    AlreadyDisputed,
    /// One decision per complaint.
    #[error("the dispute is decided already")]
    AlreadyDecided,
}

/// Whether `user` may complain about `session` at `now`.
pub fn may_open(
    session: &Session,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(), DisputeRefused> {
    if session.role_of(user).is_none() {
        return Err(DisputeRefused::NotParticipant);
    }
    let cancelled = matches!(session.state, State::Cancelled { .. });
    if now < session.timing.start && !cancelled {
        return Err(DisputeRefused::NotBegun);
    }
    if now >= session.timing.end() + WINDOW {
        return Err(DisputeRefused::TooLate);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_round_trip() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(outcome));
        }
        assert!("refund".parse::<Outcome>().is_err());
    }
}
