//! The state machine of a lesson. A transition takes the state and gives the
//! next one, or says why there is none.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::UnknownName;
use crate::{id::UserId, text::Reason};

/// The name of a state, as it stands on the wire and in the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Booked, and not begun.
    Scheduled,
    /// Teacher and student have been connected, and it is not over.
    InProgress,
    /// It took place and is over.
    Completed,
    /// It will not take place, or was broken off.
    Cancelled,
}

impl Status {
    /// The name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Scheduled, Self::InProgress, Self::Completed, Self::Cancelled]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownName { expected: "scheduled, in-progress, completed, cancelled" })
    }
}

/// Where a lesson is in its life, with what is known there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Booked. It stays so when its time passes and nobody has come.
    Scheduled,
    /// Teacher and student have been connected at once.
    InProgress {
        /// When that was for the first time.
        started_at: DateTime<Utc>,
    },
    /// It took place and is over.
    Completed {
        /// When teacher and student were first connected at once.
        started_at: DateTime<Utc>,
        /// When it was over.
        finished_at: DateTime<Utc>,
    },
    /// It will not take place, or was broken off.
    Cancelled {
        /// When teacher and student were first connected at once, if ever.
        started_at: Option<DateTime<Utc>>,
        /// When it was cancelled.
        at: DateTime<Utc>,
        /// Who did it.
        by: UserId,
        /// Why, in their words.
        reason: Reason,
        /// Whether it was after the deadline for students.
        late: bool,
    },
}

/// A step that the state machine does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a lesson that is {from} cannot become {to}")]
pub struct InvalidTransition {
    /// What it is.
    pub from: Status,
    /// What it was to become.
    pub to: Status,
}

impl State {
    /// The name of this state.
    pub const fn status(&self) -> Status {
        match self {
            Self::Scheduled => Status::Scheduled,
            Self::InProgress { .. } => Status::InProgress,
            Self::Completed { .. } => Status::Completed,
            Self::Cancelled { .. } => Status::Cancelled,
        }
    }

    /// When teacher and student were first connected at once: that it took
    /// place is this fact.
    pub const fn started_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Scheduled => None,
            Self::InProgress { started_at } | Self::Completed { started_at, .. } => {
                Some(*started_at)
            }
            Self::Cancelled { started_at, .. } => *started_at,
        }
    }

    /// Teacher and student are both connected. A lesson that was over begins
    /// again; that it once began is kept.
    pub fn begin(self, now: DateTime<Utc>) -> Result<Self, InvalidTransition> {
        match self {
            Self::Scheduled => Ok(Self::InProgress { started_at: now }),
            Self::InProgress { started_at } | Self::Completed { started_at, .. } => {
                Ok(Self::InProgress { started_at })
            }
            Self::Cancelled { .. } => Err(self.refuse(Status::InProgress)),
        }
    }

    /// Everybody has left, or the end has passed.
    pub fn finish(self, now: DateTime<Utc>) -> Result<Self, InvalidTransition> {
        match self {
            Self::InProgress { started_at } => Ok(Self::Completed { started_at, finished_at: now }),
            _ => Err(self.refuse(Status::Completed)),
        }
    }

    /// `by` calls it off, or breaks it off, `late` or in time.
    pub fn cancel(
        self,
        by: UserId,
        reason: Reason,
        late: bool,
        now: DateTime<Utc>,
    ) -> Result<Self, InvalidTransition> {
        match self {
            Self::Scheduled | Self::InProgress { .. } => {
                Ok(Self::Cancelled { started_at: self.started_at(), at: now, by, reason, late })
            }
            Self::Completed { .. } | Self::Cancelled { .. } => Err(self.refuse(Status::Cancelled)),
        }
    }

    /// An admin decides that it took place. Where nothing is known of its
    /// beginning, it began at `start`, when it should have.
    pub fn ruled_completed(
        self,
        start: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Self, InvalidTransition> {
        match self {
            Self::Completed { .. } => Err(self.refuse(Status::Completed)),
            Self::Scheduled | Self::InProgress { .. } | Self::Cancelled { .. } => {
                let started_at = self.started_at().unwrap_or(start);
                Ok(Self::Completed { started_at, finished_at: now })
            }
        }
    }

    /// An admin decides that it did not, even if it seemed to.
    pub fn ruled_cancelled(
        self,
        by: UserId,
        reason: Reason,
        now: DateTime<Utc>,
    ) -> Result<Self, InvalidTransition> {
        match self {
            Self::Cancelled { .. } => Err(self.refuse(Status::Cancelled)),
            Self::Scheduled | Self::InProgress { .. } | Self::Completed { .. } => {
                let started_at = self.started_at();
                Ok(Self::Cancelled { started_at, at: now, by, reason, late: false })
            }
        }
    }

    const fn refuse(&self, to: Status) -> InvalidTransition {
        InvalidTransition { from: self.status(), to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a small number of seconds is an instant")
    }

    fn cancelled(state: State) -> Result<State, InvalidTransition> {
        let by = "ines".parse().expect("a user id");
        state.cancel(by, "ill".parse().expect("a reason"), false, at(9))
    }

    #[test]
    fn a_lesson_begins_once_and_may_be_joined_again() {
        let begun = State::Scheduled.begin(at(1)).expect("begins");
        assert_eq!(begun, State::InProgress { started_at: at(1) });
        let over = begun.finish(at(2)).expect("ends");
        assert_eq!(over, State::Completed { started_at: at(1), finished_at: at(2) });
        let again = over.begin(at(3)).expect("begins again");
        assert_eq!(again.started_at(), Some(at(1)));
    }

    #[test]
    fn nobody_came_is_not_completed() {
        let refused = InvalidTransition { from: Status::Scheduled, to: Status::Completed };
        assert_eq!(State::Scheduled.finish(at(1)), Err(refused));
    }

    #[test]
    fn what_is_over_cannot_be_cancelled_and_what_is_cancelled_is_over() {
        let over = State::Completed { started_at: at(1), finished_at: at(2) };
        assert!(cancelled(over).is_err());
        let off = cancelled(State::InProgress { started_at: at(1) }).expect("is broken off");
        assert_eq!(off.started_at(), Some(at(1)));
        assert!(off.clone().begin(at(10)).is_err());
        assert!(off.clone().finish(at(10)).is_err());
        assert!(cancelled(off).is_err());
    }

    #[test]
    fn an_admin_decides_otherwise_and_never_the_same() {
        let (ada, why) = (|| "ada".parse().expect("a user id"), || "".parse().expect("a reason"));
        let over = State::Scheduled.ruled_completed(at(1), at(9)).expect("is ruled");
        assert_eq!(over, State::Completed { started_at: at(1), finished_at: at(9) });
        let off = over.clone().ruled_cancelled(ada(), why(), at(10)).expect("is ruled");
        assert_eq!(off.started_at(), Some(at(1)));
        assert!(over.ruled_completed(at(1), at(9)).is_err());
        assert!(off.clone().ruled_cancelled(ada(), why(), at(11)).is_err());
        assert_eq!(off.ruled_completed(at(2), at(12)).map(|s| s.started_at()), Ok(Some(at(1))));
    }

    #[test]
    fn names_round_trip() {
        for name in ["scheduled", "in-progress", "completed", "cancelled"] {
            assert_eq!(name.parse::<Status>().map(Status::as_str), Ok(name));
        }
        assert!("done".parse::<Status>().is_err());
    }
}
