//! Owed reminders become notices, once, and only for the time that holds.

use chrono::TimeDelta;
use lectern_domain::{id::UserId, person::Actor, policy::Policy, zone::Zones};
use lectern_store::{
    openings::Platform,
    reminders::deliver,
    sessions::{self, Cancellation, Expected},
    testing::Database,
};
use sqlx::PgPool;

use super::lessons::{book, now};

/// Who was reminded, and how many minutes before.
async fn reminded(pool: &PgPool) -> Vec<(String, i64)> {
    sqlx::query_as(
        "SELECT user_id, (payload ->> 'minutesBefore')::bigint FROM notifications \
         WHERE kind = 'session_reminder' ORDER BY 2 DESC, 1",
    )
    .fetch_all(pool)
    .await
    .expect("the notices")
}

#[tokio::test]
async fn each_person_is_reminded_once_by_any_number_of_couriers() {
    let database = Database::create().await;
    let pool = &database.pool;
    book(pool, 1, "ines", "jonas", 48).await.expect("books");

    assert_eq!(deliver(pool, 10, now()).await.expect("a round"), 0, "nothing is due yet");
    let hour_before = now() + TimeDelta::hours(47);
    let rounds = futures_util::future::join_all((0..4).map(|_| deliver(pool, 10, hour_before)));
    let settled: usize = rounds.await.into_iter().map(|round| round.expect("a round")).sum();

    assert_eq!(settled, 4, "a day and an hour before, to two people");
    let both = |minutes| [("ines".to_owned(), minutes), ("jonas".to_owned(), minutes)];
    assert_eq!(reminded(pool).await, [both(1440), both(60)].concat());
}

#[tokio::test]
async fn a_cancelled_lesson_reminds_nobody() {
    let database = Database::create().await;
    let pool = &database.pool;
    let id = book(pool, 1, "ines", "jonas", 48).await.expect("books");
    let by = Actor::person("jonas".parse::<UserId>().expect("a user id"));
    let cancellation =
        Cancellation { id, expected: Expected::Any, by, reason: "".parse().expect("a reason") };
    let (zones, policy) = (Zones::bundled(), Policy::default());
    let platform = Platform { zones: &zones, policy: &policy };
    sessions::cancel(pool, platform, &cancellation, now()).await.expect("cancels");

    let settled = deliver(pool, 10, now() + TimeDelta::hours(47)).await.expect("a round");
    assert_eq!((settled, reminded(pool).await), (4, Vec::new()));
}
