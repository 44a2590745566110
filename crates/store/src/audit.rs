//! Who did what. Rows are only ever added, and hold no name, address or text
//! that a person wrote: what cannot be changed could not be erased. Users stand
//! there by the platform's id. An admin's reason is the one exception: it is
//! part of what was done.

use chrono::{DateTime, Utc};
use lectern_domain::{id::SessionId, person::Actor};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};

use crate::error::StoreError;

/// Something that was done.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// By whom; nobody: by the system itself. A service stands there by its
    /// key, with the user for whom it acts in the details.
    pub actor: Option<&'a Actor>,
    /// A stable name.
    pub action: &'a str,
    /// To which lesson.
    pub session: Option<SessionId>,
    /// What else there is to know: an object.
    pub details: &'a Value,
}

/// The columns, as they are written.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) actor: Option<String>,
    pub(crate) kind: &'static str,
    pub(crate) details: Value,
}

impl Event<'_> {
    pub(crate) fn columns(&self) -> Columns {
        let kind = match self.actor {
            None => "system",
            Some(Actor { key: Some(_), .. }) => "service",
            Some(Actor { admin: true, .. }) => "admin",
            Some(_) => "user",
        };
        let actor = self.actor.map(|actor| match actor.key {
            Some(key) => key.to_string(),
            None => actor.id.to_string(),
        });
        let mut details = self.details.clone();
        if let Some(user) = self.actor.and_then(Actor::on_behalf_of) {
            details["onBehalfOf"] = json!(user);
        }
        Columns { actor, kind, details }
    }
}

/// Adds it to the record, in the transaction that does it.
pub async fn record(
    connection: &mut PgConnection,
    event: &Event<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Columns { actor, kind, details } = event.columns();
    sqlx::query!(
        "INSERT INTO audit_events (at, actor, actor_kind, action, session_id, details) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        now,
        actor,
        kind,
        event.action,
        event.session.map(|id| id.0),
        details,
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

/// Something that was done, as it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// Its place in the order of all events; where the next page begins.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom: a user, or the key of a service; nobody: the system itself.
    pub actor: Option<String>,
    /// `user`, `admin`, `service` or `system`.
    pub actor_kind: String,
    /// A stable name.
    pub action: String,
    /// What else there is to know.
    pub details: Value,
}

/// A page of what was done to a lesson, the earliest first, after the event
/// `after`. Reviews are double-blind, and so is their record: only an admin is
/// told what others did with theirs.
pub async fn of_session(
    pool: &PgPool,
    session: SessionId,
    reader: &Actor,
    after: i64,
    limit: u16,
) -> Result<Vec<EventRow>, StoreError> {
    let events = sqlx::query_as!(
        EventRow,
        r#"
        SELECT id, at, actor, actor_kind, action, details FROM audit_events
        WHERE session_id = $1 AND id > $2
          AND ($3 OR NOT starts_with(action, 'review_') OR actor = $4)
        ORDER BY id LIMIT $5
        "#,
        session.0,
        after,
        reader.admin,
        reader.id.as_str(),
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(events)
}
