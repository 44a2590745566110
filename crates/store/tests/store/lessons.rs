//! Lessons whose end has passed, and the constraint behind all bookings.

use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    id::{SeriesId, SessionId, UserId},
    person::Actor,
    policy::Policy,
    session::{Capacity, Session, Status, Timing},
    text::Minutes,
    zone::{Intent, Zones},
};
use lectern_store::{
    StoreError,
    idempotency::Answer,
    openings::Platform,
    sessions::{self, Booking, complete_ended},
    testing::Database,
};
use sqlx::PgPool;
use uuid::Uuid;

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_798_794_000, 0).expect("an instant")
}

fn answer(_: &Session) -> Answer {
    Answer { status: 201, headers: serde_json::json!({}), body: Vec::new() }
}

fn user(id: &str) -> UserId {
    id.parse().expect("a user id")
}

/// An hour of `teacher` and `student`, some hours from the beginning.
fn hour(id: u128, teacher: &str, student: &str, hours: i64) -> Booking {
    Booking {
        id: SessionId(Uuid::from_u128(id)),
        title: "Past tenses".parse().expect("a title"),
        description: "".parse().expect("a description"),
        skill: "".parse().expect("a skill"),
        teacher: user(teacher),
        student: Some(user(student)),
        capacity: Capacity::ONE,
        series: None,
        timing: Timing {
            start: now() + TimeDelta::hours(hours),
            duration: Minutes::try_from(60).expect("minutes"),
        },
        intent: None,
        hold: None,
        by: Actor::person(user(student)),
    }
}

/// Books such an hour.
pub(crate) async fn book(
    pool: &PgPool,
    id: u128,
    teacher: &str,
    student: &str,
    hours: i64,
) -> Result<SessionId, StoreError> {
    let booking = hour(id, teacher, student, hours);
    let (zones, policy) = (Zones::bundled(), Policy::default());
    let platform = Platform { zones: &zones, policy: &policy };
    sessions::book(pool, platform, &booking, None, now(), &answer).await?;
    Ok(booking.id)
}

/// What the media plane writes when teacher and student are connected.
async fn begin(pool: &PgPool, id: SessionId) {
    sqlx::query(
        "UPDATE sessions SET status = 'in-progress', started_at = scheduled_at WHERE id = $1",
    )
    .bind(id.0)
    .execute(pool)
    .await
    .expect("begins the lesson");
}

async fn status(pool: &PgPool, id: SessionId) -> Status {
    let session = sessions::find(pool, id).await.expect("an answer").expect("the lesson");
    session.state.status()
}

#[tokio::test]
async fn lessons_end_once_and_only_those_that_took_place() {
    let database = Database::create().await;
    let pool = &database.pool;
    let mut begun = Vec::new();
    for n in 0..20 {
        let id = book(pool, n + 1, "ines", "jonas", n as i64).await.expect("a free slot");
        begin(pool, id).await;
        begun.push(id);
    }
    let missed = book(pool, 100, "daniel", "mira", 0).await.expect("a free slot");
    // Ten have ended: the last of them at this very instant.
    let at = now() + TimeDelta::hours(10);
    let sweeps = futures_util::future::join_all((0..4).map(|_| complete_ended(pool, at))).await;
    let mut completed: Vec<SessionId> =
        sweeps.into_iter().flat_map(|sweep| sweep.expect("a sweep")).collect();
    completed.sort();
    assert_eq!(completed, begun[..10], "each by one sweep alone");
    for (n, id) in begun.iter().enumerate() {
        let expected = if n < 10 { Status::Completed } else { Status::InProgress };
        assert_eq!(status(pool, *id).await, expected, "{n}");
    }
    assert_eq!(status(pool, missed).await, Status::Scheduled);
    assert_eq!(complete_ended(pool, at).await.expect("a sweep"), []);
}

/// The answer to a booking is made of what was written, without reading it.
#[tokio::test]
async fn a_lesson_is_answered_as_it_is_read() {
    let database = Database::create().await;
    let pool = &database.pool;
    sqlx::query("INSERT INTO users (id, name) VALUES ('ines', 'Inês'), ('Zoe', '')")
        .execute(pool)
        .await
        .expect("people");
    sqlx::query(
        "INSERT INTO policies (teacher, join_opens, cancel_deadline) VALUES ('ines', 7, 60)",
    )
    .execute(pool)
    .await
    .expect("rules");
    let zones = Zones::bundled();
    let request = Policy { requires_confirmation: true, ..Policy::default() };
    let intent = Intent {
        time_zone: zones.name("Europe/Lisbon").expect("a zone"),
        local_start: "2027-01-01T10:00".to_owned(),
    };
    let plain = || hour(1, "ines", "jonas", 1);
    let group = Capacity::try_from(3).expect("seats");
    let check = async |booking: Booking, policy: &Policy| {
        let at = now() + TimeDelta::nanoseconds(1_234_567);
        let seen = Mutex::new(None);
        let keep = |session: &Session| {
            *seen.lock().expect("nobody panics here") = Some(session.clone());
            answer(session)
        };
        let platform = Platform { zones: &zones, policy };
        sessions::book(pool, platform, &booking, None, at, &keep).await.expect("a free slot");
        let read = sessions::find(pool, booking.id).await.expect("an answer");
        assert_eq!(seen.into_inner().expect("nobody panics here"), read);
    };
    check(plain(), &Policy::default()).await;
    let skill = "Portuguese".parse().expect("a skill");
    check(Booking { skill, intent: Some(intent), ..hour(2, "ines", "Zoe", 2) }, &request).await;
    check(Booking { capacity: group, ..hour(3, "ines", "jonas", 3) }, &request).await;
    let by = Actor::person(user("ines"));
    let series = Some(SeriesId(Uuid::from_u128(9)));
    let nobody = Booking { capacity: group, student: None, series, by, ..hour(4, "ines", "-", 4) };
    check(nobody, &Policy::default()).await;
}

/// Whatever the code above does, the database refuses two lessons of one
/// person at one time.
#[tokio::test]
async fn the_database_itself_refuses_an_overlap() {
    let database = Database::create().await;
    let pool = &database.pool;
    book(pool, 1, "ines", "jonas", 0).await.expect("a free slot");
    let other = book(pool, 2, "daniel", "jonas", 1).await.expect("lessons that touch are fine");
    let refused = book(pool, 3, "ines", "mira", 0).await;
    assert!(matches!(refused, Err(StoreError::SlotTaken)), "{refused:?}");

    let moved = sqlx::query("UPDATE sessions SET during = tstzrange($2, $3) WHERE id = $1")
        .bind(other.0)
        .bind(now() + TimeDelta::minutes(59))
        .bind(now() + TimeDelta::minutes(119))
        .execute(pool)
        .await
        .map_err(StoreError::from);
    assert!(matches!(moved, Err(StoreError::SlotTaken)), "{moved:?}");
    let extended = sqlx::query(
        "INSERT INTO session_participants (session_id, user_id, role, during, blocking) \
         SELECT id, 'ines', 'student', during, true FROM sessions WHERE id = $1",
    )
    .bind(other.0)
    .execute(pool)
    .await;
    assert!(extended.is_ok(), "Inês is free then: {extended:?}");
}

/// Two transactions that wait for each other: one is tried again, and both
/// end well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crossing_bookings_all_get_an_answer() {
    let database = Database::create().await;
    let pool = &database.pool;
    let people = ["ada", "ines", "jonas", "mira"];
    let races = (0..64_u128).map(|n| {
        let (a, b) = (n as usize % 4, (n as usize + 1 + n as usize / 4 % 3) % 4);
        book(pool, n + 1, people[a], people[b], (n % 5) as i64)
    });
    let mut booked = 0;
    for result in futures_util::future::join_all(races).await {
        match result {
            Ok(_) => booked += 1,
            Err(StoreError::SlotTaken) => {}
            Err(other) => panic!("{other}"),
        }
    }
    // Four people and five hours: at least one lesson and at most two an hour.
    assert!((5..=10).contains(&booked), "{booked}");
}
