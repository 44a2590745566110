//! How long things are kept. Every table that grows by itself is named here;
//! lessons, their people and their reviews stay until the platform erases them.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use crate::error::StoreError;

/// Answers to repeated requests.
pub const IDEMPOTENCY_KEYS: TimeDelta = TimeDelta::hours(24);
/// Messages, from when they were due: sent, given up, or never claimed.
pub const OUTBOX: TimeDelta = TimeDelta::days(30);
/// Notices, read or not.
pub const NOTIFICATIONS: TimeDelta = TimeDelta::days(180);
/// Slots that were held, from when they were free again.
pub const HOLDS: TimeDelta = TimeDelta::zero();
/// Codes to sign in with, and signing in, from when it is over.
pub const SIGN_INS: TimeDelta = TimeDelta::zero();
/// Chat.
pub const CHAT: TimeDelta = TimeDelta::days(730);
/// Who was in a room, when.
pub const ATTENDANCE: TimeDelta = TimeDelta::days(730);
/// Who did what. The schema's `prune_audit_events` has the same period, and the
/// last word.
pub const AUDIT: TimeDelta = TimeDelta::days(1095);

/// The most rows that one statement deletes.
const BATCH: i64 = 5_000;
/// The most statements for one table in one round: the rest waits for the next.
const ROUNDS: u32 = 200;

/// Deletes what is past its period, and says how many rows went.
pub async fn prune(pool: &PgPool, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let mut pruned = 0;
    macro_rules! prune {
        ($period:expr, $sql:literal) => {
            for _ in 0..ROUNDS {
                let gone =
                    sqlx::query!($sql, now - $period, BATCH).execute(pool).await?.rows_affected();
                pruned += gone;
                if gone < BATCH as u64 {
                    break;
                }
            }
        };
    }
    prune!(
        IDEMPOTENCY_KEYS,
        "DELETE FROM idempotency_keys WHERE (caller, key) IN \
         (SELECT caller, key FROM idempotency_keys WHERE created_at < $1 LIMIT $2)"
    );
    prune!(
        OUTBOX,
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE due_at < $1 LIMIT $2)"
    );
    prune!(
        NOTIFICATIONS,
        "DELETE FROM notifications WHERE id IN \
         (SELECT id FROM notifications WHERE created_at < $1 LIMIT $2)"
    );
    prune!(
        HOLDS,
        "DELETE FROM holds WHERE id IN (SELECT id FROM holds WHERE expires_at < $1 LIMIT $2)"
    );
    prune!(
        SIGN_INS,
        "DELETE FROM sign_in_codes WHERE hash IN \
         (SELECT hash FROM sign_in_codes WHERE expires_at < $1 LIMIT $2)"
    );
    prune!(
        SIGN_INS,
        "DELETE FROM sign_ins WHERE hash IN \
         (SELECT hash FROM sign_ins WHERE expires_at < $1 LIMIT $2)"
    );
    prune!(
        CHAT,
        "DELETE FROM chat_messages WHERE id IN \
         (SELECT id FROM chat_messages WHERE sent_at < $1 LIMIT $2)"
    );
    prune!(
        ATTENDANCE,
        "DELETE FROM attendance WHERE (session_id, participant) IN \
         (SELECT session_id, participant FROM attendance WHERE joined_at < $1 LIMIT $2)"
    );
    Ok(pruned + prune_record(pool, now - AUDIT).await?)
}

/// The record is not the service's to delete from: a function of its owner does
/// it, and lets nothing go that is younger than the period by the database's
/// own clock.
async fn prune_record(pool: &PgPool, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let mut pruned = 0;
    for _ in 0..ROUNDS {
        let gone =
            sqlx::query_scalar!(r#"SELECT prune_audit_events($1, $2) AS "n!""#, before, BATCH)
                .fetch_one(pool)
                .await?;
        pruned += u64::try_from(gone).unwrap_or_default();
        if gone < BATCH {
            break;
        }
    }
    Ok(pruned)
}
