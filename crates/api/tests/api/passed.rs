//! Lessons whose time has passed: those that took place, and those to which
//! somebody did not come.

use chrono::TimeDelta;
use lectern_domain::{
    id::{NodeId, ParticipantId, SessionId},
    room::Role,
};
use lectern_store::{attendance, rooms, sessions};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::World;

/// How long after its end a room closes in these tests.
const GRACE: TimeDelta = TimeDelta::minutes(15);

fn id(session: &Value) -> SessionId {
    SessionId(session["id"].as_str().expect("an id").parse().expect("a UUID"))
}

/// What somebody was told of a lesson, by kind.
async fn told(world: &World, who: &str, kind: &str) -> Vec<Value> {
    let notices = world.user(who).get("/api/notifications").await.expect(StatusCode::OK);
    let items = notices["items"].as_array().expect("items").iter();
    items.filter(|notice| notice["kind"] == kind).cloned().collect()
}

/// What the media plane writes of somebody who was in the room.
async fn came(world: &World, session: SessionId, role: Role, connected: bool) {
    let (pool, at) = (&world.database.pool, world.now());
    let (user, participant) = match role {
        Role::Teacher => ("ines", ParticipantId(1)),
        _ => ("jonas", ParticipantId(2)),
    };
    let node = NodeId(Uuid::from_u128(1));
    let arrival = attendance::Arrival { session, participant, user, role, node, at };
    attendance::came(pool, arrival).await.expect("came");
    if connected {
        attendance::connected(pool, session, participant, at).await.expect("connected");
    }
}

async fn decide(world: &World) -> usize {
    let decided = sessions::decide_no_shows(&world.database.pool, GRACE, world.now());
    decided.await.expect("a sweep")
}

#[tokio::test]
async fn both_are_told_once_that_a_lesson_is_over() {
    let world = World::new().await;
    let pool = &world.database.pool;
    let (left, ended) = (world.booked(60).await, world.booked(180).await);
    // One whose people leave, meet again and leave again.
    for _ in 0..2 {
        assert!(rooms::begin(pool, id(&left), world.now()).await.expect("begins"));
        assert!(rooms::finish(pool, id(&left), world.now()).await.expect("ends"));
    }
    assert!(!rooms::finish(pool, id(&left), world.now()).await.expect("is over already"));
    // And one whose node was lost, so that time alone ends it.
    rooms::begin(pool, id(&ended), world.now()).await.expect("begins");
    world.clock.advance(TimeDelta::minutes(300));
    let swept = sessions::complete_ended(pool, world.now()).await.expect("a sweep");
    assert_eq!(swept, [id(&ended)]);

    for who in ["ines", "jonas"] {
        let told = told(&world, who, "session_completed").await;
        let mut of: Vec<&Value> = told.iter().map(|notice| &notice["sessionId"]).collect();
        of.sort_by_key(|id| **id != left["id"]);
        assert_eq!(of, [&left["id"], &ended["id"]], "{who}");
        assert_eq!(told[0]["payload"]["title"], "Past tenses");
        assert_eq!(told[0]["payload"]["duration"], 60);
    }
    let path = format!("/api/sessions/{}", id(&ended));
    let session = world.user("jonas").get(&path).await.expect(StatusCode::OK);
    assert_eq!(
        (&session["status"], &session["noShow"]),
        (&json!("completed"), &Value::Null),
        "who met has missed nothing"
    );
}

#[tokio::test]
async fn who_did_not_come_is_a_fact_of_the_media_planes() {
    let world = World::new().await;
    let cases = [
        // Teacher and student: whether their media was ever connected.
        (None, None, json!("both")),
        (Some(true), None, json!("student")),
        (None, Some(true), json!("teacher")),
        // Both came, though not at one time.
        (Some(true), Some(true), Value::Null),
        // Opening the page is not yet coming.
        (Some(false), Some(false), json!("both")),
        (Some(true), Some(false), json!("student")),
    ];
    let mut lessons = Vec::new();
    for (n, (teacher, student, _)) in cases.iter().enumerate() {
        let session = world.booked(60 + 120 * n as i64).await;
        for (role, connected) in [(Role::Teacher, teacher), (Role::Student, student)] {
            if let Some(connected) = connected {
                came(&world, id(&session), role, *connected).await;
            }
        }
        lessons.push(session);
    }
    let called_off = world.booked(1_000).await;
    let path = format!("/api/sessions/{}", id(&called_off));
    world.user("jonas").delete(&path).await.expect(StatusCode::OK);
    let to_come = world.booked(10_000).await;

    // The first ends after two hours, its room closes a quarter of an hour
    // later, and late words are waited for.
    world.clock.advance(TimeDelta::minutes(120 + 15 + 4));
    assert_eq!(decide(&world).await, 0, "too soon");
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(decide(&world).await, 1);
    world.clock.advance(TimeDelta::hours(20));
    assert_eq!(decide(&world).await, cases.len() - 1);
    assert_eq!(decide(&world).await, 0, "each is decided once");

    for (session, (.., expected)) in lessons.iter().zip(&cases) {
        let path = format!("/api/sessions/{}", id(session));
        for who in ["jonas", "ines", "ada"] {
            let seen = world.user(who).get(&path).await.expect(StatusCode::OK);
            assert_eq!(&seen["noShow"], expected, "{who}");
            assert_eq!(seen["status"], "scheduled");
        }
    }
    for session in [&called_off, &to_come] {
        let path = format!("/api/sessions/{}", id(session));
        let seen = world.user("ines").get(&path).await.expect(StatusCode::OK);
        assert_eq!(seen["noShow"], Value::Null);
    }
    for who in ["ines", "jonas"] {
        let told = told(&world, who, "session_missed").await;
        assert_eq!(told.len(), 5, "{who}: all but the one to which both came");
        let of_both = told.iter().filter(|notice| notice["payload"]["noShow"] == "both");
        assert_eq!(of_both.count(), 2, "{who}");
    }
}

#[tokio::test]
async fn a_meeting_that_is_heard_of_late_takes_the_verdict_back() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let began = world.now() + TimeDelta::minutes(61);
    world.clock.advance(TimeDelta::hours(3));
    assert_eq!(decide(&world).await, 1);
    rooms::begin(&world.database.pool, id(&session), began).await.expect("begins");
    rooms::finish(&world.database.pool, id(&session), world.now()).await.expect("ends");
    let path = format!("/api/sessions/{}", id(&session));
    let seen = world.user("ines").get(&path).await.expect(StatusCode::OK);
    assert_eq!((&seen["status"], &seen["noShow"]), (&json!("completed"), &Value::Null));
    assert_eq!(decide(&world).await, 0);
}
