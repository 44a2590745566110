//! `/api/holds`: a slot that is kept while somebody books.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{World, rfc3339};

const SLOT: &str = "2027-03-01T10:00:00Z";

fn hold(teacher: &str, start: &str) -> Value {
    json!({ "teacher": teacher, "start": start, "duration": 60 })
}

fn lesson(start: &str) -> Value {
    json!({ "teacher": "ines", "title": "Past tenses", "duration": 60, "scheduledAt": start })
}

async fn place(world: &World, who: &str, start: &str) -> Value {
    world.user(who).post("/api/holds", &hold("ines", start)).await.expect(StatusCode::CREATED)
}

#[tokio::test]
async fn a_hold_keeps_others_away_and_is_used_up_by_its_booking() {
    let world = World::new().await;
    let kept = place(&world, "jonas", SLOT).await;
    assert_eq!(kept["expiresAt"], rfc3339(world.now() + TimeDelta::minutes(5)));
    assert_eq!((&kept["teacher"], &kept["start"]), (&json!("ines"), &json!(SLOT)));
    let mira = world.user("mira");
    mira.post("/api/sessions", &lesson("2027-03-01T10:30:00Z")).await.problem(409, "slot_taken");
    mira.post("/api/holds", &hold("ines", SLOT)).await.problem(409, "slot_taken");
    let hour =
        "/api/teachers/ines/slots?from=2027-03-01T10:00:00Z&to=2027-03-01T11:00:00Z&duration=15";
    let seen = mira.get(hour).await.expect(StatusCode::OK);
    assert_eq!(seen["slots"], json!([]));
    let jonas = world.user("jonas");
    assert_eq!(
        jonas.get(hour).await.expect(StatusCode::OK)["slots"].as_array().map(Vec::len),
        Some(4)
    );

    let mut body = lesson(SLOT);
    body["holdId"] = kept["id"].clone();
    jonas.post("/api/sessions", &body).await.expect(StatusCode::CREATED);
    body["scheduledAt"] = json!("2027-03-01T12:00:00Z");
    jonas.post("/api/sessions", &body).await.problem(409, "hold_expired");
    let path = format!("/api/holds/{}", kept["id"].as_str().expect("an id"));
    assert_eq!(jonas.delete(&path).await.status, StatusCode::NO_CONTENT);
    mira.delete(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_hold_ends_after_five_minutes_or_when_it_is_let_go() {
    let world = World::new().await;
    let kept = place(&world, "jonas", SLOT).await;
    let path = format!("/api/holds/{}", kept["id"].as_str().expect("an id"));
    let mira = world.user("mira");
    mira.delete(&path).await.problem(404, "not_found");
    let gone = world.user("jonas").delete(&path).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    let kept = place(&world, "jonas", SLOT).await;
    world.clock.advance(TimeDelta::minutes(5));
    let mut body = lesson(SLOT);
    body["holdId"] = kept["id"].clone();
    world.user("jonas").post("/api/sessions", &body).await.problem(409, "hold_expired");
    mira.post("/api/sessions", &lesson(SLOT)).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_person_has_one_hold_and_nobody_uses_anothers() {
    let world = World::new().await;
    let first = place(&world, "jonas", SLOT).await;
    let second = place(&world, "jonas", "2027-03-01T15:00:00Z").await;
    let mira = world.user("mira");
    let mut body = lesson(SLOT);
    let path = |hold: &Value| format!("/api/holds/{}", hold["id"].as_str().expect("an id"));
    // That it was replaced is no fault of who lets go of it, and changes nothing.
    let gone = world.user("jonas").delete(&path(&first)).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    for other in [&first, &second] {
        mira.delete(&path(other)).await.problem(404, "not_found");
        body["holdId"] = other["id"].clone();
        mira.post("/api/sessions", &body).await.problem(409, "hold_expired");
    }
    mira.post("/api/sessions", &lesson(SLOT)).await.expect(StatusCode::CREATED);
    let wrong = mira.post("/api/holds", &hold("mira", SLOT)).await;
    assert_eq!(wrong.pointers(), ["/teacher"]);
    assert_eq!(
        mira.post("/api/holds", &json!({})).await.pointers(),
        ["/teacher", "/start", "/duration"]
    );
    body["holdId"] = json!("x");
    assert_eq!(mira.post("/api/sessions", &body).await.pointers(), ["/holdId"]);
}

/// A lesson that is moved lets go of what its mover holds of the teacher's
/// time, and leaves the slot that it had to others.
#[tokio::test]
async fn no_hold_blocks_after_a_reschedule() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let kept = place(&world, "jonas", SLOT).await;
    let mut body = lesson(SLOT);
    body["holdId"] = kept["id"].clone();
    let session = jonas.post("/api/sessions", &body).await.expect(StatusCode::CREATED);
    let later = "2027-03-01T15:00:00Z";
    place(&world, "jonas", later).await;
    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    jonas.put(&path, 1, &json!({ "scheduledAt": later })).await.expect(StatusCode::OK);
    let latest = json!({ "scheduledAt": "2027-03-01T18:00:00Z" });
    jonas.put(&path, 2, &latest).await.expect(StatusCode::OK);
    for (who, free) in [("mira", SLOT), ("tom", later)] {
        world.user(who).post("/api/sessions", &lesson(free)).await.expect(StatusCode::CREATED);
    }
    let holds: i64 = sqlx::query_scalar("SELECT count(*) FROM holds")
        .fetch_one(&world.database.pool)
        .await
        .expect("a count");
    assert_eq!(holds, 0);
}
