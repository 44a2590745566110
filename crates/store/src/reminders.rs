//! Reminders inside the app: what the outbox owes becomes notices.

use chrono::{DateTime, SecondsFormat, Utc};
use lectern_domain::id::SessionId;
use serde_json::json;
use sqlx::PgPool;

use crate::{
    error::StoreError,
    notifications::{self, NewNotice},
};

/// The channel, as it stands in the payload of an owed reminder.
pub const APP: &str = "app";

/// Turns at most `batch` reminders that are due into notices, and says how
/// many it settled. A reminder of an earlier time of the lesson, or of a
/// lesson that is no longer ahead, is settled without a notice.
///
/// Claim, notice and settlement are one transaction, so that of any number of
/// couriers, crashing ones included, each person is told once.
pub async fn deliver(pool: &PgPool, batch: i64, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let mut transaction = pool.begin().await?;
    let due = sqlx::query!(
        r#"
        SELECT o.id, s.id AS "session", s.title, s.scheduled_at,
               o.payload ->> 'user' AS "user!",
               o.payload -> 'minutesBefore' AS "minutes_before!",
               s.sequence = (o.payload ->> 'sequence')::integer
                   AND s.status = 'scheduled' AND s.scheduled_at > $1
                   AND EXISTS (SELECT FROM session_participants p WHERE p.session_id = s.id
                               AND p.user_id = o.payload ->> 'user') AS "current!"
        FROM outbox o JOIN sessions s ON s.id = o.session_id
        WHERE o.done_at IS NULL AND o.dead_at IS NULL AND o.due_at <= $1
          AND o.kind = 'reminder' AND o.payload ->> 'channel' = $3
        ORDER BY o.due_at LIMIT $2
        FOR UPDATE OF o SKIP LOCKED
        "#,
        now,
        batch,
        APP,
    )
    .fetch_all(&mut *transaction)
    .await?;
    for reminder in due.iter().filter(|reminder| reminder.current) {
        let notice = NewNotice {
            users: &[&reminder.user],
            kind: "session_reminder",
            session: SessionId(reminder.session),
            payload: &json!({
                "title": reminder.title,
                "scheduledAt": reminder.scheduled_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
                "minutesBefore": reminder.minutes_before,
            }),
        };
        notifications::notify(&mut transaction, &notice, now).await?;
    }
    let settled: Vec<i64> = due.iter().map(|reminder| reminder.id).collect();
    sqlx::query!(
        "UPDATE outbox SET done_at = $2, attempts = attempts + 1 WHERE id = ANY($1)",
        &settled,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(settled.len())
}
