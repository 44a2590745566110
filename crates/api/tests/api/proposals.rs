//! New times that one side proposes to the other.

use chrono::TimeDelta;
use lectern_store::sessions::expire_unanswered;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::World;

fn path(session: &Value) -> String {
    format!("/api/sessions/{}", session["id"].as_str().expect("an id"))
}

/// What Jonas proposes for his lesson with Inês, and where it is answered.
async fn proposed(world: &World, lesson: &Value, minutes: i64) -> (Value, String) {
    let body = json!({ "scheduledAt": world.in_minutes(minutes) });
    let reply = world.user("jonas").post(&format!("{}/proposals", path(lesson)), &body).await;
    let session = reply.expect(StatusCode::CREATED);
    let proposal = reply.header("location").to_owned();
    assert!(proposal.ends_with(session["proposal"]["id"].as_str().expect("an id")));
    (session, proposal)
}

async fn kinds(world: &World, who: &str) -> Vec<String> {
    let notices = world.user(who).get("/api/notifications").await.expect(StatusCode::OK);
    let items = notices["items"].as_array().expect("items").clone();
    let mut kinds: Vec<String> =
        items.iter().map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect();
    kinds.sort();
    kinds
}

#[tokio::test]
async fn an_accepted_proposal_moves_the_lesson() {
    let world = World::new().await;
    let lesson = world.booked(60).await;
    let (open, proposal) = proposed(&world, &lesson, 300).await;
    assert_eq!(open["scheduledAt"], lesson["scheduledAt"]);
    assert_eq!(open["proposal"]["proposedBy"], "jonas");
    assert_eq!(open["proposal"]["expiresAt"], lesson["scheduledAt"]);
    assert_eq!(kinds(&world, "ines").await, ["proposal_made", "session_booked"]);
    let accept = format!("{proposal}/accept");
    let nothing = json!({});
    world.user("jonas").post(&accept, &nothing).await.problem(403, "forbidden");
    world.user("mira").post(&accept, &nothing).await.problem(403, "not_participant");
    let moved = world.user("ines").post(&accept, &nothing).await.expect(StatusCode::OK);
    assert_eq!(moved["scheduledAt"], world.in_minutes(300));
    assert_eq!(moved["proposal"], Value::Null);
    assert_eq!(kinds(&world, "jonas").await, ["session_rescheduled"]);
    world.user("ines").post(&accept, &nothing).await.problem(409, "proposal_closed");
    // The old slot is free and the new one is not.
    let mira = world.user("mira");
    mira.post("/api/sessions", &world.lesson("ines", 60)).await.expect(StatusCode::CREATED);
    mira.post("/api/sessions", &world.lesson("ines", 310)).await.problem(409, "slot_taken");
}

#[tokio::test]
async fn what_both_agree_on_waits_for_no_answer() {
    let world = World::new().await;
    let policy = Some(json!({ "requiresConfirmation": true }).to_string());
    let ines = world.user("ines");
    ines.send(Method::PUT, "/api/me/policy", policy, &[]).await.expect(StatusCode::OK);
    let asked = world.booked(120).await;
    assert_eq!(asked["confirmation"], "pending");
    let later = json!({ "scheduledAt": world.in_minutes(2_880) });
    let proposals = format!("{}/proposals", path(&asked));
    let reply = ines.post(&proposals, &later).await;
    reply.expect(StatusCode::CREATED);
    let accept = format!("{}/accept", reply.header("location"));
    let agreed = world.user("jonas").post(&accept, &json!({})).await.expect(StatusCode::OK);
    assert_eq!(
        (&agreed["confirmation"], &agreed["confirmBy"]),
        (&json!("confirmed"), &Value::Null)
    );
    // The time to answer the first request passes, and the lesson stands.
    world.clock.advance(TimeDelta::minutes(121));
    let expired = expire_unanswered(&world.database.pool, world.now()).await.expect("expires");
    assert_eq!(expired, 0);
    let jonas = world.user("jonas");
    let stands = jonas.get(&path(&asked)).await.expect(StatusCode::OK);
    assert_eq!(stands["status"], "scheduled");
    // Once it has begun, no other time is proposed.
    world.clock.advance(TimeDelta::minutes(2_880 - 121 + 5));
    let late = json!({ "scheduledAt": world.in_minutes(500) });
    world.user("jonas").post(&proposals, &late).await.problem(409, "invalid_transition");
}

#[tokio::test]
async fn a_lesson_has_one_open_proposal() {
    let world = World::new().await;
    let lesson = world.booked(60).await;
    let (_, first) = proposed(&world, &lesson, 300).await;
    let again = json!({ "scheduledAt": world.in_minutes(400) });
    let proposals = format!("{}/proposals", path(&lesson));
    world.user("ines").post(&proposals, &again).await.problem(409, "proposal_open");
    world.user("ines").delete(&first).await.problem(403, "forbidden");
    let kept = world.user("jonas").delete(&first).await.expect(StatusCode::OK);
    assert_eq!((&kept["proposal"], &kept["scheduledAt"]), (&Value::Null, &lesson["scheduledAt"]));
    let second = world.user("ines").post(&proposals, &again).await.expect(StatusCode::CREATED);
    let id = second["proposal"]["id"].as_str().expect("an id");
    let decline = format!("{proposals}/{id}/decline");
    world.user("ines").post(&decline, &json!({})).await.problem(403, "forbidden");
    let kept = world.user("jonas").post(&decline, &json!({})).await.expect(StatusCode::OK);
    assert_eq!(kept["proposal"], Value::Null);
    let told = kinds(&world, "ines").await;
    assert_eq!(
        told,
        ["proposal_declined", "proposal_made", "proposal_withdrawn", "session_booked"]
    );
}

#[tokio::test]
async fn a_proposal_is_void_once_the_lesson_has_changed() {
    let world = World::new().await;
    let lesson = world.booked(60).await;
    let (open, proposal) = proposed(&world, &lesson, 300).await;
    let version = open["version"].as_i64().expect("a version");
    let ines = world.user("ines");
    // Other words leave it open.
    let titled = ines.put(&path(&lesson), version, &json!({ "title": "Verbs" })).await;
    assert_eq!(titled.expect(StatusCode::OK)["proposal"], open["proposal"]);
    let later = json!({ "scheduledAt": world.in_minutes(120) });
    let moved = ines.put(&path(&lesson), version + 1, &later).await.expect(StatusCode::OK);
    assert_eq!(moved["proposal"], Value::Null);
    let accept = format!("{proposal}/accept");
    ines.post(&accept, &json!({})).await.problem(409, "proposal_closed");
    // So it is once the lesson is called off.
    let (_, proposal) = proposed(&world, &lesson, 300).await;
    world.user("jonas").delete(&path(&lesson)).await.expect(StatusCode::OK);
    ines.post(&format!("{proposal}/accept"), &json!({})).await.problem(409, "proposal_closed");
}

#[tokio::test]
async fn a_proposal_expires_at_the_earlier_start() {
    let world = World::new().await;
    let lesson = world.booked(300).await;
    let (open, proposal) = proposed(&world, &lesson, 60).await;
    assert_eq!(open["proposal"]["expiresAt"], world.in_minutes(60));
    world.clock.advance(TimeDelta::minutes(60));
    let accept = format!("{proposal}/accept");
    world.user("ines").post(&accept, &json!({})).await.problem(409, "proposal_closed");
    let seen = world.user("ines").get(&path(&lesson)).await.expect(StatusCode::OK);
    assert_eq!(seen["proposal"], Value::Null);
    let pool = &world.database.pool;
    // What was refused is rolled back after the answer, and holds the lesson
    // until then; the sweep passes over what is held.
    sqlx::query("SELECT FROM sessions FOR UPDATE").execute(pool).await.expect("it is let go");
    let expired = lectern_store::sessions::expire_proposals(pool, world.now()).await;
    assert_eq!(expired.expect("expires"), 1);
    for who in ["ines", "jonas"] {
        assert!(kinds(&world, who).await.contains(&"proposal_expired".to_owned()), "{who}");
    }
}

#[tokio::test]
async fn a_proposal_is_accepted_only_where_everybody_is_free() {
    let world = World::new().await;
    let lesson = world.booked(60).await;
    let (_, proposal) = proposed(&world, &lesson, 300).await;
    let other = world.lesson("ines", 330);
    world.user("mira").post("/api/sessions", &other).await.expect(StatusCode::CREATED);
    let accept = format!("{proposal}/accept");
    world.user("ines").post(&accept, &json!({})).await.problem(409, "slot_taken");
    // It is still open: the slot may become free again.
    let seen = world.user("ines").get(&path(&lesson)).await.expect(StatusCode::OK);
    assert!(seen["proposal"].is_object());
}

#[tokio::test]
async fn what_cannot_be_proposed_is_refused() {
    let world = World::new().await;
    let lesson = world.booked(60).await;
    let proposals = format!("{}/proposals", path(&lesson));
    let jonas = world.user("jonas");
    let same = json!({ "scheduledAt": lesson["scheduledAt"] });
    assert_eq!(jonas.post(&proposals, &same).await.pointers(), ["/scheduledAt"]);
    let past = json!({ "scheduledAt": world.in_minutes(-60) });
    assert_eq!(jonas.post(&proposals, &past).await.pointers(), ["/scheduledAt"]);
    assert_eq!(jonas.post(&proposals, &json!({})).await.pointers(), [""]);
    let good = json!({ "scheduledAt": world.in_minutes(300) });
    world.user("mira").post(&proposals, &good).await.problem(403, "not_participant");
    world.user("ada").post(&proposals, &good).await.problem(403, "not_participant");
    let mut group = world.lesson("daniel", 60);
    group["capacity"] = json!(3);
    let group = world.user("mira").post("/api/sessions", &group).await.expect(StatusCode::CREATED);
    let of_group = format!("{}/proposals", path(&group));
    world.user("mira").post(&of_group, &good).await.problem(409, "invalid_transition");
}

/// The pain: a cancelled lesson was rescheduled.
#[tokio::test]
async fn a_cancelled_lesson_is_not_rescheduled() {
    let world = World::new().await;
    let lesson = world.booked(60).await;
    let (jonas, ines) = (world.user("jonas"), world.user("ines"));
    ines.delete(&path(&lesson)).await.expect(StatusCode::OK);
    let later = json!({ "scheduledAt": world.in_minutes(300) });
    for scope in ["one", "following", "all"] {
        let scoped = format!("{}?scope={scope}", path(&lesson));
        jonas.put(&scoped, 2, &later).await.problem(409, "invalid_transition");
    }
    let proposals = format!("{}/proposals", path(&lesson));
    jonas.post(&proposals, &later).await.problem(409, "invalid_transition");
}
