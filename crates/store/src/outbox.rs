//! What is owed to the outside, written in the transaction that owes it.

use chrono::{DateTime, Utc};
use lectern_domain::id::SessionId;
use serde_json::Value;
use sqlx::PgConnection;

use crate::error::StoreError;

/// One message that is owed.
#[derive(Debug, Clone)]
pub struct Owed {
    /// Names it for good: the same key is owed once.
    pub key: String,
    /// What kind of message.
    pub kind: &'static str,
    /// What the sender needs.
    pub payload: Value,
    /// When it is to go out.
    pub due_at: DateTime<Utc>,
}

/// The columns of several messages.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) keys: Vec<String>,
    pub(crate) kinds: Vec<String>,
    pub(crate) payloads: Vec<Value>,
    pub(crate) due: Vec<DateTime<Utc>>,
}

impl Columns {
    pub(crate) fn of(owed: &[Owed]) -> Self {
        Self {
            keys: owed.iter().map(|message| message.key.clone()).collect(),
            kinds: owed.iter().map(|message| message.kind.to_owned()).collect(),
            payloads: owed.iter().map(|message| message.payload.clone()).collect(),
            due: owed.iter().map(|message| message.due_at).collect(),
        }
    }
}

/// Owes each of `owed`, unless it is owed already.
pub async fn owe(
    connection: &mut PgConnection,
    session: SessionId,
    owed: &[Owed],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if owed.is_empty() {
        return Ok(());
    }
    let Columns { keys, kinds, payloads, due } = Columns::of(owed);
    sqlx::query!(
        r#"
        INSERT INTO outbox (key, kind, session_id, payload, due_at, created_at)
        SELECT m.key, m.kind, $1, m.payload, m.due_at, $6
        FROM unnest($2::text[], $3::text[], $4::jsonb[], $5::timestamptz[])
             AS m (key, kind, payload, due_at)
        ON CONFLICT (key) DO NOTHING
        "#,
        session.0,
        &keys,
        &kinds,
        &payloads,
        &due,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
