//! The exclusion constraint on people's time is the last to notice that two
//! lessons meet, and never the first: without it, everything ends the same.
//! What does the work is the check under the people's advisory locks, so that
//! no ordinary refusal is an error of the database.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, Reply, World};

const WRITERS: i64 = 16;
const ROUNDS: i64 = 4;

/// A world whose database would let anybody be in two lessons at once.
async fn unaided() -> World {
    let world = World::new().await;
    sqlx::query("ALTER TABLE session_participants DROP CONSTRAINT session_participants_no_overlap")
        .execute(&world.database.owner)
        .await
        .expect("drops the constraint");
    world
}

/// Nobody is in two lessons at once, and no two transactions waited for each
/// other.
async fn ends_well(world: &World) {
    let overlaps: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM session_participants a JOIN session_participants b \
         ON a.user_id = b.user_id AND a.session_id < b.session_id AND a.during && b.during \
         WHERE a.blocking AND b.blocking AND a.attending AND b.attending",
    )
    .fetch_one(&world.database.pool)
    .await
    .expect("a count");
    assert_eq!((overlaps, world.deadlocks().await), (0, 0));
}

async fn policy(world: &World, teacher: &str, body: Value) {
    let teacher = world.user(teacher);
    let reply = teacher.send(Method::PUT, "/api/me/policy", Some(body.to_string()), &[]).await;
    reply.expect(StatusCode::OK);
}

async fn book(client: &Client<'_>, body: &Value) -> Value {
    client.post("/api/sessions", body).await.expect(StatusCode::CREATED)
}

fn path(session: &Value) -> String {
    format!("/api/sessions/{}", session["id"].as_str().expect("an id"))
}

async fn reschedule(client: &Client<'_>, session: &Value, start: &str) -> Reply {
    let body = json!({ "scheduledAt": start }).to_string();
    client.send(Method::PUT, &path(session), Some(body), &[("if-match", "*")]).await
}

/// One of `replies` is `won`, and all others are told that the slot is taken.
#[track_caller]
fn one_wins(replies: &[Reply], won: StatusCode) {
    for reply in replies.iter().filter(|reply| reply.status != won) {
        reply.problem(409, "slot_taken");
    }
    assert_eq!(replies.iter().filter(|reply| reply.status == won).count(), 1);
}

#[tokio::test]
async fn one_after_the_other() {
    let world = unaided().await;
    let (jonas, mira, ines) = (world.user("jonas"), world.user("mira"), world.user("ines"));
    let taken = world.in_minutes(630);
    book(&jonas, &world.lesson("ines", 600)).await;
    // The teacher is taken, and so is the student.
    for (who, teacher) in [(&mira, "ines"), (&jonas, "daniel")] {
        let lesson = world.lesson(teacher, 630);
        who.post("/api/sessions", &lesson).await.problem(409, "slot_taken");
        let hold = json!({ "teacher": teacher, "start": taken, "duration": 60 });
        who.post("/api/holds", &hold).await.problem(409, "slot_taken");
    }
    let mut series = world.lesson("ines", 600 - 7 * 24 * 60);
    series["scheduledAt"] = json!(world.in_minutes(630));
    series["timeZone"] = json!("Europe/Lisbon");
    series["series"] = json!({ "rrule": "FREQ=DAILY;COUNT=2" });
    mira.post("/api/sessions", &series).await.problem(409, "slot_taken");
    // Lessons that are moved: by oneself, or as both agree.
    let other = book(&mira, &world.lesson("ines", 1200)).await;
    reschedule(&mira, &other, &taken).await.problem(409, "slot_taken");
    let proposals = format!("{}/proposals", path(&other));
    let proposed = mira.post(&proposals, &json!({ "scheduledAt": taken })).await;
    let proposed = proposed.expect(StatusCode::CREATED);
    let id = proposed["proposal"]["id"].as_str().expect("an id");
    let accepted = ines.post(&format!("{proposals}/{id}/accept"), &json!({})).await;
    accepted.problem(409, "slot_taken");
    // A seat takes its student's time.
    let mut group = world.lesson("daniel", 630);
    group["capacity"] = json!(3);
    let group = book(&world.user("daniel"), &group).await;
    let seat = jonas.post(&format!("{}/seats", path(&group)), &json!({})).await;
    seat.problem(409, "slot_taken");
    // Of two requests that do not block, one is confirmed.
    policy(&world, "lea", json!({ "requiresConfirmation": true, "pendingBlocks": false })).await;
    let first = book(&mira, &world.lesson("lea", 2000)).await;
    let second = book(&world.user("tom"), &world.lesson("lea", 2030)).await;
    let lea = world.user("lea");
    lea.post(&format!("{}/confirm", path(&first)), &json!({})).await.expect(StatusCode::OK);
    let late = lea.post(&format!("{}/confirm", path(&second)), &json!({})).await;
    late.problem(409, "slot_taken");
    ends_well(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_bookings_and_series_at_once() {
    let world = unaided().await;
    for round in 0..ROUNDS {
        let race = (0..WRITERS).map(|n| {
            let mut lesson = world.lesson("ines", 600 + round * 120 + n);
            if n % 4 == 0 {
                lesson["timeZone"] = json!("Europe/Lisbon");
                lesson["series"] = json!({ "rrule": "FREQ=WEEKLY;COUNT=3" });
            }
            let student = world.user(&format!("student-{n}"));
            async move { student.post("/api/sessions", &lesson).await }
        });
        one_wins(&join_all(race).await, StatusCode::CREATED);
    }
    ends_well(&world).await;
}

/// The same student, who cannot be with sixteen teachers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_teachers_of_one_student() {
    let world = unaided().await;
    for round in 0..ROUNDS {
        let race = (0..WRITERS).map(|n| {
            let lesson = world.lesson(&format!("teacher-{n}"), 600 + round * 120 + n);
            let jonas = world.user("jonas");
            async move { jonas.post("/api/sessions", &lesson).await }
        });
        one_wins(&join_all(race).await, StatusCode::CREATED);
    }
    ends_well(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_confirmations_at_once() {
    let world = unaided().await;
    policy(&world, "ines", json!({ "requiresConfirmation": true, "pendingBlocks": false })).await;
    for round in 0..ROUNDS {
        let mut requests = Vec::new();
        for n in 0..WRITERS {
            let student = world.user(&format!("student-{n}"));
            requests.push(book(&student, &world.lesson("ines", 600 + round * 120 + n)).await);
        }
        let race = requests.iter().map(|request| {
            let (ines, path) = (world.user("ines"), format!("{}/confirm", path(request)));
            async move { ines.post(&path, &json!({})).await }
        });
        one_wins(&join_all(race).await, StatusCode::OK);
    }
    ends_well(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_lessons_into_one_slot() {
    let world = unaided().await;
    let mut sessions = Vec::new();
    for n in 0..WRITERS {
        let student = world.user(&format!("student-{n}"));
        sessions.push(book(&student, &world.lesson("ines", 10_000 + n * 90)).await);
    }
    for round in 0..ROUNDS {
        let race = sessions.iter().enumerate().map(|(n, session)| {
            let student = world.user(&format!("student-{n}"));
            let start = world.in_minutes(600 + round * 200 + n as i64);
            async move { reschedule(&student, session, &start).await }
        });
        one_wins(&join_all(race).await, StatusCode::OK);
    }
    ends_well(&world).await;
}

/// Seats of sixteen group lessons at the same time, for one student.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_seats_for_one_student() {
    let world = unaided().await;
    let mut lessons = Vec::new();
    for n in 0..WRITERS {
        let teacher = format!("teacher-{n}");
        let mut lesson = world.lesson(&teacher, 600 + n);
        lesson["capacity"] = json!(4);
        lessons.push(book(&world.user(&teacher), &lesson).await);
    }
    let race = lessons.iter().map(|lesson| {
        let (jonas, seats) = (world.user("jonas"), format!("{}/seats", path(lesson)));
        async move { jonas.post(&seats, &json!({})).await }
    });
    one_wins(&join_all(race).await, StatusCode::OK);
    ends_well(&world).await;
}

/// Holds of one slot; and of one person, whose last one counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_holds_at_once() {
    let world = unaided().await;
    let hold = |who: String, minutes: i64| {
        let body = json!({ "teacher": "ines", "start": world.in_minutes(minutes), "duration": 60 });
        let person = world.user(&who);
        async move { person.post("/api/holds", &body).await }
    };
    for round in 0..ROUNDS {
        let slot = 600 + round * 120;
        let race = (0..WRITERS).map(|n| hold(format!("student-{n}"), slot + n));
        one_wins(&join_all(race).await, StatusCode::CREATED);
        let own = (0..WRITERS).map(|n| hold("jonas".to_owned(), 5000 + slot + n));
        for reply in join_all(own).await {
            reply.expect(StatusCode::CREATED);
        }
        let held: i64 = sqlx::query_scalar("SELECT count(*) FROM holds WHERE holder = 'jonas'")
            .fetch_one(&world.database.pool)
            .await
            .expect("a count");
        assert_eq!(held, 1);
    }
    ends_well(&world).await;
}
