//! Lessons ahead, when the rules of their zones change.

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::zone::Zones;
use lectern_store::{
    sessions::{Recomputed, apply_zone_rules},
    testing::Database,
};
use sqlx::PgPool;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    "2027-01-04T09:00:00Z".parse().expect("an instant")
}

/// A lesson of Jonas with a teacher at an instant that is `wrong` by so many
/// hours for nine in Lisbon on that day, as under other rules.
async fn lesson(pool: &PgPool, teacher: &str, day: &str, wrong: i64) -> Uuid {
    lesson_at(pool, teacher, &format!("{day}T09:00:00"), wrong).await
}

/// The same at another hour of a winter's day.
async fn lesson_at(pool: &PgPool, teacher: &str, clock: &str, wrong: i64) -> Uuid {
    let start: DateTime<Utc> = format!("{clock}Z").parse().expect("an instant");
    let start = start + TimeDelta::hours(wrong);
    let id = Uuid::from_u128(u128::from(start.timestamp().unsigned_abs()));
    sqlx::query("INSERT INTO users (id) VALUES ($1), ('jonas') ON CONFLICT DO NOTHING")
        .bind(teacher)
        .execute(pool)
        .await
        .expect("knows them");
    sqlx::query(
        "INSERT INTO sessions (id, title, teacher, student, during, time_zone, local_start, \
         created_by) VALUES ($1, 'Verbs', $2, 'jonas', \
         tstzrange($3, $3 + interval '1 hour'), 'Europe/Lisbon', $4, 'jonas')",
    )
    .bind(id)
    .bind(teacher)
    .bind(start)
    .bind(clock)
    .execute(pool)
    .await
    .expect("a lesson");
    sqlx::query(
        "INSERT INTO session_participants (session_id, user_id, role, during, blocking) \
         SELECT id, u, CASE u WHEN 'jonas' THEN 'student' ELSE 'teacher' END, during, true \
         FROM sessions, unnest(ARRAY[$2, 'jonas']) AS u WHERE id = $1",
    )
    .bind(id)
    .bind(teacher)
    .execute(pool)
    .await
    .expect("its people");
    id
}

async fn start(pool: &PgPool, id: Uuid) -> String {
    let start: DateTime<Utc> =
        sqlx::query_scalar("SELECT scheduled_at FROM sessions WHERE id = $1")
            .bind(id)
            .fetch_one(pool)
            .await
            .expect("a start");
    start.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

async fn told(pool: &PgPool, id: Uuid) -> Vec<(String, String)> {
    sqlx::query_as("SELECT user_id, kind FROM notifications WHERE session_id = $1 ORDER BY user_id")
        .bind(id)
        .fetch_all(pool)
        .await
        .expect("notices")
}

#[tokio::test]
async fn lessons_keep_their_wall_clock_when_rules_change() {
    let database = Database::create().await;
    let (pool, zones) = (&database.pool, Zones::bundled());
    let right = lesson(pool, "ines", "2027-02-01", 0).await;
    let wrong = lesson(pool, "ines", "2027-02-02", 1).await;
    // Where this one should be, Jonas has another.
    let blocked = lesson(pool, "ines", "2027-02-03", 2).await;
    lesson(pool, "daniel", "2027-02-03", 0).await;
    let past = lesson(pool, "ines", "2027-01-01", 1).await;

    let done = apply_zone_rules(pool, &zones, now()).await.expect("applies");
    assert_eq!(done, Recomputed { moved: 1, conflicts: 1 });
    assert_eq!(start(pool, right).await, "2027-02-01T09:00:00Z");
    assert_eq!(start(pool, wrong).await, "2027-02-02T09:00:00Z");
    assert_eq!(start(pool, blocked).await, "2027-02-03T11:00:00Z");
    assert_eq!(start(pool, past).await, "2027-01-01T10:00:00Z");
    let both = |kind: &str| {
        vec![("ines".to_owned(), kind.to_owned()), ("jonas".to_owned(), kind.to_owned())]
    };
    assert_eq!(told(pool, wrong).await, both("session_rescheduled"));
    assert_eq!(told(pool, blocked).await, both("session_zone_conflict"));
    assert_eq!(told(pool, right).await, []);
    // An edition is applied once.
    let again = apply_zone_rules(pool, &zones, now()).await.expect("applies");
    assert_eq!(again, Recomputed::default());
}

#[tokio::test]
async fn lessons_that_touch_move_one_after_the_other() {
    let database = Database::create().await;
    let (pool, zones) = (&database.pool, Zones::bundled());
    let mut ids = Vec::new();
    for (day, wrong) in [("2027-02-01", -1), ("2027-02-02", 1)] {
        for hour in ["09", "10", "11", "12"] {
            ids.push(lesson_at(pool, "ines", &format!("{day}T{hour}:00:00"), wrong).await);
        }
    }
    let done = apply_zone_rules(pool, &zones, now()).await.expect("applies");
    assert_eq!(done, Recomputed { moved: 8, conflicts: 0 });
    assert_eq!(start(pool, ids[0]).await, "2027-02-01T09:00:00Z");
    assert_eq!(start(pool, ids[3]).await, "2027-02-01T12:00:00Z");
    assert_eq!(start(pool, ids[7]).await, "2027-02-02T12:00:00Z");
}
