//! What is kept, and what goes.

use chrono::TimeDelta;
use lectern_store::{retention, testing::Database};

use crate::lessons::{book, now};

async fn count(pool: &sqlx::PgPool, table: &'static str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(sql).fetch_one(pool).await.expect("a count")
}

const GROWING: [&str; 5] =
    ["idempotency_keys", "outbox", "notifications", "chat_messages", "attendance"];

#[tokio::test]
async fn what_is_past_its_period_goes_and_nothing_else() {
    let database = Database::create().await;
    let pool = &database.pool;
    let id = book(pool, 1, "ines", "jonas", 48).await.expect("a free slot");
    for sql in [
        "INSERT INTO idempotency_keys (caller, key, request_hash, created_at) \
         VALUES ('jonas', $1::text, '', $2)",
        "INSERT INTO chat_messages (session_id, user_id, name, client_id, body, sent_at) \
         VALUES ($1, 'jonas', 'Jonas', 'one', 'hello', $2)",
        "INSERT INTO attendance (session_id, participant, user_id, role, node_id, joined_at) \
         VALUES ($1, '00000000000000aa', 'jonas', 'student', $1, $2)",
    ] {
        sqlx::query(sql).bind(id.0).bind(now()).execute(pool).await.expect("a row");
    }
    assert_eq!(retention::prune(pool, now()).await.expect("a round"), 0);
    for (tables, period) in [
        (&GROWING[..1], retention::IDEMPOTENCY_KEYS),
        // The last reminder is due ten minutes before the lesson.
        (&GROWING[1..2], retention::OUTBOX + TimeDelta::minutes(48 * 60 - 10)),
        (&GROWING[2..3], retention::NOTIFICATIONS),
        (&GROWING[3..], retention::CHAT.max(retention::ATTENDANCE)),
    ] {
        retention::prune(pool, now() + period).await.expect("a round");
        for table in tables {
            assert_ne!(count(pool, table).await, 0, "{table}: the period is not over");
        }
        retention::prune(pool, now() + period + TimeDelta::seconds(1)).await.expect("a round");
        for table in tables {
            assert_eq!(count(pool, table).await, 0, "{table}");
        }
    }
    assert_eq!(count(pool, "sessions").await, 1);
    assert_eq!(count(pool, "session_participants").await, 2);
    // Of the record nothing goes that is young by the database's own clock.
    assert_eq!(count(pool, "audit_events").await, 1);
}
