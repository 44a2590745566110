//! Many want the same time of a teacher with buffers, holds and requests: one
//! gets it, the others are told why, and nothing fails.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Reply, World, rfc3339};

const WRITERS: i64 = 16;
const ROUNDS: i64 = 6;

async fn policy(world: &World, body: Value) {
    let reply =
        world.user("ines").send(Method::PUT, "/api/me/policy", Some(body.to_string()), &[]).await;
    reply.expect(StatusCode::OK);
}

/// One of `replies` is `won`, and all others are the problem.
#[track_caller]
fn one_wins(replies: &[Reply], won: StatusCode, code: &str) {
    for reply in replies.iter().filter(|reply| reply.status != won) {
        reply.problem(409, code);
    }
    assert_eq!(replies.iter().filter(|reply| reply.status == won).count(), 1);
}

/// How many pairs of the teacher's lessons have too little time between them.
async fn crowded(world: &World, apart: i32) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) FROM sessions a JOIN sessions b ON a.teacher = b.teacher AND a.id < b.id \
         WHERE a.blocking AND b.blocking AND tstzrange(a.scheduled_at - make_interval(mins => $1), \
         a.ends_at + make_interval(mins => $1)) && b.during",
    )
    .bind(apart)
    .fetch_one(&world.database.pool)
    .await
    .expect("a count")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_whose_buffers_overlap() {
    let world = World::new().await;
    policy(&world, json!({ "bufferBefore": 10, "bufferAfter": 20 })).await;
    for round in 0..ROUNDS {
        let race = (0..WRITERS).map(|n| {
            // Lessons that do not meet, and are too near each other all the same.
            let lesson = json!({ "teacher": "ines", "title": "Race", "duration": 1,
                "scheduledAt": world.in_minutes(600 + round * 300 + n) });
            let student = world.user(&format!("student-{n}"));
            async move { student.post("/api/sessions", &lesson).await }
        });
        one_wins(&join_all(race).await, StatusCode::CREATED, "slot_taken");
    }
    assert_eq!((crowded(&world, 30).await, world.deadlocks().await), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holds_and_bookings_of_one_slot() {
    let world = World::new().await;
    for round in 0..ROUNDS {
        let start = world.now() + TimeDelta::minutes(600 + round * 120);
        let race = (0..WRITERS).map(|n| {
            let at = rfc3339(start + TimeDelta::minutes(n));
            let person = world.user(&format!("student-{n}"));
            async move {
                if n % 2 == 0 {
                    let hold = json!({ "teacher": "ines", "start": at, "duration": 60 });
                    person.post("/api/holds", &hold).await
                } else {
                    let lesson = json!({ "teacher": "ines", "title": "Race", "duration": 60,
                        "scheduledAt": at });
                    person.post("/api/sessions", &lesson).await
                }
            }
        });
        one_wins(&join_all(race).await, StatusCode::CREATED, "slot_taken");
    }
    assert_eq!(world.deadlocks().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_to_competing_requests() {
    let world = World::new().await;
    policy(&world, json!({ "requiresConfirmation": true, "pendingBlocks": false })).await;
    for round in 0..ROUNDS {
        let mut requests = Vec::new();
        for n in 0..WRITERS {
            let lesson = world.lesson("ines", 600 + round * 120 + n);
            let student = world.user(&format!("student-{n}"));
            let reply = student.post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
            requests.push(reply["id"].as_str().expect("an id").to_owned());
        }
        let race = requests.iter().map(|id| {
            let (ines, path) = (world.user("ines"), format!("/api/sessions/{id}/confirm"));
            async move { ines.post(&path, &json!({})).await }
        });
        one_wins(&join_all(race).await, StatusCode::OK, "slot_taken");
    }
    assert_eq!((crowded(&world, 0).await, world.deadlocks().await), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lessons_that_are_moved_into_one_slot() {
    let world = World::new().await;
    policy(&world, json!({ "bufferAfter": 15 })).await;
    let mut sessions = Vec::new();
    for n in 0..WRITERS {
        let student = world.user(&format!("student-{n}"));
        let lesson = world.lesson("ines", 10_000 + n * 90);
        let reply = student.post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
        sessions.push(reply["id"].as_str().expect("an id").to_owned());
    }
    for round in 0..ROUNDS {
        let race = sessions.iter().enumerate().map(|(n, id)| {
            let student = world.user(&format!("student-{n}"));
            let start = world.in_minutes(600 + round * 200 + n as i64);
            let (path, body) = (format!("/api/sessions/{id}"), json!({ "scheduledAt": start }));
            async move {
                let any = [("if-match", "*")];
                student.send(Method::PUT, &path, Some(body.to_string()), &any).await
            }
        });
        one_wins(&join_all(race).await, StatusCode::OK, "slot_taken");
    }
    assert_eq!((crowded(&world, 15).await, world.deadlocks().await), (0, 0));
}
