//! What a search for slots costs: as much as lies in its window, however long
//! the history of the teacher is.

use std::{fs, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use lectern_store::testing::Database;
use serde_json::Value;
use sqlx::PgPool;

use crate::lessons::now;

/// The question as it is checked at build time: the one that reads holds, lessons
/// and calendars elsewhere at once.
fn question() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.sqlx");
    let mut found = Vec::new();
    for file in fs::read_dir(folder).expect("the queries are kept") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("a text");
        let kept: Value = serde_json::from_str(&text).expect("JSON");
        let sql = kept["query"].as_str().expect("a query").to_owned();
        let parts = ["FROM holds h", "FROM session_participants p", "FROM busy_spans b"];
        if parts.iter().all(|part| sql.contains(part)) {
            found.push(sql);
        }
    }
    assert_eq!(found.len(), 1, "one query reads what is in the way");
    found.remove(0)
}

/// Twenty thousand lessons of the last two years, one an hour, as many holds
/// that have ended, and as many hours before in which a calendar was busy.
async fn give_history(pool: &PgPool) {
    for sql in [
        "INSERT INTO users (id) SELECT 'ines' UNION SELECT 'student-' || n \
         FROM generate_series(1, 20000) n",
        "INSERT INTO sessions (id, title, teacher, student, during, created_by) \
         SELECT gen_random_uuid(), 'Lesson', 'ines', 'student-1', \
                tstzrange($1 - n * interval '1 hour', $1 - (n - 1) * interval '1 hour'), 'ines' \
         FROM generate_series(1, 20000) n",
        "INSERT INTO session_participants (session_id, user_id, role, during, blocking) \
         SELECT id, 'ines', 'teacher', during, true FROM sessions WHERE $1 IS NOT NULL",
        "INSERT INTO holds (id, teacher, holder, during, expires_at) \
         SELECT gen_random_uuid(), 'ines', 'student-' || n, \
                tstzrange($1 - n * interval '1 hour', $1 - (n - 1) * interval '1 hour'), \
                $1 - n * interval '1 hour' \
         FROM generate_series(1, 20000) n",
        "INSERT INTO busy_feeds (id, person, place, url, due_at) \
         VALUES ('00000000-0000-0000-0000-000000000001', 'ines', 1, 'https://a.example/', $1)",
        "INSERT INTO busy_spans (feed_id, person, during) \
         SELECT '00000000-0000-0000-0000-000000000001', 'ines', \
                tstzrange($1 - n * interval '1 hour', $1 - (n - 1) * interval '1 hour') \
         FROM generate_series(20001, 40000) n",
    ] {
        sqlx::query(sql).bind(now()).execute(pool).await.expect("rows");
    }
    sqlx::query("ANALYZE").execute(pool).await.expect("statistics");
}

/// The plan of a search of a week, as Postgres ran it.
async fn plan(pool: &PgPool, from: DateTime<Utc>) -> Value {
    let sql = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {}", question());
    let people = vec!["jonas".to_owned()];
    sqlx::query_scalar::<_, Value>(sqlx::AssertSqlSafe(sql))
        .bind("ines")
        .bind(&people)
        .bind(&people)
        .bind(from)
        .bind(from + TimeDelta::days(7))
        .bind(None::<uuid::Uuid>)
        .bind(now())
        .bind(from - TimeDelta::days(1))
        .fetch_one(pool)
        .await
        .expect("a plan")
}

/// The kinds of the plan's nodes, and the pages that it read.
fn walk(node: &Value, kinds: &mut Vec<String>) {
    kinds.push(node["Node Type"].as_str().expect("a kind").to_owned());
    for child in node["Plans"].as_array().into_iter().flatten() {
        walk(child, kinds);
    }
}

#[tokio::test]
async fn a_search_does_not_read_the_past() {
    let database = Database::create().await;
    let pool = &database.pool;
    give_history(pool).await;
    for (from, rows) in [(now(), 0), (now() - TimeDelta::days(7), 168)] {
        let plan = plan(pool, from).await;
        let root = &plan[0]["Plan"];
        let mut kinds = Vec::new();
        walk(root, &mut kinds);
        assert!(!kinds.iter().any(|kind| kind == "Seq Scan"), "{plan:#}");
        assert_eq!(root["Actual Rows"], rows, "{plan:#}");
        let pages = ["Shared Hit Blocks", "Shared Read Blocks"];
        let pages: i64 = pages.iter().filter_map(|name| root[*name].as_i64()).sum();
        assert!(pages < 100, "{pages} pages: {plan:#}");
    }
}
