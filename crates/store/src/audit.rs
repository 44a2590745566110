//! Who did what. Rows are only ever added.

use chrono::{DateTime, Utc};
use lectern_domain::{id::SessionId, person::Actor};
use serde_json::Value;
use sqlx::PgConnection;

use crate::error::StoreError;

/// Something that was done.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// By whom; nobody: by the system itself.
    pub actor: Option<&'a Actor>,
    /// A stable name.
    pub action: &'a str,
    /// To which lesson.
    pub session: Option<SessionId>,
    /// What else there is to know.
    pub details: &'a Value,
}

/// Adds it to the record, in the transaction that does it.
pub async fn record(
    connection: &mut PgConnection,
    event: &Event<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let kind = match event.actor {
        None => "system",
        Some(actor) if actor.admin => "admin",
        Some(_) => "user",
    };
    sqlx::query!(
        "INSERT INTO audit_events (at, actor, actor_kind, action, session_id, details) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        now,
        event.actor.map(|actor| actor.id.as_str()),
        kind,
        event.action,
        event.session.map(|id| id.0),
        event.details,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether this was ever done to a lesson.
pub(crate) async fn happened(
    connection: &mut PgConnection,
    session: SessionId,
    action: &str,
) -> Result<bool, StoreError> {
    let happened = sqlx::query_scalar!(
        r#"
        SELECT EXISTS (SELECT FROM audit_events WHERE session_id = $1 AND action = $2) AS "happened!"
        "#,
        session.0,
        action,
    )
    .fetch_one(connection)
    .await?;
    Ok(happened)
}
