//! What somebody is told.

use chrono::{DateTime, Utc};
use lectern_store::notifications;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What somebody is told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Notice {
    /// Its name.
    id: Uuid,
    /// What happened: `session_booked`, `session_requested`,
    /// `session_confirmed`, `session_declined`, `session_expired`,
    /// `session_changed`, `session_rescheduled`, `session_cancelled`,
    /// `session_reminder`, `session_completed`, `session_missed`,
    /// `seat_taken`, `seat_given_back`, `seat_removed`, `seat_offered`,
    /// `seat_offer_expired`, `proposal_made`, `proposal_declined`,
    /// `proposal_withdrawn`, `proposal_expired`, `review_received`,
    /// `review_replied`, `review_hidden`, `review_restored`, `dispute_opened`,
    /// `dispute_decided`, `session_zone_conflict` (its zone's rules have changed,
    /// and somebody is taken when it would be). More may come.
    kind: String,
    /// To which lesson.
    #[schema(required = true)]
    session_id: Option<Uuid>,
    /// What there is to tell: of a lesson `title`, `scheduledAt`, `duration`,
    /// `actor` and `actorName`; `previously`, where it was rescheduled; `reason`,
    /// where it was called off; `noShow`, where it was missed; `seriesId` and
    /// `lessons`, how many, where it is the first of several; `proposal` with its
    /// `id`, `scheduledAt`, `duration` and `scope`; `offerExpiresAt`, where a seat
    /// is offered; of a review `title`, `rating`, `actor` and `actorName`.
    #[schema(value_type = Object)]
    payload: serde_json::Value,
    /// When.
    created_at: DateTime<Utc>,
    /// When it was read.
    #[schema(required = true)]
    read_at: Option<DateTime<Utc>>,
}

impl From<notifications::Notice> for Notice {
    fn from(notice: notifications::Notice) -> Self {
        Self {
            id: notice.id,
            kind: notice.kind,
            session_id: notice.session_id,
            payload: notice.payload,
            created_at: notice.created_at,
            read_at: notice.read_at,
        }
    }
}
