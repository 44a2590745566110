//! What cannot be read, and what is not accepted: an answer for each, and
//! never one that blames the server.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn bodies_that_are_not_json() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let post = async |body: &str| {
        jonas.send(Method::POST, "/api/sessions", Some(body.to_owned()), &[]).await
    };
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let nested = format!("{{\"teacher\":{deep}}}");
    for bad in ["", "{", "{\"title\":}", "nul", "{} {}", "{\"title\":\"\\ud800\"}", "\u{feff}{}"] {
        post(bad).await.problem(400, "malformed_json");
    }
    let reply = jonas.send(Method::POST, "/api/sessions", None, &[]).await;
    assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "no body, and no type");
    for not_an_object in ["[]", "[null]", " [\"ines\", \"jonas\"]", "7", "null", "\"text\""] {
        assert_eq!(post(not_an_object).await.pointers()[0], "", "{not_an_object}");
    }
    assert!(post(&deep).await.status.is_client_error());
    assert!(post(&nested).await.status.is_client_error());
    let twice = post("{\"title\":\"a\",\"title\":\"b\"}").await.problem(422, "validation_failed");
    assert_eq!(twice["errors"][0]["detail"], "duplicate field `title`");
    assert_eq!(post("{\"colour\":\"red\"}").await.pointers(), ["/colour"]);
}

#[tokio::test]
async fn bodies_of_another_kind_or_size() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let lesson = world.lesson("ines", 60).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
        let headers = [("content-type", kind)];
        let reply = jonas.send(Method::POST, "/api/sessions", Some(lesson.clone()), &headers).await;
        reply.problem(415, "unsupported_media_type");
    }
    let large = json!({ "title": "x".repeat(70_000) }).to_string();
    let reply = jonas.send(Method::POST, "/api/sessions", Some(large), &[]).await;
    reply.problem(413, "payload_too_large");
    let headers = [("content-type", "Application/JSON; charset=utf-8")];
    let reply = jonas.send(Method::POST, "/api/sessions", Some(lesson), &headers).await;
    reply.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn values_that_are_not_accepted() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let check = async |field: &str, value: Value| {
        let mut body = world.lesson("ines", 60);
        body[field] = value.clone();
        let reply = jonas.post("/api/sessions", &body).await;
        assert_eq!(reply.pointers(), [format!("/{field}")], "{field}: {value}");
    };
    for teacher in
        [json!(7), json!(null), json!(""), json!("x".repeat(129)), json!("a\0b"), json!("jonas")]
    {
        check("teacher", teacher).await;
    }
    for title in [
        json!(null),
        json!(true),
        json!(""),
        json!("  "),
        json!("x".repeat(201)),
        json!("a\nb"),
        json!("a\0"),
    ] {
        check("title", title).await;
    }
    for duration in
        [json!(0), json!(-1), json!(1441), json!(60.5), json!("60"), json!(1e300), json!(null)]
    {
        check("duration", duration).await;
    }
    for start in [
        json!("tomorrow"),
        json!("2027-02-30T10:00:00Z"),
        json!("2027-02-20T10:00:00"),
        json!("2027-02-20T25:00:00Z"),
        json!("1999-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:59Z"),
        json!("+262142-12-31T23:59:59Z"),
        json!("0000-00-00T00:00:00Z"),
        json!(1_900_000_000),
        json!(null),
    ] {
        check("scheduledAt", start).await;
    }
    check("description", json!("x".repeat(5001))).await;
    check("description", json!("a\0b")).await;
    check("skill", json!("x".repeat(101))).await;
    check("student", json!("")).await;
    check("strictTime", json!("yes")).await;
    // Everything that is wrong is said at once.
    let reply = jonas.post("/api/sessions", &json!({})).await;
    assert_eq!(reply.pointers(), ["/teacher", "/title", "/duration", "/scheduledAt"]);
    let nothing = jonas.get("/api/sessions").await.expect(StatusCode::OK);
    assert_eq!(nothing["items"], json!([]));
}

/// As JSON Schema has it: a number without a fraction is an integer, and a list
/// is no object, wherever it stands.
#[tokio::test]
async fn numbers_and_lists_are_what_the_document_calls_them() {
    let world = World::new().await;
    let mut lesson = world.lesson("ines", 60);
    lesson["duration"] = json!(45.0);
    let jonas = world.user("jonas");
    let booked = jonas.post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
    assert_eq!(booked["duration"], 45);
    lesson["series"] = json!(["FREQ=WEEKLY;COUNT=2"]);
    assert_eq!(jonas.post("/api/sessions", &lesson).await.pointers(), ["/series"]);
    let week = json!({ "timeZone": "UTC", "weekly": [["monday", "09:00", "10:00"]] }).to_string();
    let path = "/api/me/availability";
    let reply = world.user("ines").send(Method::PUT, path, Some(week), &[]).await;
    assert_eq!(reply.pointers(), ["/weekly/0"]);
}

#[tokio::test]
async fn other_bodies_that_are_not_accepted() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let jonas = world.user("jonas");
    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "title": "" }), "/title"),
        (json!({ "duration": 0 }), "/duration"),
        (json!({ "scheduledAt": "x" }), "/scheduledAt"),
        (json!({ "timeZone": "Europe/Lisbon" }), "/scheduledAt"),
        (json!({ "teacher": "daniel" }), "/teacher"),
    ] {
        assert_eq!(jonas.put(&path, 1, &body).await.pointers(), [pointer], "{body}");
    }
    let id = &session["id"];
    for (body, pointers) in [
        (json!({}), vec!["/sessionId", "/rating"]),
        (json!({ "sessionId": "x", "rating": 5 }), vec!["/sessionId"]),
        (json!({ "sessionId": id, "rating": 0 }), vec!["/rating"]),
        (json!({ "sessionId": id, "rating": 6 }), vec!["/rating"]),
        (json!({ "sessionId": id, "rating": 4.5 }), vec!["/rating"]),
        (json!({ "sessionId": id, "rating": 5, "comment": "x".repeat(4001) }), vec!["/comment"]),
        (json!({ "sessionId": id, "rating": 5, "comment": "\0" }), vec!["/comment"]),
    ] {
        assert_eq!(jonas.post("/api/reviews", &body).await.pointers(), pointers, "{body}");
    }
    let reason = Some(json!({ "reason": "x".repeat(1001) }).to_string());
    let reply = jonas.send(Method::DELETE, &path, reason, &[]).await;
    assert_eq!(reply.pointers(), ["/reason"]);
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    for path in [
        "/api/nothing",
        "/api/",
        "/api/sessions/",
        "/api/sessions/7",
        "/api/sessions/%00",
        "/api/sessions/%ff",
        "/api/sessions/00000000-0000-0000-0000-000000000000/nothing",
        "/api/reviews/a%00b",
    ] {
        jonas.get(path).await.problem(404, "not_found");
    }
    for (method, path) in [
        (Method::PATCH, "/api/sessions"),
        (Method::DELETE, "/api/sessions"),
        (Method::GET, "/api/reviews"),
        (Method::POST, "/api/me"),
    ] {
        let reply = jonas.send(method.clone(), path, None, &[]).await;
        reply.problem(405, "method_not_allowed");
        assert!(!reply.header("allow").is_empty(), "{method} {path}");
    }
}

#[tokio::test]
async fn a_request_keeps_a_name_that_is_harmless() {
    let world = World::new().await;
    let get = async |id: &str| {
        let headers = [("x-request-id", id)];
        world.anonymous().send(Method::GET, "/api/me", None, &headers).await
    };
    let reply = get("proxy-17_a.b").await;
    assert_eq!(reply.problem(401, "unauthenticated")["requestId"], "proxy-17_a.b");
    for strange in ["a b", "x\"y", &"x".repeat(65)] {
        let reply = get(strange).await;
        assert_ne!(reply.problem(401, "unauthenticated")["requestId"], strange);
    }
}

/// When the database goes, callers learn that, and nothing of the database.
#[tokio::test]
async fn what_the_server_cannot_do_is_its_own_affair() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    jonas.get("/api/me").await.expect(StatusCode::OK);
    sqlx::query("ALTER TABLE sessions RENAME TO elsewhere")
        .execute(&world.database.owner)
        .await
        .expect("renames the table");
    let reply = jonas.get("/api/sessions").await;
    let problem = reply.problem(500, "internal");
    assert_eq!(problem.get("detail"), None);
    assert!(!problem.to_string().contains("relation"), "{problem}");
    world.database.pool.close().await;
    let reply = jonas.get("/api/sessions").await;
    reply.problem(503, "unavailable");
    assert_eq!(reply.header("retry-after"), "1");
}
