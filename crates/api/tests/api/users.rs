//! People's records, as the platform and admins write and read them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, Reply, World};

async fn put(client: &Client<'_>, path: &str, body: Value) -> Reply {
    client.send(Method::PUT, path, Some(body.to_string()), &[]).await
}

#[tokio::test]
async fn the_platform_says_who_people_are() {
    let world = World::new().await;
    let platform = world.service(&["users:read", "users:write"]).await;
    let path = "/api/users/auth0%7C42";
    let body = json!({
        "name": "Jonas Weber", "email": "jonas@platform.example", "phone": "+351210000000",
        "locale": "de", "timeZone": "europe/berlin", "teaches": true,
        "headline": "Physics, patiently", "skills": ["Physics"],
    });
    let made = put(&platform, path, body).await;
    let user = made.expect(StatusCode::CREATED);
    assert_eq!(made.header("location"), path);
    assert!(made.header("etag").starts_with("\"1."), "{}", made.header("etag"));
    let expected = json!({
        "id": "auth0|42", "name": "Jonas Weber", "email": "jonas@platform.example",
        "phone": "+351210000000", "locale": "de", "timeZone": "Europe/Berlin", "teaches": true,
        "headline": "Physics, patiently", "skills": ["Physics"], "version": 1,
        "createdAt": world.in_minutes(0), "updatedAt": world.in_minutes(0),
    });
    assert_eq!(user, expected);
    assert_eq!(platform.get(path).await.expect(StatusCode::OK), expected);
    // What is not named stays, null removes, and what changes nothing is no change.
    let changed = put(&platform, path, json!({ "name": "Jonas W.", "phone": null })).await;
    let changed = changed.expect(StatusCode::OK);
    assert_eq!((&changed["name"], &changed["phone"]), (&json!("Jonas W."), &Value::Null));
    assert_eq!((&changed["email"], &changed["version"]), (&expected["email"], &json!(2)));
    let same = put(&platform, path, json!({ "name": "Jonas W." })).await.expect(StatusCode::OK);
    assert_eq!(same["version"], 2);
    // Students find who teaches.
    let teachers = world.user("mira").get("/api/teachers?q=physics").await;
    assert_eq!(teachers.expect(StatusCode::OK)["items"][0]["id"], "auth0|42");
}

#[tokio::test]
async fn a_record_is_changed_in_the_version_that_was_read() {
    let world = World::new().await;
    let ada = world.user("ada");
    let body = || Some(json!({ "locale": "pt" }).to_string());
    let with = |tag: &'static str| [("if-match", tag)];
    let send = async |tag| ada.send(Method::PUT, "/api/users/mira", body(), &with(tag)).await;
    // There is none.
    send("*").await.problem(412, "version_conflict");
    ada.get("/api/users/mira").await.problem(404, "not_found");
    put(&ada, "/api/users/mira", json!({ "name": "Mira" })).await.expect(StatusCode::CREATED);
    send("\"7\"").await.problem(412, "version_conflict");
    send("\"1\"").await.expect(StatusCode::OK);
    send("\"1\"").await.problem(412, "version_conflict");
    send("*").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_address_number_language_or_zone_is_refused() {
    let world = World::new().await;
    let ada = world.user("ada");
    let bad = json!({
        "name": " ", "email": "jonas@", "phone": "0210000000", "locale": "?",
        "timeZone": "Mars/Olympus", "headline": "x".repeat(201), "skills": ["Physics", " "],
    });
    let refused = put(&ada, "/api/users/jonas", bad).await;
    let pointers = ["/name", "/email", "/phone", "/locale", "/timeZone", "/headline", "/skills/1"];
    assert_eq!(refused.pointers(), pointers);
    let many = json!({ "skills": vec!["Physics"; 51] });
    assert_eq!(put(&ada, "/api/users/jonas", many).await.pointers(), ["/skills"]);
    let unknown = put(&ada, "/api/users/jonas", json!({ "age": 40 })).await;
    unknown.problem(422, "validation_failed");
    ada.get("/api/users/jonas").await.problem(404, "not_found");
}

#[tokio::test]
async fn admins_find_people_page_by_page() {
    let world = World::new().await;
    let ada = world.user("ada");
    for n in 0..7 {
        let body = json!({ "name": format!("Student {n}"), "email": format!("s{n}@p.example") });
        put(&ada, &format!("/api/users/student-{n}"), body).await.expect(StatusCode::CREATED);
    }
    let mut seen = Vec::new();
    let mut path = "/api/users?q=student&limit=3".to_owned();
    loop {
        let page = ada.get(&path).await.expect(StatusCode::OK);
        let items = page["items"].as_array().expect("items");
        assert!((1..=3).contains(&items.len()), "{page}");
        seen.extend(items.iter().map(|user| user["id"].as_str().expect("an id").to_owned()));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/api/users?q=student&limit=3&cursor={cursor}");
    }
    let expected: Vec<String> = (0..7).map(|n| format!("student-{n}")).collect();
    assert_eq!(seen, expected);
    let found = ada.get("/api/users?q=S4%40P").await.expect(StatusCode::OK);
    assert_eq!(found["items"][0]["id"], "student-4");
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(ada.get("/api/users?cursor=%21&limit=0").await.pointers(), ["?limit", "?cursor"]);
}

/// The record of who did what says that it was changed, and nothing of what it
/// says.
#[tokio::test]
async fn changes_of_records_are_recorded() {
    let world = World::new().await;
    let ada = world.user("ada");
    for name in ["Jonas", "Jonas", "Jonas W."] {
        put(&ada, "/api/users/jonas", json!({ "name": name })).await;
    }
    let events: Vec<(String, String, Value)> = sqlx::query_as(
        "SELECT action, actor, details FROM audit_events WHERE session_id IS NULL ORDER BY id",
    )
    .fetch_all(&world.database.pool)
    .await
    .expect("the record");
    let event = |action: &str| (action.to_owned(), "ada".to_owned(), json!({ "user": "jonas" }));
    assert_eq!(events, [event("person_added"), event("person_changed")]);
}
