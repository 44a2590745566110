//! Complaints about lessons.

use chrono::{DateTime, Utc};
use lectern_store::disputes::DisputeRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A complaint about a lesson, and what an admin decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dispute {
    /// Its name.
    id: Uuid,
    /// About which lesson.
    session_id: Uuid,
    /// Whose it is: the platform's id.
    opened_by: String,
    /// What is wrong.
    reason: String,
    /// Since when.
    created_at: DateTime<Utc>,
    /// What was decided; null as long as nothing was.
    #[schema(required = true, value_type = Option<DisputeOutcome>)]
    outcome: Option<String>,
    /// By whom: the platform's id.
    #[schema(required = true)]
    decided_by: Option<String>,
    /// When.
    #[schema(required = true)]
    decided_at: Option<DateTime<Utc>>,
    /// Why.
    #[schema(required = true)]
    decision_reason: Option<String>,
}

impl From<DisputeRow> for Dispute {
    fn from(row: DisputeRow) -> Self {
        Self {
            id: row.id,
            session_id: row.session_id,
            opened_by: row.opened_by,
            reason: row.reason,
            created_at: row.created_at,
            outcome: row.outcome,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            decision_reason: row.decision_reason,
        }
    }
}

/// What an admin decides of a lesson.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "it documents the closed set of lectern_domain::dispute")]
pub(crate) enum DisputeOutcome {
    /// It took place: it is completed, and may be reviewed.
    Complete,
    /// It did not, or does not count: it is cancelled.
    Cancel,
    /// It did not, since the teacher did not come: cancelled, and noted.
    TeacherNoShow,
    /// It did not, since the student did not come: cancelled, and noted.
    StudentNoShow,
    /// It stays what it is.
    Nothing,
}
