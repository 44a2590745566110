//! Every endpoint, and everybody who may knock.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::World;

/// A participant, the other participant, another teacher, another student, an
/// admin.
const CALLERS: [&str; 5] = ["jonas", "ines", "daniel", "mira", "ada"];

struct Endpoint {
    method: Method,
    path: String,
    body: Option<Value>,
    /// What each caller gets.
    expected: [u16; 5],
}

/// Endpoints that change something come with a body that is refused once the
/// caller is known to be allowed, so that each caller finds the same lesson.
fn endpoints(world: &World, lesson: &Value) -> Vec<Endpoint> {
    let id = lesson["id"].as_str().expect("an id");
    let endpoint = |method: Method, path: &str, body: Option<Value>, expected| Endpoint {
        method,
        path: path.replace("{id}", id),
        body,
        expected,
    };
    let people = [200, 200, 403, 403, 200];
    let anybody = [200; 5];
    let own = [403, 200, 403, 403, 200];
    let past = json!({ "scheduledAt": world.in_minutes(-60) });
    let proposal = format!("/api/sessions/{{id}}/proposals/{id}");
    let review = json!({ "sessionId": id, "rating": 5 });
    vec![
        endpoint(Method::GET, "/api/sessions", None, anybody),
        endpoint(Method::POST, "/api/sessions", Some(json!({})), [422; 5]),
        endpoint(Method::GET, "/api/sessions/{id}", None, people),
        endpoint(Method::PUT, "/api/sessions/{id}", Some(past.clone()), [422, 422, 403, 403, 422]),
        endpoint(Method::POST, "/api/sessions/{id}/join", None, people),
        endpoint(Method::GET, "/api/sessions/{id}/calendar.ics", None, people),
        endpoint(Method::GET, "/api/sessions/{id}/chat", None, people),
        endpoint(Method::GET, "/api/sessions/{id}/attendance", None, people),
        endpoint(Method::POST, "/api/sessions/{id}/confirm", None, [403, 409, 403, 403, 409]),
        endpoint(Method::POST, "/api/sessions/{id}/decline", None, [403, 409, 403, 403, 409]),
        // Jonas and Inês have a lesson of two, with no seats to take.
        endpoint(Method::POST, "/api/sessions/{id}/seats", None, [403; 5]),
        endpoint(Method::DELETE, "/api/sessions/{id}/seats", None, [403; 5]),
        endpoint(Method::DELETE, "/api/sessions/{id}/seats/jonas", None, [403; 5]),
        endpoint(
            Method::POST,
            "/api/sessions/{id}/proposals",
            Some(past.clone()),
            [422, 422, 403, 403, 403],
        ),
        endpoint(Method::DELETE, &proposal, None, [409, 409, 403, 403, 403]),
        endpoint(Method::POST, &format!("{proposal}/accept"), None, [409, 409, 403, 403, 403]),
        endpoint(Method::POST, &format!("{proposal}/decline"), None, [409, 409, 403, 403, 403]),
        endpoint(Method::GET, "/api/teachers/ines/lessons", None, anybody),
        endpoint(Method::GET, "/api/history", None, anybody),
        endpoint(Method::GET, "/api/analytics", None, anybody),
        endpoint(Method::GET, "/api/admin/analytics", None, [403, 403, 403, 403, 200]),
        endpoint(Method::POST, "/api/reviews", Some(review), [409, 409, 403, 403, 403]),
        endpoint(Method::GET, "/api/reviews/ines", None, anybody),
        endpoint(Method::GET, "/api/notifications", None, anybody),
        endpoint(Method::POST, "/api/notifications/read", Some(json!({ "ids": [] })), [204; 5]),
        endpoint(Method::GET, "/api/matches/jonas", None, [403, 403, 403, 403, 200]),
        endpoint(
            Method::PUT,
            "/api/matches/jonas",
            Some(json!({ "teachers": ["ines"] })),
            [403, 403, 403, 403, 200],
        ),
        endpoint(Method::GET, "/api/me", None, anybody),
        endpoint(Method::PUT, "/api/me/preferences", Some(json!({})), anybody),
        endpoint(Method::GET, "/api/me/availability", None, anybody),
        endpoint(Method::PUT, "/api/me/availability", Some(json!({})), [422; 5]),
        endpoint(Method::GET, "/api/me/policy", None, anybody),
        endpoint(Method::PUT, "/api/me/policy", Some(json!({ "grace": -1 })), [422; 5]),
        endpoint(Method::GET, "/api/people?ids=ines", None, anybody),
        endpoint(Method::GET, "/api/teachers", None, anybody),
        endpoint(Method::GET, "/api/teachers/ines/availability", None, own),
        endpoint(
            Method::PUT,
            "/api/teachers/ines/availability",
            Some(json!({})),
            [403, 422, 403, 403, 422],
        ),
        endpoint(Method::GET, "/api/teachers/ines/policy", None, anybody),
        endpoint(
            Method::PUT,
            "/api/teachers/ines/policy",
            Some(json!({ "grace": -1 })),
            [403, 422, 403, 403, 422],
        ),
        endpoint(
            Method::GET,
            "/api/teachers/ines/slots?from=2027-03-01&to=2027-03-02&duration=60",
            None,
            anybody,
        ),
        endpoint(Method::POST, "/api/holds", Some(json!({})), [422; 5]),
        endpoint(Method::DELETE, "/api/holds/01a21342-ee94-7612-872e-66170331599d", None, [404; 5]),
        endpoint(Method::GET, "/api/admin/reviews", None, [403, 403, 403, 403, 200]),
    ]
}

#[tokio::test]
async fn each_gets_what_is_theirs() {
    let world = World::new().await;
    let lesson = world.booked(10).await;
    for endpoint in endpoints(&world, &lesson) {
        let body = endpoint.body.as_ref().map(Value::to_string);
        // With If-Match everywhere, PUT comes as far as its rules.
        let headers = [("if-match", "*")];
        for (caller, expected) in CALLERS.iter().zip(endpoint.expected) {
            let client = world.user(caller);
            let reply =
                client.send(endpoint.method.clone(), &endpoint.path, body.clone(), &headers).await;
            let name = format!("{caller}: {} {}", endpoint.method, endpoint.path);
            let said = String::from_utf8_lossy(&reply.body);
            assert_eq!(reply.status.as_u16(), expected, "{name}: {said}");
        }
    }
    // Last, since it ends the lesson.
    let path = format!("/api/sessions/{}", lesson["id"].as_str().expect("an id"));
    for stranger in ["daniel", "mira"] {
        world.user(stranger).delete(&path).await.problem(403, "not_participant");
    }
    world.user("ada").delete(&path).await.expect(reqwest::StatusCode::OK);
}

#[tokio::test]
async fn nobody_gets_anything() {
    let world = World::new().await;
    let lesson = world.booked(10).await;
    let expired = json!({ "sub": "jonas", "exp": world.now().timestamp() - 3600 });
    let mut endpoints = endpoints(&world, &lesson);
    let path = format!("/api/sessions/{}", lesson["id"].as_str().expect("an id"));
    endpoints.push(Endpoint { method: Method::DELETE, path, body: None, expected: [0; 5] });
    for endpoint in endpoints {
        let body = endpoint.body.as_ref().map(Value::to_string);
        for client in [world.anonymous(), world.with_claims(&expired)] {
            let reply =
                client.send(endpoint.method.clone(), &endpoint.path, body.clone(), &[]).await;
            reply.problem(401, "unauthenticated");
        }
    }
}

/// What does not exist is not found, whoever asks.
#[tokio::test]
async fn there_is_no_such_lesson() {
    let world = World::new().await;
    let id = uuid::Uuid::nil();
    for (method, path, body) in [
        (Method::GET, format!("/api/sessions/{id}"), None),
        (Method::PUT, format!("/api/sessions/{id}"), Some(json!({ "title": "X" }))),
        (Method::DELETE, format!("/api/sessions/{id}"), None),
        (Method::POST, format!("/api/sessions/{id}/join"), None),
        (Method::POST, format!("/api/sessions/{id}/confirm"), None),
        (Method::POST, format!("/api/sessions/{id}/decline"), None),
        (Method::GET, format!("/api/sessions/{id}/chat"), None),
        (Method::GET, format!("/api/sessions/{id}/attendance"), None),
        (Method::POST, "/api/reviews".into(), Some(json!({ "sessionId": id, "rating": 5 }))),
    ] {
        for caller in ["jonas", "ada"] {
            let body = body.as_ref().map(Value::to_string);
            let headers = [("if-match", "*")];
            let reply = world.user(caller).send(method.clone(), &path, body, &headers).await;
            reply.problem(404, "not_found");
        }
    }
}
