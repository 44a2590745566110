//! Who did what.

use chrono::{DateTime, Utc};
use lectern_store::audit::{EventRow, Recorded};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that was done.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditEvent {
    /// Its name.
    #[schema(example = "4711")]
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

/// Something that was done, wherever it was.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordedEvent {
    #[serde(flatten)]
    event: AuditEvent,
    /// To which lesson; null: to none.
    #[schema(required = true)]
    session_id: Option<Uuid>,
    /// Whom it concerns, where somebody is named beside who did it: whose record,
    /// hours, policy, calendars or matches these are, who was to sign in or was
    /// erased, for whom a service acted.
    #[schema(required = true, example = "ines")]
    about: Option<String>,
}

impl From<Recorded> for RecordedEvent {
    fn from(recorded: Recorded) -> Self {
        Self {
            event: recorded.event.into(),
            session_id: recorded.session_id,
            about: recorded.about,
        }
    }
}

/// As what somebody acts.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it documents the closed set of the schema")]
pub(crate) enum ActorKind {
    /// In their own name.
    User,
    /// As somebody who looks after everybody's.
    Admin,
    /// As a server of the platform.
    Service,
    /// By itself.
    System,
}
