//! `PUT` and `DELETE /api/sessions/{id}`: edits, new times, the end.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::World;

fn path(session: &Value) -> String {
    format!("/api/sessions/{}", session["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn an_edit_changes_what_it_names_and_nothing_else() {
    let world = World::new().await;
    let before = world.booked(60).await;
    let reply = world.user("ines").put(&path(&before), 1, &json!({ "title": "Subjunctive" })).await;
    let after = reply.expect(StatusCode::OK);
    assert!(reply.header("etag").starts_with("\"2."), "{}", reply.header("etag"));
    let mut expected = before.clone();
    expected["title"] = json!("Subjunctive");
    expected["version"] = json!(2);
    // Inês has called now, so that her name is known.
    expected["teacherName"] = json!("Ines");
    expected["participants"][0]["name"] = json!("Ines");
    expected["seats"]["mine"] = json!("none");
    assert_eq!(after, expected);

    let moved = json!({ "scheduledAt": world.in_minutes(300), "duration": 30 });
    let after = world.user("jonas").put(&path(&before), 2, &moved).await.expect(StatusCode::OK);
    assert_eq!(after["scheduledAt"], world.in_minutes(300));
    assert_eq!(after["endsAt"], world.in_minutes(330));
    assert_eq!(after["title"], "Subjunctive");
    // The old slot is free and the new one is not.
    let other = world.user("mira");
    other.post("/api/sessions", &world.lesson("ines", 60)).await.expect(StatusCode::CREATED);
    other.post("/api/sessions", &world.lesson("ines", 310)).await.problem(409, "slot_taken");
}

#[tokio::test]
async fn an_edit_says_which_version_it_means() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let (jonas, path) = (world.user("jonas"), path(&session));
    let edit = async |headers: &[(&str, &str)]| {
        let body = Some(json!({ "title": "Again" }).to_string());
        jonas.send(Method::PUT, &path, body, headers).await
    };
    edit(&[]).await.problem(428, "precondition_required");
    edit(&[("if-match", "\"2\"")]).await.problem(412, "version_conflict");
    edit(&[("if-match", "W/\"1\"")]).await.problem(412, "version_conflict");
    edit(&[("if-match", "\"x\"")]).await.problem(412, "version_conflict");
    assert_eq!(edit(&[("if-match", "1")]).await.pointers(), ["If-Match"]);
    edit(&[("if-match", "\"7\", \"1\"")]).await.expect(StatusCode::OK);
    edit(&[("if-match", "\"1\"")]).await.problem(412, "version_conflict");
    assert_eq!(edit(&[("if-match", "*")]).await.expect(StatusCode::OK)["version"], 3);
}

#[tokio::test]
async fn of_edits_that_race_one_wins() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let edits = (0..16).map(|n| {
        let (jonas, path) = (world.user("jonas"), path(&session));
        async move { jonas.put(&path, 1, &json!({ "title": format!("Title {n}") })).await }
    });
    let replies = futures_util::future::join_all(edits).await;
    let won = replies.iter().filter(|reply| reply.status == StatusCode::OK).count();
    for reply in replies.iter().filter(|reply| reply.status != StatusCode::OK) {
        reply.problem(412, "version_conflict");
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_lesson_moves_only_to_where_everybody_is_free() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let mira = world.user("mira");
    mira.post("/api/sessions", &world.lesson("ines", 180)).await.expect(StatusCode::CREATED);
    let jonas = world.user("jonas");
    let taken = json!({ "scheduledAt": world.in_minutes(150) });
    jonas.put(&path(&session), 1, &taken).await.problem(409, "slot_taken");
    // What failed has changed nothing, and a lesson is not in its own way.
    let touching = json!({ "scheduledAt": world.in_minutes(120) });
    let moved = jonas.put(&path(&session), 1, &touching).await.expect(StatusCode::OK);
    assert_eq!(moved["version"], 2);
    let past = json!({ "scheduledAt": world.in_minutes(-2) });
    assert_eq!(jonas.put(&path(&session), 2, &past).await.pointers(), ["/scheduledAt"]);
}

/// The pain: a lesson that can no longer be called off is moved, and then called
/// off.
#[tokio::test]
async fn a_deadline_is_not_evaded_by_moving() {
    let world = World::new().await;
    let policy = Some(json!({ "cancelDeadline": 1440 }).to_string());
    let ines = world.user("ines");
    ines.send(Method::PUT, "/api/me/policy", policy, &[]).await.expect(StatusCode::OK);
    let jonas = world.user("jonas");
    let early = jonas.post("/api/sessions", &world.lesson("ines", 3_000)).await;
    let early = early.expect(StatusCode::CREATED);
    let away = json!({ "scheduledAt": world.in_minutes(40_000) });
    jonas.put(&path(&early), 1, &away).await.expect(StatusCode::OK);
    let session = world.booked(60).await;
    jonas.delete(&path(&session)).await.problem(409, "too_late_to_cancel");
    let away = json!({ "scheduledAt": world.in_minutes(50_000) });
    jonas.put(&path(&session), 1, &away).await.problem(409, "consent_required");
    let longer = json!({ "duration": 90 });
    jonas.put(&path(&session), 1, &longer).await.problem(409, "consent_required");
    jonas.put(&path(&session), 1, &json!({ "title": "X" })).await.expect(StatusCode::OK);
    // The teacher may, and agrees to it if asked.
    let proposals = format!("{}/proposals", path(&session));
    jonas.post(&proposals, &away).await.expect(StatusCode::CREATED);
    ines.put(&path(&session), 3, &away).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn wall_clocks_are_kept_until_another_is_named() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let jonas = world.user("jonas");
    let local = json!({ "localStart": "2027-06-01T09:00", "timeZone": "Europe/Lisbon" });
    let moved = jonas.put(&path(&session), 1, &local).await.expect(StatusCode::OK);
    assert_eq!(moved["scheduledAt"], "2027-06-01T08:00:00Z");
    let named = jonas.put(&path(&session), 2, &json!({ "title": "X" })).await;
    assert_eq!(named.expect(StatusCode::OK)["timeZone"], "Europe/Lisbon");
    let instant = json!({ "scheduledAt": "2027-06-01T09:00:00Z" });
    let moved = jonas.put(&path(&session), 3, &instant).await.expect(StatusCode::OK);
    assert_eq!(moved["timeZone"], Value::Null);
}

#[tokio::test]
async fn cancelling_says_who_and_why_and_closes_the_room() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let body = Some(json!({ "reason": "I am ill" }).to_string());
    let reply = world.user("ines").send(Method::DELETE, &path(&session), body, &[]).await;
    let off = reply.expect(StatusCode::OK);
    assert_eq!(off["status"], "cancelled");
    assert_eq!(off["cancelledBy"], "ines");
    assert_eq!(off["cancelReason"], "I am ill");
    assert!(reply.header("etag").starts_with("\"2."), "{}", reply.header("etag"));
    let closed = world.rooms.closed.lock().expect("not poisoned").clone();
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0].to_string(), session["id"]);
    let jonas = world.user("jonas");
    jonas.delete(&path(&session)).await.problem(409, "invalid_transition");
    let edit = json!({ "title": "X" });
    jonas.put(&path(&session), 2, &edit).await.problem(409, "invalid_transition");
}

#[tokio::test]
async fn cancelling_honours_if_match() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let jonas = world.user("jonas");
    let old = [("if-match", "\"9\"")];
    let reply = jonas.send(Method::DELETE, &path(&session), None, &old).await;
    reply.problem(412, "version_conflict");
    assert!(world.rooms.closed.lock().expect("not poisoned").is_empty());
    let present = [("if-match", "\"1\"")];
    let reply = jonas.send(Method::DELETE, &path(&session), None, &present).await;
    reply.expect(StatusCode::OK);
}

#[tokio::test]
async fn what_has_passed_is_kept_but_for_an_admin() {
    let world = World::new().await;
    let missed = world.booked(60).await;
    world.clock.advance(TimeDelta::minutes(120));
    let jonas = world.user("jonas");
    jonas.delete(&path(&missed)).await.problem(409, "too_late_to_cancel");
    let later = json!({ "scheduledAt": world.in_minutes(60) });
    jonas.put(&path(&missed), 1, &later).await.problem(409, "invalid_transition");
    world.user("ada").delete(&path(&missed)).await.expect(StatusCode::OK);
    let over = world.took_place().await;
    world.user("jonas").delete(&path(&over)).await.problem(409, "invalid_transition");
    world.user("ada").delete(&path(&over)).await.problem(409, "invalid_transition");
}
