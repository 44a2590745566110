//! What follows when a lesson is over, or has passed without one: the record,
//! and a notice to everybody in it, in the transaction that says so.

use chrono::{DateTime, SecondsFormat, Utc};
use lectern_domain::{
    id::SessionId,
    session::{NoShow, Session},
};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::load::load;
use crate::{
    audit::{self, Event},
    error::StoreError,
    notifications::{self, NewNotice},
};

const COMPLETED: &str = "session_completed";
const MISSED: &str = "session_missed";

/// The lesson took place and is over: of a group it is known who was away. Who
/// meets again in the grace completes it again, and is told once.
pub(crate) async fn completed(
    connection: &mut PgConnection,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let known = audit::happened(connection, id, COMPLETED).await?;
    sqlx::query!(r#"SELECT mark_absences($1) AS "marked: ()""#, id.0)
        .fetch_one(&mut *connection)
        .await?;
    record(connection, id, COMPLETED, &json!({}), now).await?;
    if known {
        return Ok(());
    }
    notify(connection, id, COMPLETED, json!({}), now).await
}

/// The lesson's time has passed, and somebody did not come.
pub(super) async fn missed(
    connection: &mut PgConnection,
    id: SessionId,
    no_show: NoShow,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let details = json!({ "noShow": no_show.as_str() });
    record(connection, id, MISSED, &details, now).await?;
    notify(connection, id, MISSED, details, now).await
}

async fn record(
    connection: &mut PgConnection,
    id: SessionId,
    action: &str,
    details: &Value,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let event = Event { actor: None, action, session: Some(id), details };
    audit::record(connection, &event, now).await
}

async fn notify(
    connection: &mut PgConnection,
    id: SessionId,
    kind: &str,
    mut details: Value,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let session = load(connection, &[id.0]).await?.pop().ok_or(StoreError::NotFound)?;
    let Session { title, timing, participants, .. } = &session;
    details["title"] = json!(title);
    details["scheduledAt"] = json!(timing.start.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    details["duration"] = json!(timing.duration);
    let users: Vec<&str> = participants.iter().map(|someone| someone.user.as_str()).collect();
    let notice = NewNotice { users: &users, kind, session: id, payload: &details };
    notifications::notify(connection, &notice, now).await
}
