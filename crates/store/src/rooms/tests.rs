//! Leases against a real Postgres: who may hold a room, and who no longer.

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    id::{NodeId, ParticipantId, SessionId},
    room::Role,
    session::Status,
};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    Lease, NodeState, RoomFacts, beat, begin, facts, finish, held, place, register, retire,
};
use crate::{attendance, chat, testing::Database};

const SESSION: SessionId = SessionId(Uuid::from_u128(1));
const OTHER: SessionId = SessionId(Uuid::from_u128(2));
const FIRST: NodeId = NodeId(Uuid::from_u128(0xa));
const SECOND: NodeId = NodeId(Uuid::from_u128(0xb));
const URL: &str = "ws://127.0.0.1:8080/signal";

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minute)
}

/// Two lessons of an hour, from [`at`] 0 and 60 on.
async fn database() -> Database {
    let database = Database::create().await;
    for sql in [
        "INSERT INTO users (id, name) VALUES ('teacher', 'T'), ('student', 'S')",
        "INSERT INTO sessions (id, title, teacher, student, during, created_by) \
         SELECT id::uuid, 'Lesson', 'teacher', 'student', \
             tstzrange(start, start + interval '1 hour'), 'student' \
         FROM (VALUES ('00000000-0000-0000-0000-000000000001', \
                 to_timestamp(20000 * 86400)), \
             ('00000000-0000-0000-0000-000000000002', \
                 to_timestamp(20000 * 86400 + 3600))) AS lessons (id, start)",
        "INSERT INTO session_participants (session_id, user_id, role, during, blocking) \
         SELECT s.id, r.role, r.role, s.during, s.blocking \
         FROM sessions s, (VALUES ('teacher'), ('student')) AS r (role)",
    ] {
        sqlx::query(sql).execute(&database.pool).await.expect("the fixture fits the schema");
    }
    database
}

/// Makes a node's last beat as old as it may not be.
async fn fall_silent(pool: &PgPool, node: NodeId) {
    sqlx::query("UPDATE media_nodes SET heartbeat_at = now() - interval '1 minute' WHERE id = $1")
        .bind(node.0)
        .execute(pool)
        .await
        .expect("the node is registered");
}

fn lease(node: NodeId, fence: i64) -> Option<Lease> {
    Some(Lease { node, url: URL.into(), fence })
}

#[tokio::test]
async fn a_room_stays_where_it_is_while_its_node_lives() {
    let database = database().await;
    let pool = &database.pool;
    assert_eq!(place(pool, SESSION, [0, 0]).await.expect("place"), None, "there is no node");

    let epoch = register(pool, FIRST, URL, "").await.expect("register");
    assert_eq!(place(pool, SESSION, [0, 0]).await.expect("place"), lease(FIRST, 1));
    register(pool, SECOND, URL, "").await.expect("register");
    for draw in 0..4 {
        assert_eq!(place(pool, SESSION, [draw, draw]).await.expect("place"), lease(FIRST, 1));
    }

    // A draining node keeps what it has, and gets nothing new.
    assert!(beat(pool, FIRST, epoch, NodeState::Draining, 0.0).await.expect("beat"));
    assert_eq!(place(pool, SESSION, [0, 0]).await.expect("place"), lease(FIRST, 1));
    assert_eq!(place(pool, OTHER, [0, 0]).await.expect("place"), lease(SECOND, 1));
}

#[tokio::test]
async fn a_takeover_raises_the_fence() {
    let database = database().await;
    let pool = &database.pool;
    let epoch = register(pool, FIRST, URL, "").await.expect("register");
    place(pool, SESSION, [0, 0]).await.expect("place");
    let fence = async |node, epoch| {
        let facts = facts(pool, SESSION, node, epoch).await.expect("facts");
        facts.expect("the lesson is there").fence
    };
    assert_eq!(fence(FIRST, epoch).await, Some(1));

    // Silent, and nobody else: the room waits.
    fall_silent(pool, FIRST).await;
    assert_eq!(place(pool, SESSION, [0, 0]).await.expect("place"), None);

    let second = register(pool, SECOND, URL, "").await.expect("register");
    assert_eq!(place(pool, SESSION, [0, 0]).await.expect("place"), lease(SECOND, 2));
    assert_eq!(fence(FIRST, epoch).await, None, "the old holder learns that it is none");
    assert_eq!(fence(SECOND, second).await, Some(2));

    // The same node again is another epoch, and so another holder.
    let third = register(pool, SECOND, URL, "").await.expect("register");
    assert!(!beat(pool, SECOND, second, NodeState::Active, 0.0).await.expect("beat"));
    assert_eq!(fence(SECOND, third).await, None);
    assert_eq!(place(pool, SESSION, [0, 0]).await.expect("place"), lease(SECOND, 3));

    retire(pool, SECOND, third).await.expect("retire");
    assert!(!beat(pool, SECOND, third, NodeState::Active, 0.0).await.expect("beat"));
    register(pool, FIRST, URL, "").await.expect("register");
    assert_eq!(place(pool, SESSION, [1, 1]).await.expect("place"), lease(FIRST, 4));
}

#[tokio::test]
async fn a_race_for_a_room_has_one_winner() {
    let database = database().await;
    let pool = &database.pool;
    register(pool, FIRST, URL, "").await.expect("register");
    register(pool, SECOND, URL, "").await.expect("register");
    let mut racers = JoinSet::new();
    for draw in 0..8 {
        let pool = pool.clone();
        racers.spawn(async move { place(&pool, SESSION, [draw, draw]).await });
    }
    let leases = racers.join_all().await;
    let mut winners: Vec<_> = leases.into_iter().map(|lease| lease.expect("place")).collect();
    winners.dedup();
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(winners[0].as_ref().map(|lease| lease.fence), Some(1));
}

#[tokio::test]
async fn a_lesson_begins_ends_and_begins_again() {
    let database = database().await;
    let pool = &database.pool;
    let status = async || {
        let held = held(pool, &[SESSION], FIRST, 1).await.expect("held");
        let [held] = &held[..] else { panic!("one lesson is asked for") };
        assert_eq!(held.facts.ends_at, at(60));
        held.facts.status
    };
    assert!(!finish(pool, SESSION, at(1)).await.expect("finish"), "it has not begun");
    assert!(begin(pool, SESSION, at(2)).await.expect("begin"));
    assert!(!begin(pool, SESSION, at(3)).await.expect("begin"), "it has begun");
    assert_eq!(status().await, Status::InProgress);
    assert!(finish(pool, SESSION, at(4)).await.expect("finish"));
    assert_eq!(status().await, Status::Completed);
    assert!(begin(pool, SESSION, at(5)).await.expect("begin"));
    assert_eq!(status().await, Status::InProgress);

    let (started, finished, version): (DateTime<Utc>, Option<DateTime<Utc>>, i64) =
        sqlx::query_as("SELECT started_at, finished_at, version FROM sessions WHERE id = $1")
            .bind(SESSION.0)
            .fetch_one(pool)
            .await
            .expect("the lesson is there");
    assert_eq!((started, finished, version), (at(2), None, 4));
    let audited: Vec<String> = sqlx::query_scalar("SELECT action FROM audit_events ORDER BY id")
        .fetch_all(pool)
        .await
        .expect("audit");
    assert_eq!(audited, ["session_started", "session_completed", "session_started"]);
}

#[tokio::test]
async fn a_lesson_that_is_not_there_has_no_facts() {
    let database = database().await;
    let nobody = SessionId(Uuid::from_u128(3));
    let facts_of = async |session| facts(&database.pool, session, FIRST, 1).await.expect("facts");
    assert_eq!(facts_of(nobody).await, None);
    let (status, ends_at) = (Status::Scheduled, at(60));
    let people = ["student", "teacher"].map(|id| id.parse().expect("a user")).to_vec();
    let scheduled = RoomFacts { status, ends_at, grace: None, fence: None, people };
    assert_eq!(facts_of(SESSION).await, Some(scheduled));
}

#[tokio::test]
async fn chat_is_kept_once_and_in_order() {
    let database = database().await;
    let pool = &database.pool;
    for (client_id, body) in [("1", "one"), ("2", "two"), ("1", "again"), ("3", "three")] {
        let (session, user, name) = (SESSION, "student", "S");
        let message = chat::NewMessage { session, user, name, client_id, body, sent_at: at(1) };
        chat::keep(pool, message).await.expect("keep");
    }
    let bodies = |messages: Vec<chat::Message>| {
        messages.into_iter().map(|message| message.body).collect::<Vec<_>>()
    };
    let latest = chat::latest(pool, SESSION, 2).await.expect("latest");
    let first = chat::page(pool, SESSION, 0, 2).await.expect("page");
    let next = chat::page(pool, SESSION, first[1].id, 2).await.expect("page");
    assert_eq!(bodies(latest), ["two", "three"]);
    assert_eq!(
        (bodies(first), bodies(next)),
        (vec!["one".into(), "two".into()], vec!["three".into()])
    );
}

#[tokio::test]
async fn a_presence_is_written_step_by_step() {
    let database = database().await;
    let pool = &database.pool;
    let participant = ParticipantId(42);
    let arrival = attendance::Arrival {
        session: SESSION,
        participant,
        user: "student",
        role: Role::Student,
        node: FIRST,
        at: at(1),
    };
    let counts = attendance::Counts { audio_packets_in: 5, packets_out: 7, ..Default::default() };
    // Twice: a repetition changes nothing.
    for later in 0..2 {
        attendance::came(pool, arrival).await.expect("came");
        attendance::connected(pool, SESSION, participant, at(2 + later)).await.expect("connected");
        let gone = at(3 + later);
        attendance::left(pool, SESSION, participant, gone, "left").await.expect("left");
        attendance::counted(pool, SESSION, participant, counts).await.expect("counted");
    }
    let expected = attendance::Presence {
        participant: "000000000000002a".into(),
        user_id: "student".into(),
        role: "student".into(),
        joined_at: at(1),
        connected_at: Some(at(2)),
        left_at: Some(at(3)),
        left_reason: Some("left".into()),
        counts,
    };
    assert_eq!(attendance::list(pool, SESSION, 10).await.expect("list"), [expected]);
}
