//! Lessons that are booked, moved and called off together.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, World};

fn path(session: &Value) -> String {
    format!("/api/sessions/{}", session["id"].as_str().expect("an id"))
}

/// A weekly lesson of Jonas with Inês across the spring change in New York.
fn weekly(count: u32) -> Value {
    json!({
        "teacher": "ines", "title": "Past tenses", "duration": 60,
        "localStart": "2027-03-07T18:00", "timeZone": "America/New_York",
        "series": { "rrule": format!("FREQ=WEEKLY;COUNT={count}") },
    })
}

async fn lessons(client: &Client<'_>, series: &Value) -> Vec<Value> {
    let series = series.as_str().expect("a series");
    let page = client.get(&format!("/api/sessions?seriesId={series}")).await.expect(StatusCode::OK);
    page["items"].as_array().expect("items").clone()
}

fn starts(lessons: &[Value]) -> Vec<&str> {
    lessons.iter().map(|lesson| lesson["scheduledAt"].as_str().expect("a start")).collect()
}

#[tokio::test]
async fn a_series_keeps_its_wall_clock() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let reply = jonas.post("/api/sessions", &weekly(3)).await;
    let first = reply.expect(StatusCode::CREATED);
    assert_eq!(reply.header("location"), path(&first));
    let lessons = lessons(&world.user("ines"), &first["seriesId"]).await;
    let expected = ["2027-03-07T23:00:00Z", "2027-03-14T22:00:00Z", "2027-03-21T22:00:00Z"];
    assert_eq!(starts(&lessons), expected);
    assert!(lessons.iter().all(|lesson| lesson["timeZone"] == "America/New_York"));
    assert_eq!(lessons[0]["id"], first["id"]);
    // One notice for all of them.
    let notices = world.user("ines").get("/api/notifications").await.expect(StatusCode::OK);
    assert_eq!(notices["unread"], 1);
    assert_eq!(notices["items"][0]["kind"], "session_booked");
    assert_eq!(notices["items"][0]["payload"]["lessons"], 3);
    // Each lesson owes reminders of its own.
    let owed: i64 = sqlx::query_scalar("SELECT count(DISTINCT session_id) FROM outbox")
        .fetch_one(&world.database.pool)
        .await
        .expect("a count");
    assert_eq!(owed, 3);
}

#[tokio::test]
async fn a_series_is_booked_whole_or_not_at_all() {
    let world = World::new().await;
    let mut other = weekly(1);
    other["localStart"] = json!("2027-03-14T18:30");
    other["teacher"] = json!("daniel");
    let jonas = world.user("jonas");
    jonas.post("/api/sessions", &other).await.expect(StatusCode::CREATED);
    let problem = jonas.post("/api/sessions", &weekly(3)).await.problem(409, "slot_taken");
    assert_eq!(problem["starts"], json!(["2027-03-14T22:00:00Z"]));
    let page = jonas.get("/api/sessions").await.expect(StatusCode::OK);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_rule_that_cannot_be_kept_is_refused() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let pointers = async |name: &str, value: Value| {
        let mut body = weekly(3);
        body[name] = value;
        jonas.post("/api/sessions", &body).await.pointers()
    };
    for rule in ["FREQ=WEEKLY", "FREQ=WEEKLY;COUNT=105", "FREQ=WEEKLY;COUNT=2;BYDAY=MO", "x"] {
        assert_eq!(pointers("series", json!({ "rrule": rule })).await, ["/series/rrule"], "{rule}");
    }
    assert_eq!(pointers("series", json!({})).await, ["/series/rrule"]);
    assert_eq!(
        pointers("series", json!({ "rule": "FREQ=WEEKLY;COUNT=2" })).await,
        ["/series/rule"]
    );
    let mut body = world.lesson("ines", 60);
    body["series"] = json!({ "rrule": "FREQ=WEEKLY;COUNT=2" });
    assert_eq!(jonas.post("/api/sessions", &body).await.pointers(), ["/timeZone"]);
    // The second of these falls into the gap.
    let strict = json!({
        "teacher": "ines", "title": "Early", "duration": 10, "strictTime": true,
        "localStart": "2027-03-13T02:30", "timeZone": "America/New_York",
        "series": { "rrule": "FREQ=DAILY;COUNT=2" },
    });
    jonas.post("/api/sessions", &strict).await.problem(422, "time_does_not_exist");
}

#[tokio::test]
async fn one_lesson_moves_by_itself_and_then_stays_where_it_is() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let first = jonas.post("/api/sessions", &weekly(3)).await.expect(StatusCode::CREATED);
    let before = lessons(&jonas, &first["seriesId"]).await;
    let alone = json!({ "localStart": "2027-03-15T10:00", "timeZone": "America/New_York" });
    jonas.put(&path(&before[1]), 1, &alone).await.expect(StatusCode::OK);
    let later = json!({ "localStart": "2027-03-07T19:00", "timeZone": "America/New_York",
        "title": "Subjunctive" });
    let all = format!("{}?scope=all", path(&first));
    let moved = jonas.put(&all, 1, &later).await.expect(StatusCode::OK);
    assert_eq!(moved["scheduledAt"], "2027-03-08T00:00:00Z");
    let after = lessons(&jonas, &first["seriesId"]).await;
    let expected = ["2027-03-08T00:00:00Z", "2027-03-15T14:00:00Z", "2027-03-21T23:00:00Z"];
    assert_eq!(starts(&after), expected);
}

/// The pain: rescheduling one lesson of a series made extra bookings.
#[tokio::test]
async fn rescheduling_one_of_a_series_makes_no_extra_booking() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let first = jonas.post("/api/sessions", &weekly(4)).await.expect(StatusCode::CREATED);
    let ids = |lessons: &[Value]| -> Vec<String> {
        let mut ids: Vec<String> = lessons.iter().map(|l| l["id"].to_string()).collect();
        ids.sort();
        ids
    };
    let before = lessons(&jonas, &first["seriesId"]).await;
    let body = json!({ "localStart": "2027-03-16T09:00", "timeZone": "America/New_York" });
    jonas.put(&path(&before[1]), 1, &body).await.expect(StatusCode::OK);
    let body = json!({ "localStart": "2027-03-22T18:00", "timeZone": "America/New_York" });
    let following = format!("{}?scope=following", path(&before[2]));
    jonas.put(&following, 1, &body).await.expect(StatusCode::OK);
    let page = jonas.get("/api/sessions").await.expect(StatusCode::OK);
    assert_eq!(ids(page["items"].as_array().expect("items")), ids(&before));
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions")
        .fetch_one(&world.database.pool)
        .await
        .expect("a count");
    assert_eq!(rows, 4);
}

#[tokio::test]
async fn what_follows_becomes_a_series_of_its_own() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let first = jonas.post("/api/sessions", &weekly(4)).await.expect(StatusCode::CREATED);
    let before = lessons(&jonas, &first["seriesId"]).await;
    // A week later, which is where the next lesson still is.
    let body = json!({ "localStart": "2027-03-28T18:00", "timeZone": "America/New_York" });
    let following = format!("{}?scope=following", path(&before[2]));
    let moved = jonas.put(&following, 1, &body).await.expect(StatusCode::OK);
    assert_ne!(moved["seriesId"], first["seriesId"]);
    assert_eq!(
        starts(&lessons(&jonas, &first["seriesId"]).await),
        ["2027-03-07T23:00:00Z", "2027-03-14T22:00:00Z"]
    );
    assert_eq!(
        starts(&lessons(&jonas, &moved["seriesId"]).await),
        ["2027-03-28T22:00:00Z", "2027-04-04T22:00:00Z"]
    );
    // One notice of the change, as of the booking.
    let notices = world.user("ines").get("/api/notifications").await.expect(StatusCode::OK);
    assert_eq!(notices["unread"], 2);
}

#[tokio::test]
async fn a_series_moves_whole_or_not_at_all() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let first = jonas.post("/api/sessions", &weekly(3)).await.expect(StatusCode::CREATED);
    let mut other = weekly(1);
    other["localStart"] = json!("2027-03-21T20:00");
    world.user("mira").post("/api/sessions", &other).await.expect(StatusCode::CREATED);
    let all = format!("{}?scope=all", path(&first));
    let body = json!({ "localStart": "2027-03-07T19:30", "timeZone": "America/New_York" });
    let problem = jonas.put(&all, 1, &body).await.problem(409, "slot_taken");
    assert_eq!(problem["starts"], json!(["2027-03-21T23:30:00Z"]));
    let after = lessons(&jonas, &first["seriesId"]).await;
    assert!(after.iter().all(|lesson| lesson["version"] == 1));
}

#[tokio::test]
async fn calling_off_reaches_as_far_as_it_says() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let first = jonas.post("/api/sessions", &weekly(4)).await.expect(StatusCode::CREATED);
    let series = &first["seriesId"];
    let before = lessons(&jonas, series).await;
    let statuses = async || -> Vec<Value> {
        lessons(&jonas, series).await.iter().map(|lesson| lesson["status"].clone()).collect()
    };
    jonas.delete(&path(&before[1])).await.expect(StatusCode::OK);
    assert_eq!(statuses().await, ["scheduled", "cancelled", "scheduled", "scheduled"]);
    jonas.delete(&format!("{}?scope=following", path(&before[3]))).await.expect(StatusCode::OK);
    assert_eq!(statuses().await, ["scheduled", "cancelled", "scheduled", "cancelled"]);
    // The first is over by then, and stays as it was.
    let first_end = chrono::DateTime::parse_from_rfc3339("2027-03-08T00:30:00Z").expect("a time");
    world.clock.advance(first_end.to_utc() - world.now() + TimeDelta::seconds(0));
    let all = format!("{}?scope=all", path(&before[2]));
    world.user("jonas").delete(&all).await.expect(StatusCode::OK);
    let jonas = world.user("jonas");
    let after = lessons(&jonas, series).await;
    assert_eq!(after[0]["status"], "scheduled");
    assert_eq!(after[2]["status"], "cancelled");
    let bad = format!("{}?scope=some", path(&before[0]));
    assert_eq!(jonas.delete(&bad).await.pointers(), ["?scope"]);
}

#[tokio::test]
async fn only_its_people_change_a_series() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let first = jonas.post("/api/sessions", &weekly(2)).await.expect(StatusCode::CREATED);
    let all = format!("{}?scope=all", path(&first));
    let mira = world.user("mira");
    mira.put(&all, 1, &json!({ "title": "Mine" })).await.problem(403, "not_participant");
    mira.delete(&all).await.problem(403, "not_participant");
    let old = [("if-match", "\"7\"")];
    jonas.send(Method::DELETE, &all, None, &old).await.problem(412, "version_conflict");
    let titled = jonas.put(&all, 1, &json!({ "title": "Ours" })).await.expect(StatusCode::OK);
    assert_eq!(titled["version"], 2);
    let after = lessons(&jonas, &first["seriesId"]).await;
    assert!(after.iter().all(|lesson| lesson["title"] == "Ours"));
}

async fn asks(world: &World) {
    let policy = json!({ "requiresConfirmation": true, "pendingBlocks": false }).to_string();
    let ines = world.user("ines");
    let reply = ines.send(reqwest::Method::PUT, "/api/me/policy", Some(policy), &[]).await;
    reply.expect(StatusCode::OK);
}

async fn confirmations(client: &Client<'_>, series: &Value) -> Vec<Value> {
    lessons(client, series).await.iter().map(|lesson| lesson["confirmation"].clone()).collect()
}

#[tokio::test]
async fn a_series_is_confirmed_and_declined_together() {
    let world = World::new().await;
    asks(&world).await;
    let (ines, jonas) = (world.user("ines"), world.user("jonas"));
    let first = jonas.post("/api/sessions", &weekly(4)).await.expect(StatusCode::CREATED);
    let series = &first["seriesId"];
    let asked = lessons(&jonas, series).await;
    let nothing = json!({});
    let all = format!("{}/confirm?scope=all", path(&first));
    jonas.post(&all, &nothing).await.problem(403, "forbidden");
    // One is answered by itself, and what follows together.
    ines.post(&format!("{}/confirm", path(&asked[1])), &nothing).await.expect(StatusCode::OK);
    world.clock.advance(TimeDelta::seconds(1));
    let following = format!("{}/decline?scope=following", path(&asked[2]));
    let declined = ines.post(&following, &json!({ "reason": "In spring I am away" })).await;
    assert_eq!(declined.expect(StatusCode::OK)["id"], asked[2]["id"]);
    assert_eq!(
        confirmations(&jonas, series).await,
        ["pending", "confirmed", "declined", "declined"]
    );
    world.clock.advance(TimeDelta::seconds(1));
    let confirmed = ines.post(&all, &nothing).await.expect(StatusCode::OK);
    assert_eq!((&confirmed["id"], &confirmed["confirmation"]), (&first["id"], &json!("confirmed")));
    assert_eq!(
        confirmations(&jonas, series).await,
        ["confirmed", "confirmed", "declined", "declined"]
    );
    ines.post(&all, &nothing).await.problem(409, "invalid_transition");
    let bad = format!("{}/confirm?scope=some", path(&first));
    assert_eq!(ines.post(&bad, &nothing).await.pointers(), ["?scope"]);
    // Told once for what happened at once.
    let notices = jonas.get("/api/notifications").await.expect(StatusCode::OK);
    let notices: Vec<(&Value, &Value)> = (notices["items"].as_array().expect("items").iter())
        .map(|notice| (&notice["kind"], &notice["payload"]["lessons"]))
        .collect();
    let told = |kind: &str, lessons: Value| (json!(kind), lessons);
    let expected = [
        told("session_confirmed", json!(1)),
        told("session_declined", json!(2)),
        told("session_confirmed", Value::Null),
    ];
    assert_eq!(notices, expected.iter().map(|(kind, n)| (kind, n)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_series_is_confirmed_whole_or_not_at_all() {
    let world = World::new().await;
    asks(&world).await;
    let (ines, jonas, mira) = (world.user("ines"), world.user("jonas"), world.user("mira"));
    let first = jonas.post("/api/sessions", &weekly(3)).await.expect(StatusCode::CREATED);
    let asked = lessons(&jonas, &first["seriesId"]).await;
    // Of two requests for the second one's slot, the other is confirmed.
    let mut other = world.lesson("ines", 60);
    other["scheduledAt"] = asked[1]["scheduledAt"].clone();
    let other = mira.post("/api/sessions", &other).await.expect(StatusCode::CREATED);
    ines.post(&format!("{}/confirm", path(&other)), &json!({})).await.expect(StatusCode::OK);
    let all = format!("{}/confirm?scope=all", path(&first));
    let refused = ines.post(&all, &json!({})).await.problem(409, "slot_taken");
    assert_eq!(refused["starts"], json!([asked[1]["scheduledAt"]]));
    assert_eq!(confirmations(&jonas, &first["seriesId"]).await, ["pending", "pending", "pending"]);
}
