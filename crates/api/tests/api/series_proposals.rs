//! New times that one side proposes for several lessons of a series.

use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, World};

fn path(session: &Value) -> String {
    format!("/api/sessions/{}", session["id"].as_str().expect("an id"))
}

/// Four weekly lessons of Jonas with Inês, the second after the spring change in
/// New York.
async fn weekly(world: &World) -> Vec<Value> {
    let body = json!({
        "teacher": "ines", "title": "Past tenses", "duration": 60,
        "localStart": "2027-03-07T18:00", "timeZone": "America/New_York",
        "series": { "rrule": "FREQ=WEEKLY;COUNT=4" },
    });
    let jonas = world.user("jonas");
    let first = jonas.post("/api/sessions", &body).await.expect(StatusCode::CREATED);
    lessons(&jonas, &first["seriesId"]).await
}

async fn lessons(client: &Client<'_>, series: &Value) -> Vec<Value> {
    let series = series.as_str().expect("a series");
    let page = client.get(&format!("/api/sessions?seriesId={series}")).await.expect(StatusCode::OK);
    page["items"].as_array().expect("items").clone()
}

async fn starts(client: &Client<'_>, series: &Value) -> Vec<Value> {
    lessons(client, series).await.iter().map(|lesson| lesson["scheduledAt"].clone()).collect()
}

/// What somebody has been told, by its kind.
async fn notices(client: &Client<'_>) -> BTreeMap<String, Value> {
    let page = client.get("/api/notifications").await.expect(StatusCode::OK);
    let items = page["items"].as_array().expect("items").iter();
    items
        .map(|item| (item["kind"].as_str().expect("a kind").to_owned(), item["payload"].clone()))
        .collect()
}

fn local(start: &str) -> Value {
    json!({ "localStart": start, "timeZone": "America/New_York" })
}

/// What Jonas proposes, and where it is accepted.
async fn proposed(world: &World, lesson: &Value, scope: &str, body: &Value) -> (Value, String) {
    let proposals = format!("{}/proposals?scope={scope}", path(lesson));
    let reply = world.user("jonas").post(&proposals, body).await;
    let session = reply.expect(StatusCode::CREATED);
    assert_eq!(session["proposal"]["scope"], scope);
    (session, format!("{}/accept", reply.header("location")))
}

#[tokio::test]
async fn what_follows_moves_once_it_is_accepted() {
    let world = World::new().await;
    let before = weekly(&world).await;
    let (open, accept) =
        proposed(&world, &before[2], "following", &local("2027-03-22T19:00")).await;
    assert_eq!(open["scheduledAt"], before[2]["scheduledAt"]);
    let ines = world.user("ines");
    let moved = ines.post(&accept, &json!({})).await.expect(StatusCode::OK);
    assert_eq!(moved["proposal"], Value::Null);
    assert_ne!(moved["seriesId"], before[0]["seriesId"]);
    assert_eq!(
        starts(&ines, &before[0]["seriesId"]).await,
        ["2027-03-07T23:00:00Z", "2027-03-14T22:00:00Z"]
    );
    assert_eq!(
        starts(&ines, &moved["seriesId"]).await,
        ["2027-03-22T23:00:00Z", "2027-03-29T23:00:00Z"]
    );
    // She is asked once, and he is told once.
    let asked = notices(&ines).await;
    assert_eq!(asked.len(), 2);
    assert_eq!(asked["proposal_made"]["proposal"]["scope"], "following");
    let told = notices(&world.user("jonas")).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told["session_rescheduled"]["lessons"], 2);
    // They move on together.
    let all = format!("{}?scope=all", path(&moved));
    let version = moved["version"].as_i64().expect("a version");
    let later = local("2027-03-22T20:00");
    ines.put(&all, version, &later).await.expect(StatusCode::OK);
    assert_eq!(
        starts(&ines, &moved["seriesId"]).await,
        ["2027-03-23T00:00:00Z", "2027-03-30T00:00:00Z"]
    );
}

#[tokio::test]
async fn all_move_on_the_clocks_of_their_zone_or_none() {
    let world = World::new().await;
    let before = weekly(&world).await;
    let series = &before[0]["seriesId"];
    let ines = world.user("ines");
    // The second has been moved by itself, and is asked about by itself no more.
    let alone = local("2027-03-15T10:00");
    ines.put(&path(&before[1]), 1, &alone).await.expect(StatusCode::OK);
    let (open, accept) = proposed(&world, &before[2], "all", &local("2027-03-21T17:30")).await;
    // It could no longer be accepted once the first of them would have begun.
    assert_eq!(open["proposal"]["expiresAt"], "2027-03-07T22:30:00Z");
    let (_, of_last) = proposed(&world, &before[3], "one", &local("2027-03-28T08:00")).await;
    let mut other = world.lesson("ines", 60);
    other["scheduledAt"] = json!("2027-03-28T21:00:00Z");
    let other = world.user("mira").post("/api/sessions", &other).await.expect(StatusCode::CREATED);
    let refused = ines.post(&accept, &json!({})).await.problem(409, "slot_taken");
    assert_eq!(refused["starts"], json!(["2027-03-28T21:30:00Z"]));
    let stays = lessons(&ines, series).await;
    assert_eq!(stays[0]["scheduledAt"], before[0]["scheduledAt"]);
    assert_eq!(stays[2]["proposal"], open["proposal"]);

    world.user("mira").delete(&path(&other)).await.expect(StatusCode::OK);
    ines.post(&accept, &json!({})).await.expect(StatusCode::OK);
    assert_eq!(
        starts(&ines, series).await,
        [
            "2027-03-07T22:30:00Z",
            "2027-03-15T14:00:00Z",
            "2027-03-21T21:30:00Z",
            "2027-03-28T21:30:00Z"
        ]
    );
    // What was proposed for one that has moved is void.
    ines.post(&of_last, &json!({})).await.problem(409, "proposal_closed");
}

#[tokio::test]
async fn what_was_called_off_or_has_moved_since_stays() {
    let world = World::new().await;
    let before = weekly(&world).await;
    let (_, accept) = proposed(&world, &before[0], "all", &local("2027-03-07T12:00")).await;
    let (ines, jonas) = (world.user("ines"), world.user("jonas"));
    jonas.delete(&path(&before[1])).await.expect(StatusCode::OK);
    ines.put(&path(&before[2]), 1, &local("2027-03-23T09:00")).await.expect(StatusCode::OK);
    ines.post(&accept, &json!({})).await.expect(StatusCode::OK);
    assert_eq!(
        starts(&ines, &before[0]["seriesId"]).await,
        [
            "2027-03-07T17:00:00Z",
            "2027-03-14T22:00:00Z",
            "2027-03-23T13:00:00Z",
            "2027-03-28T16:00:00Z"
        ]
    );
}

#[tokio::test]
async fn a_length_alone_is_proposed_for_all() {
    let world = World::new().await;
    let before = weekly(&world).await;
    let (_, accept) = proposed(&world, &before[1], "all", &json!({ "duration": 45 })).await;
    let ines = world.user("ines");
    ines.post(&accept, &json!({})).await.expect(StatusCode::OK);
    let after = lessons(&ines, &before[0]["seriesId"]).await;
    assert!(after.iter().all(|lesson| lesson["duration"] == 45));
    for (was, is) in before.iter().zip(&after) {
        assert_eq!(was["scheduledAt"], is["scheduledAt"]);
        assert_eq!(is["timeZone"], "America/New_York");
    }
}

#[tokio::test]
async fn those_that_move_wait_for_no_answer() {
    let world = World::new().await;
    let ines = world.user("ines");
    let policy = Some(json!({ "requiresConfirmation": true }).to_string());
    ines.send(Method::PUT, "/api/me/policy", policy, &[]).await.expect(StatusCode::OK);
    let before = weekly(&world).await;
    let (_, accept) = proposed(&world, &before[1], "following", &local("2027-03-14T16:00")).await;
    let moved = ines.post(&accept, &json!({})).await.expect(StatusCode::OK);
    let stays = lessons(&ines, &before[0]["seriesId"]).await;
    assert_eq!(stays[0]["confirmation"], "pending");
    let agreed = lessons(&ines, &moved["seriesId"]).await;
    assert_eq!(agreed.len(), 3);
    assert!(agreed.iter().all(|lesson| lesson["confirmation"] == "confirmed"));
}

#[tokio::test]
async fn what_cannot_be_proposed_for_a_series_is_refused() {
    let world = World::new().await;
    let before = weekly(&world).await;
    let jonas = world.user("jonas");
    let some = format!("{}/proposals?scope=some", path(&before[0]));
    assert_eq!(jonas.post(&some, &local("2027-03-07T12:00")).await.pointers(), ["?scope"]);
    // One of them would begin today, before this.
    let all = format!("{}/proposals?scope=all", path(&before[3]));
    let past = local("2026-01-28T18:00");
    assert_eq!(jonas.post(&all, &past).await.pointers(), ["/scheduledAt"]);
    // A lesson of no series moves alone, with or without a zone.
    let lesson = world.booked(60).await;
    let body = json!({ "scheduledAt": world.in_minutes(300) });
    let alone = format!("{}/proposals?scope=all", path(&lesson));
    jonas.post(&alone, &body).await.expect(StatusCode::CREATED);
}
