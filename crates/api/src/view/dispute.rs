//! Complaints about lessons.

use chrono::{DateTime, Utc};
use lectern_store::{audit::EventRow, disputes::DisputeRow};
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

/// Something that was done to a lesson.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditEvent {
    /// Its name.
    id: String,
    /// When.
    at: DateTime<Utc>,
    /// By whom: the platform's id, or the id of a service's key. Null: by the
    /// system itself.
    #[schema(required = true)]
    actor: Option<String>,
    /// As what they did it.
    #[schema(value_type = ActorKind)]
    actor_kind: String,
    /// What was done, by a stable name.
    #[schema(example = "session_rescheduled")]
    action: String,
    /// What else there is to know. Of a service that acts for a user,
    /// `onBehalfOf` says for whom.
    #[schema(value_type = Object)]
    details: serde_json::Value,
}

impl From<EventRow> for AuditEvent {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id.to_string(),
            at: row.at,
            actor: row.actor,
            actor_kind: row.actor_kind,
            action: row.action,
            details: row.details,
        }
    }
}

/// As what somebody acts.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it documents the closed set of the schema")]
pub(crate) enum ActorKind {
    /// As one of the lesson's people.
    User,
    /// As somebody who looks after everybody's.
    Admin,
    /// As a server of the platform.
    Service,
    /// By itself.
    System,
}
