//! What can go wrong between the rules and the database.

use std::time::Duration;

use chrono::{DateTime, Utc};
use lectern_domain::{
    proposal::ProposalRefused,
    series::NoShift,
    session::{Refused, Version},
    slots::{NotOffered, Rule},
};

/// Why a transaction did not happen.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// Somebody in the lesson is taken at that time.
    #[error("somebody in the lesson has another one at that time")]
    SlotTaken,
    /// The teacher does not offer the slot.
    #[error(transparent)]
    OutsideAvailability(Rule),
    /// The hold is gone, or is not this person's.
    #[error("the hold has expired")]
    HoldExpired,
    /// Somebody is taken when some lessons of a series would be: none is booked
    /// or moved.
    #[error("{} of the lessons meet another one", starts.len())]
    SeriesTaken {
        /// When those lessons would start.
        starts: Vec<DateTime<Utc>>,
    },
    /// A series that is moved without saying in which zone.
    #[error(transparent)]
    NoShift(#[from] NoShift),
    /// It has changed since the caller read it.
    #[error("it is at version {current} now")]
    VersionConflict {
        /// What it is at.
        current: Version,
    },
    /// The rules of lessons say no.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The rules of proposals say no.
    #[error(transparent)]
    ProposalRefused(#[from] ProposalRefused),
    /// Too many wait for a seat.
    #[error("the waitlist is full")]
    WaitlistFull,
    /// The rules of reviews say no.
    #[error(transparent)]
    ReviewRefused(#[from] lectern_domain::review::ReviewRefused),
    /// The rules of disputes say no.
    #[error(transparent)]
    DisputeRefused(#[from] lectern_domain::dispute::DisputeRefused),
    /// One review per person and lesson.
    #[error("the lesson was reviewed already")]
    AlreadyReviewed,
    /// The person was erased, and is not brought back by mistake.
    #[error("the person was erased")]
    UserErased,
    /// The person is in a lesson at this moment.
    #[error("the person is in a lesson that goes on until {until}")]
    InLesson {
        /// When it should be over.
        until: DateTime<Utc>,
    },
    /// The Idempotency-Key was used for another request.
    #[error("the idempotency key belongs to another request")]
    IdempotencyMismatch,
    /// A row holds what the schema should not have let in.
    #[error("column {column} holds a value that no rule allows")]
    Corrupt {
        /// Where.
        column: &'static str,
    },
    /// The database says no, or nothing.
    #[error("the database: {0}")]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some("session_participants_no_overlap") => Self::SlotTaken,
            // The second is what refers to somebody who was there a moment ago:
            // nobody leaves `users` in another way.
            Some(name) if name == "person_not_erased" || refers_to_person(name) => Self::UserErased,
            _ => Self::Database(error),
        }
    }
}

/// Whether a foreign key is one of those to `users`, by the column in its name.
fn refers_to_person(constraint: &str) -> bool {
    const COLUMNS: [&str; 10] = [
        "person",
        "teacher",
        "student",
        "user_id",
        "holder",
        "reviewer_id",
        "reviewee_id",
        "reporter_id",
        "opened_by",
        "proposed_by",
    ];
    let table_and_column = constraint.strip_suffix("_fkey");
    table_and_column.is_some_and(|name| {
        COLUMNS
            .iter()
            .any(|column| name.strip_suffix(column).is_some_and(|table| table.ends_with('_')))
    })
}

impl From<NotOffered> for StoreError {
    fn from(refused: NotOffered) -> Self {
        match refused {
            NotOffered::Rule(rule) => Self::OutsideAvailability(rule),
            NotOffered::Taken => Self::SlotTaken,
            // Starts are checked before; what is left is a zone that was stored.
            NotOffered::Zone(_) => Self::Corrupt { column: "time_zone" },
        }
    }
}

impl StoreError {
    /// Whether the database cannot be reached or takes no more at the moment.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Database(
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed,
            ) => true,
            Self::Database(sqlx::Error::Database(error)) => {
                // Classes 08, 40, 53 and 57: connection, what others were let go
                // on before, however often, resources, intervention.
                error.code().is_some_and(|code| {
                    ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class))
                })
            }
            _ => false,
        }
    }

    /// Whether the database gave up on this transaction so that another could
    /// go on: a serialization failure or a deadlock.
    fn is_transient(&self) -> bool {
        let Self::Database(error) = self else { return false };
        let code = error.as_database_error().and_then(|e| e.code());
        matches!(code.as_deref(), Some("40001" | "40P01"))
    }
}

/// How often a transaction is tried again.
const RETRIES: u32 = 4;
/// The pause before the first repetition; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// Counts the repetitions of one transaction.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    made: u32,
}

impl Attempts {
    /// Whether to try again after `error`; waits a little if so.
    pub(crate) async fn again(&mut self, error: &StoreError) -> bool {
        if !error.is_transient() || self.made == RETRIES {
            return false;
        }
        tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(self.made)).await;
        self.made += 1;
        true
    }
}

/// Runs a transaction until it succeeds, fails for good, or has been tried
/// often enough.
macro_rules! with_retries {
    ($attempt:expr) => {{
        let mut attempts = $crate::error::Attempts::default();
        loop {
            match $attempt.await {
                Err(error) if attempts.again(&error).await => {}
                result => break result,
            }
        }
    }};
}
pub(crate) use with_retries;
