//! Service keys: made once, good for what they say, and for no longer.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{World, rfc3339};

const KEYS: &str = "/api/admin/api-keys";

async fn make(world: &World, scopes: &[&str]) -> Value {
    let body = json!({ "name": "backend", "scopes": scopes, "expiresInDays": 30 });
    world.user("ada").post(KEYS, &body).await.expect(StatusCode::CREATED)
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect("a text")
}

#[tokio::test]
async fn a_key_is_shown_once_and_kept_as_a_hash() {
    let world = World::new().await;
    let made = make(&world, &["users:read", "sessions:write", "users:read"]).await;
    let key = text(&made, "key").to_owned();
    let expected = json!({
        "id": made["id"], "name": "backend", "scopes": ["sessions:write", "users:read"],
        "createdBy": "ada", "createdAt": rfc3339(world.now()),
        "expiresAt": rfc3339(world.now() + TimeDelta::days(30)),
        "revokedAt": null, "lastUsedAt": null,
    });
    let listed = world.user("ada").get(KEYS).await.expect(StatusCode::OK);
    assert_eq!(listed, json!({ "items": [expected], "nextCursor": null }));
    let (_, secret) = key.rsplit_once('_').expect("a key has three parts");
    let kept: String = sqlx::query_scalar("SELECT to_jsonb(k)::text FROM api_keys k")
        .fetch_one(&world.database.pool)
        .await
        .expect("one key");
    assert!(!kept.contains(secret), "{kept}");
    let recorded: String =
        sqlx::query_scalar("SELECT actor || ' ' || details::text FROM audit_events")
            .fetch_one(&world.database.pool)
            .await
            .expect("one event");
    assert!(recorded.starts_with("ada ") && !recorded.contains(secret), "{recorded}");
}

#[tokio::test]
async fn what_is_wrong_with_a_key_to_make_is_said() {
    let world = World::new().await;
    let ada = world.user("ada");
    for (body, pointers) in [
        (json!({}), vec!["/name", "/scopes"]),
        (json!({ "name": "x", "scopes": [] }), vec!["/scopes"]),
        (json!({ "name": "x", "scopes": ["users:read", "*"] }), vec!["/scopes/1"]),
        (
            json!({ "name": "x", "scopes": ["users:read"], "expiresInDays": 0 }),
            vec!["/expiresInDays"],
        ),
        (
            json!({ "name": "x", "scopes": ["users:read"], "expiresInDays": 1827 }),
            vec!["/expiresInDays"],
        ),
    ] {
        assert_eq!(ada.post(KEYS, &body).await.pointers(), pointers, "{body}");
    }
}

#[tokio::test]
async fn a_service_books_for_a_student_and_the_record_says_so() {
    let world = World::new().await;
    let made = make(&world, &["sessions:write", "sessions:read"]).await;
    let service = world.with_token(text(&made, "key"));
    let mut lesson = world.lesson("ines", 60);
    assert_eq!(service.post("/api/sessions", &lesson).await.pointers(), ["/student"]);
    lesson["student"] = json!("jonas");
    let body = Some(lesson.to_string());
    let once = [("idempotency-key", "one")];
    let book = async || service.send(Method::POST, "/api/sessions", body.clone(), &once).await;
    let session = book().await.expect(StatusCode::CREATED);
    assert_eq!(book().await.expect(StatusCode::CREATED), session, "a repetition is harmless");
    assert_eq!(session["student"], "jonas");
    let recorded: (String, String, Value) =
        sqlx::query_as("SELECT actor, actor_kind, details FROM audit_events WHERE action = $1")
            .bind("session_booked")
            .fetch_one(&world.database.pool)
            .await
            .expect("one booking");
    assert_eq!((&*recorded.0, &*recorded.1), (text(&made, "id"), "service"));
    assert_eq!(recorded.2["onBehalfOf"], "jonas");
    assert_eq!(recorded.2.get("actorName"), None, "names could not be erased from there");
    let all = service.get("/api/sessions").await.expect(StatusCode::OK);
    assert_eq!(all["items"][0]["id"], session["id"]);
    let path = format!("/api/sessions/{}", text(&session, "id"));
    assert_eq!(service.get(&path).await.expect(StatusCode::OK)["title"], "Past tenses");
    // The teacher is told, by whom does not matter.
    let notices = world.user("ines").get("/api/notifications").await.expect(StatusCode::OK);
    assert_eq!(notices["items"][0]["payload"]["actor"], "jonas");
}

#[tokio::test]
async fn a_scope_opens_its_own_doors_only() {
    let world = World::new().await;
    let reader = world.service(&["sessions:read"]).await;
    let mut lesson = world.lesson("ines", 60);
    lesson["student"] = json!("jonas");
    reader.post("/api/sessions", &lesson).await.problem(403, "forbidden");
    reader.get("/api/me").await.problem(403, "forbidden");
    reader.get(KEYS).await.problem(403, "forbidden");
    reader.get("/api/sessions").await.expect(StatusCode::OK);
    world.service(&["users:read"]).await.get("/api/sessions").await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_key_ends_when_it_is_revoked_or_expires() {
    let world = World::new().await;
    let (ada, read) = (world.user("ada"), ["sessions:read"]);
    let (first, second) = (make(&world, &read).await, make(&world, &read).await);
    let get = async |key: &Value| world.with_token(text(key, "key")).get("/api/sessions").await;
    get(&first).await.expect(StatusCode::OK);
    let path = format!("{KEYS}/{}", text(&first, "id"));
    for _ in 0..2 {
        assert_eq!(ada.delete(&path).await.status, StatusCode::NO_CONTENT);
    }
    get(&first).await.problem(401, "unauthenticated");
    get(&second).await.expect(StatusCode::OK);
    world.clock.advance(TimeDelta::days(30));
    get(&second).await.problem(401, "unauthenticated");
    let nobodys = format!("{KEYS}/{}", uuid::Uuid::nil());
    world.user("ada").delete(&nobodys).await.problem(404, "not_found");
}

#[tokio::test]
async fn another_secret_or_another_form_is_no_key() {
    let world = World::new().await;
    let made = make(&world, &["sessions:read"]).await;
    let key = text(&made, "key");
    let last = if key.ends_with('0') { "1" } else { "0" };
    for bad in [
        format!("{}{last}", &key[..key.len() - 1]),
        key.to_uppercase().replace("LK_", "lk_"),
        key[..key.len() - 1].to_owned(),
        format!("lk_{}_{}", "0".repeat(32), "0".repeat(64)),
        "lk_".to_owned(),
    ] {
        world.with_token(&bad).get("/api/sessions").await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn when_a_key_was_used_is_known_to_the_hour() {
    let world = World::new().await;
    let made = make(&world, &["sessions:read"]).await;
    let service = world.with_token(text(&made, "key"));
    let used = async || {
        service.get("/api/sessions").await.expect(StatusCode::OK);
        let keys = world.user("ada").get(KEYS).await.expect(StatusCode::OK);
        keys["items"][0]["lastUsedAt"].clone()
    };
    let first = rfc3339(world.now());
    assert_eq!(used().await, first);
    world.clock.advance(TimeDelta::minutes(59));
    assert_eq!(used().await, first);
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(used().await, rfc3339(world.now()));
}
