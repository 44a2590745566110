//! Lessons that are over, with what is kept of them.

use lectern_store::history::{Attended, Overview, Record};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Review, Session};

/// A lesson that is over, with what is kept of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PastSession {
    #[serde(flatten)]
    session: Session,
    /// Who was there, for how long and how well; nobody, where nobody came or
    /// it is no longer known.
    attended: Vec<Attendee>,
    /// What its people said of each other, as far as it is published.
    reviews: Vec<Review>,
}

/// Somebody who was in the room.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attendee {
    /// The platform's id.
    user: String,
    /// As what.
    #[schema(value_type = super::SessionRole)]
    role: String,
    /// How long their media was up, in minutes, rounded down.
    minutes: i64,
    /// Packets that came from them.
    packets: i64,
    /// The share of their packets that was lost, from 0 to 1; null where they
    /// sent nothing.
    #[schema(required = true, minimum = 0, maximum = 1)]
    loss_rate: Option<f64>,
}

/// A lesson as those who run the platform look at it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OverseenSession {
    #[serde(flatten)]
    session: Session,
    /// Who was there, for how long and how well; nobody, where nobody came or
    /// it is no longer known.
    attended: Vec<Attendee>,
    /// For how long the teacher and a student were there at once, in minutes,
    /// rounded down.
    together: i64,
    /// How many of its people are in the room now.
    present: i64,
    /// Whether somebody's complaint about it waits for a decision.
    disputed: bool,
}

impl OverseenSession {
    pub(crate) fn new(session: Session, record: Record, overview: Overview) -> Self {
        Self {
            session,
            attended: record.attended.into_iter().map(Into::into).collect(),
            together: overview.together / 60,
            present: overview.present,
            disputed: overview.disputed,
        }
    }
}

impl PastSession {
    pub(crate) fn new(session: Session, record: Record) -> Self {
        Self {
            session,
            attended: record.attended.into_iter().map(Into::into).collect(),
            reviews: record.reviews.into_iter().map(|row| Review::listed(row, true)).collect(),
        }
    }
}

impl From<Attended> for Attendee {
    fn from(attended: Attended) -> Self {
        let sent = attended.packets + attended.lost;
        Self {
            user: attended.user,
            role: attended.role,
            minutes: attended.seconds / 60,
            packets: attended.packets,
            // Counts are far below 2^53, where f64 stops being exact.
            loss_rate: (sent > 0).then(|| attended.lost as f64 / sent as f64),
        }
    }
}
