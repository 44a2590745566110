//! `/api/sessions/{id}/confirm` and `/decline`: requests and their answers.

use chrono::TimeDelta;
use lectern_store::sessions::expire_unanswered;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::World;

async fn asks(world: &World, policy: Value) {
    let body = Some(policy.to_string());
    let reply = world.user("ines").send(Method::PUT, "/api/me/policy", body, &[]).await;
    reply.expect(StatusCode::OK);
}

fn path(session: &Value, verb: &str) -> String {
    format!("/api/sessions/{}{verb}", session["id"].as_str().expect("an id"))
}

/// The kinds of the notices of somebody, the newest first.
async fn told(world: &World, who: &str) -> Vec<String> {
    let notices = world.user(who).get("/api/notifications").await.expect(StatusCode::OK);
    let items = notices["items"].as_array().expect("items").clone();
    items.iter().map(|notice| notice["kind"].as_str().expect("a kind").to_owned()).collect()
}

#[tokio::test]
async fn a_teacher_agrees() {
    let world = World::new().await;
    asks(&world, json!({ "requiresConfirmation": true })).await;
    let session = world.booked(10).await;
    assert_eq!(
        (&session["status"], &session["confirmation"]),
        (&json!("scheduled"), &json!("pending"))
    );
    assert_eq!(session["confirmBy"], session["scheduledAt"], "before a day has passed");
    assert_eq!(told(&world, "ines").await, ["session_requested"]);
    let (ines, jonas) = (world.user("ines"), world.user("jonas"));
    jonas.post(&path(&session, "/join"), &json!({})).await.problem(409, "not_confirmed");
    world
        .user("mira")
        .post("/api/sessions", &world.lesson("ines", 10))
        .await
        .problem(409, "slot_taken");

    jonas.post(&path(&session, "/confirm"), &json!({})).await.problem(403, "forbidden");
    let reply = ines.post(&path(&session, "/confirm"), &json!({})).await;
    let confirmed = reply.expect(StatusCode::OK);
    assert!(reply.header("etag").starts_with("\"2."), "{}", reply.header("etag"));
    assert_eq!(
        (&confirmed["confirmation"], &confirmed["confirmBy"]),
        (&json!("confirmed"), &json!(null))
    );
    assert_eq!(told(&world, "jonas").await, ["session_confirmed"]);
    jonas.post(&path(&session, "/join"), &json!({})).await.expect(StatusCode::OK);
    for verb in ["/confirm", "/decline"] {
        ines.post(&path(&session, verb), &json!({})).await.problem(409, "invalid_transition");
    }
}

#[tokio::test]
async fn a_teacher_declines_and_the_slot_is_free() {
    let world = World::new().await;
    asks(&world, json!({ "requiresConfirmation": true })).await;
    let session = world.booked(60).await;
    let body = json!({ "reason": "I am away" });
    let ines = world.user("ines");
    let declined = ines.post(&path(&session, "/decline"), &body).await.expect(StatusCode::OK);
    assert_eq!(
        (&declined["status"], &declined["confirmation"]),
        (&json!("cancelled"), &json!("declined"))
    );
    assert_eq!(
        (&declined["cancelReason"], &declined["lateCancel"]),
        (&json!("I am away"), &json!(false))
    );
    assert_eq!(told(&world, "jonas").await, ["session_declined"]);
    ines.post(&path(&session, "/confirm"), &json!({})).await.problem(409, "invalid_transition");
    // A lesson that was called off cannot be brought back by moving it.
    let move_it = json!({ "scheduledAt": world.in_minutes(300) });
    world
        .user("jonas")
        .put(&path(&session, ""), 2, &move_it)
        .await
        .problem(409, "invalid_transition");
    world
        .user("mira")
        .post("/api/sessions", &world.lesson("ines", 60))
        .await
        .expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_request_that_nobody_answers_expires() {
    let world = World::new().await;
    asks(&world, json!({ "requiresConfirmation": true, "confirmWithin": 30 })).await;
    let session = world.booked(600).await;
    let pool = &world.database.pool;
    assert_eq!(expire_unanswered(pool, world.now()).await.expect("a sweep"), 0);
    world.clock.advance(TimeDelta::minutes(30));
    // It is too late even before the sweep.
    world
        .user("ines")
        .post(&path(&session, "/confirm"), &json!({}))
        .await
        .problem(409, "invalid_transition");
    let sweeps = (0..4).map(|_| expire_unanswered(pool, world.now()));
    let swept: usize = futures_util::future::join_all(sweeps)
        .await
        .into_iter()
        .map(|sweep| sweep.expect("a sweep"))
        .sum();
    assert_eq!(swept, 1, "by one of them alone");
    let expired = world.user("jonas").get(&path(&session, "")).await.expect(StatusCode::OK);
    assert_eq!(
        (&expired["status"], &expired["confirmation"]),
        (&json!("cancelled"), &json!("expired"))
    );
    for who in ["jonas", "ines"] {
        assert_eq!(told(&world, who).await[0], "session_expired", "{who}");
    }
    world
        .user("mira")
        .post("/api/sessions", &world.lesson("ines", 600))
        .await
        .expect(StatusCode::CREATED);
}

/// Two requests for one slot, where requests do not take it: one is confirmed,
/// and never both.
#[tokio::test]
async fn two_requests_are_never_both_confirmed() {
    let world = World::new().await;
    asks(&world, json!({ "requiresConfirmation": true, "pendingBlocks": false })).await;
    let first = world.booked(60).await;
    let second = world.user("mira").post("/api/sessions", &world.lesson("ines", 90)).await;
    let second = second.expect(StatusCode::CREATED);
    let ines = world.user("ines");
    ines.post(&path(&second, "/confirm"), &json!({})).await.expect(StatusCode::OK);
    ines.post(&path(&first, "/confirm"), &json!({})).await.problem(409, "slot_taken");
    // The other may still ask for another time, and have it.
    let elsewhere = json!({ "scheduledAt": world.in_minutes(300) });
    let moved = world.user("jonas").put(&path(&first, ""), 1, &elsewhere).await;
    assert_eq!(moved.expect(StatusCode::OK)["confirmation"], "pending");
    ines.post(&path(&first, "/confirm"), &json!({})).await.expect(StatusCode::OK);
}

/// What the teacher books needs no answer, and who waits may take a request
/// back after any deadline.
#[tokio::test]
async fn a_request_is_taken_back_at_any_time() {
    let world = World::new().await;
    asks(&world, json!({ "requiresConfirmation": true, "cancelDeadline": 1440 })).await;
    let session = world.booked(60).await;
    let off = world.user("jonas").delete(&path(&session, "")).await.expect(StatusCode::OK);
    assert_eq!((&off["status"], &off["lateCancel"]), (&json!("cancelled"), &json!(false)));
}
