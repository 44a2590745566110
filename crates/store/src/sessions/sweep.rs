//! Lessons whose end has passed.

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::id::SessionId;
use serde_json::json;
use sqlx::PgPool;

use crate::{
    audit::{self, Event},
    error::StoreError,
};

/// The most lessons that one sweep completes.
const BATCH: i64 = 500;
/// How long after its end a lesson may be held open by somebody who is still
/// there: longer than any grace, after which rooms close by themselves. Past
/// it, the one who seems to be there was left behind by a node that died.
const OVERSTAY: TimeDelta = TimeDelta::hours(3);

/// Completes the lessons that are in progress, whose end has passed and whose
/// rooms are empty, and says which. Any number of processes may sweep: each
/// takes what no other holds. A lesson that nobody attended stays scheduled.
pub async fn complete_ended(
    pool: &PgPool,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, StoreError> {
    let mut transaction = pool.begin().await?;
    let completed = sqlx::query_scalar!(
        r#"
        WITH ended AS (
            SELECT id FROM sessions s
            WHERE status = 'in-progress' AND ends_at <= $1
              AND (ends_at <= $3 OR NOT EXISTS (
                  SELECT FROM attendance a WHERE a.session_id = s.id AND a.left_at IS NULL))
            ORDER BY ends_at LIMIT $2
            FOR UPDATE SKIP LOCKED)
        UPDATE sessions s
        SET status = 'completed', finished_at = $1, version = version + 1, updated_at = $1
        FROM ended WHERE s.id = ended.id
        RETURNING s.id
        "#,
        now,
        BATCH,
        now - OVERSTAY,
    )
    .fetch_all(&mut *transaction)
    .await?;
    for id in &completed {
        let event = Event {
            actor: None,
            action: "session_completed",
            session: Some(SessionId(*id)),
            details: &json!({}),
        };
        audit::record(&mut transaction, &event, now).await?;
    }
    transaction.commit().await?;
    Ok(completed.into_iter().map(SessionId).collect())
}
