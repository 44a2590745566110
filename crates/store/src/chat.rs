//! What was written in a lesson's room.

use chrono::{DateTime, Utc};
use lectern_domain::id::SessionId;
use sqlx::PgPool;

use crate::error::StoreError;

/// A chat message as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its place in the order of all messages; where the next page begins.
    pub id: i64,
    /// Who wrote it.
    pub user_id: String,
    /// The name at that time.
    pub name: String,
    /// The writer's own id of it.
    pub client_id: String,
    /// What was written.
    pub body: String,
    /// When.
    pub sent_at: DateTime<Utc>,
}

/// A message to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewMessage<'a> {
    /// The lesson.
    pub session: SessionId,
    /// Who wrote it.
    pub user: &'a str,
    /// The name at that time.
    pub name: &'a str,
    /// The writer's own id of it.
    pub client_id: &'a str,
    /// What was written.
    pub body: &'a str,
    /// When.
    pub sent_at: DateTime<Utc>,
}

/// Keeps a message. One that is there already stays as it is.
pub async fn keep(pool: &PgPool, message: NewMessage<'_>) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO chat_messages (session_id, user_id, name, client_id, body, sent_at) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (session_id, user_id, client_id) DO NOTHING",
        message.session.0,
        message.user,
        message.name,
        message.client_id,
        message.body,
        message.sent_at,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The latest messages of a lesson, oldest first.
pub async fn latest(
    pool: &PgPool,
    session: SessionId,
    limit: u16,
) -> Result<Vec<Message>, StoreError> {
    let mut messages = sqlx::query_as!(
        Message,
        "SELECT id, user_id, name, client_id, body, sent_at FROM chat_messages \
         WHERE session_id = $1 ORDER BY id DESC LIMIT $2",
        session.0,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    messages.reverse();
    Ok(messages)
}

/// A page of a lesson's messages, oldest first, after the message `after`.
pub async fn page(
    pool: &PgPool,
    session: SessionId,
    after: i64,
    limit: u16,
) -> Result<Vec<Message>, StoreError> {
    let messages = sqlx::query_as!(
        Message,
        "SELECT id, user_id, name, client_id, body, sent_at FROM chat_messages \
         WHERE session_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        session.0,
        after,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(messages)
}
