//! Answers to requests that carried an idempotency key, kept in the
//! transaction of what they answer and replayed to repeats.

use chrono::{DateTime, Utc};
use lectern_domain::id::UserId;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};

use crate::error::StoreError;

/// A request that is to happen once.
#[derive(Debug, Clone, Copy)]
pub struct Once<'a> {
    /// Who asks. Keys of different callers have nothing to do with each other.
    pub caller: &'a UserId,
    /// The key the caller chose.
    pub key: &'a str,
    /// A digest of everything the request asks for.
    pub request: &'a [u8],
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers that belong to the answer: an object of texts.
    pub headers: Value,
    /// The body.
    pub body: Vec<u8>,
}

/// The answer to an earlier request with this key, if it has one by now. This
/// claims nothing: it is for what must not stand in a repetition's way.
pub async fn answered(pool: &PgPool, once: &Once<'_>) -> Result<Option<Answer>, StoreError> {
    let row = sqlx::query!(
        "SELECT request_hash, status, headers, body FROM idempotency_keys \
         WHERE caller = $1 AND key = $2",
        once.caller.as_str(),
        once.key,
    )
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    kept(once, &row.request_hash, row.status, row.headers, row.body).map(Some)
}

/// Claims the key, waiting for another request that holds it. If that one was
/// answered, its answer is returned.
pub(crate) async fn claim(
    connection: &mut PgConnection,
    once: &Once<'_>,
    now: DateTime<Utc>,
) -> Result<Option<Answer>, StoreError> {
    // The update changes nothing: it makes the row of an earlier request
    // visible to RETURNING. `xmax` is zero for a row that was just inserted.
    let row = sqlx::query!(
        r#"
        INSERT INTO idempotency_keys (caller, key, request_hash, created_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (caller, key) DO UPDATE SET key = EXCLUDED.key
        RETURNING (xmax = 0) AS "new!", request_hash, status, headers, body
        "#,
        once.caller.as_str(),
        once.key,
        once.request,
        now,
    )
    .fetch_one(connection)
    .await?;
    if row.new {
        return Ok(None);
    }
    kept(once, &row.request_hash, row.status, row.headers, row.body).map(Some)
}

/// The answer that was kept, if it is to this request.
fn kept(
    once: &Once<'_>,
    request: &[u8],
    status: Option<i16>,
    headers: Option<Value>,
    body: Option<Vec<u8>>,
) -> Result<Answer, StoreError> {
    if request != once.request {
        return Err(StoreError::IdempotencyMismatch);
    }
    let status = status.and_then(|status| u16::try_from(status).ok());
    match (status, headers, body) {
        (Some(status), Some(headers), Some(body)) => Ok(Answer { status, headers, body }),
        _ => Err(StoreError::Corrupt { column: "idempotency_keys.status" }),
    }
}

/// Keeps the answer to a request whose key was claimed.
pub(crate) async fn keep(
    connection: &mut PgConnection,
    once: &Once<'_>,
    answer: &Answer,
) -> Result<(), StoreError> {
    let status = i16::try_from(answer.status)
        .map_err(|_| StoreError::Corrupt { column: "idempotency_keys.status" })?;
    sqlx::query!(
        "UPDATE idempotency_keys SET status = $3, headers = $4, body = $5 \
         WHERE caller = $1 AND key = $2",
        once.caller.as_str(),
        once.key,
        status,
        answer.headers,
        answer.body,
    )
    .execute(connection)
    .await?;
    Ok(())
}
