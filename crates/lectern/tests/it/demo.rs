//! The demo's people, their lessons and their way in; and that none of it is
//! there otherwise.

use std::net::{TcpListener, UdpSocket};

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Home, Server};

async fn sign_in(server: &Server, id: &str) -> Value {
    let answer = server
        .client
        .post(server.api("/api/demo/sign-in"))
        .json(&json!({"id": id}))
        .send()
        .await
        .expect("the server answers");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.expect("JSON")
}

async fn sessions(server: &Server, person: &str, query: &str) -> Vec<Value> {
    let token = sign_in(server, person).await["token"].as_str().expect("a token").to_owned();
    let path = format!("/api/sessions{query}");
    let answer = server.request(Method::GET, &path, &token).send().await.expect("it answers");
    let list: Value = answer.json().await.expect("JSON");
    list["items"].as_array().unwrap_or_else(|| panic!("no items: {list}")).clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_lessons_and_a_second_start_adds_none() {
    let home = Home::new();
    let server = home.start("demo").await;
    let people: Value = server.get("/api/demo/people").await.json().await.expect("JSON");
    let people = people["items"].as_array().expect("items").clone();
    assert_eq!(people.len(), 6);
    assert_eq!(people[0]["id"], "ines");
    assert_eq!(people[0]["timeZone"], "Europe/Lisbon");

    let all = sessions(&server, "ada", "").await;
    let of = |status: &str| all.iter().filter(|session| session["status"] == status).count();
    assert_eq!(of("completed"), 5, "past lessons took place");
    assert!(of("scheduled") >= 4, "some are to come");

    let jonas = sign_in(&server, "jonas").await;
    let token = jonas["token"].as_str().expect("a token");
    let own = sessions(&server, "jonas", "?status=scheduled").await;
    let soon = own.iter().find(|session| session["title"].as_str().unwrap_or("").contains("flat"));
    let id = soon.expect("one lesson begins soon")["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/sessions/{id}/join");
    let joined = server.request(Method::POST, &path, token).send().await.expect("it answers");
    assert_eq!(joined.status(), StatusCode::OK, "and may be joined at once");
    let joined: Value = joined.json().await.expect("JSON");
    assert!(joined["url"].as_str().expect("a URL").ends_with("/signal"), "{joined}");
    server.stop().await;

    let server = home.start("demo").await;
    assert_eq!(sessions(&server, "ada", "").await.len(), all.len());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_takes_free_ports_where_the_usual_are_taken() {
    // One that cannot be bound is taken already, which is as good.
    let _listeners = [8080, 9464].map(|port| TcpListener::bind(("127.0.0.1", port)));
    let _media = UdpSocket::bind(("0.0.0.0", 7880));
    let home = Home::new();
    let server = home
        .start_with("demo", |command| {
            for name in ["LECTERN_LISTEN", "LECTERN_METRICS_LISTEN", "LECTERN_MEDIA_LISTEN"] {
                command.env_remove(name);
            }
        })
        .await;
    let ready = server.ready.to_string();
    for usual in [":8080\"", ":9464\"", ":7880\""] {
        assert!(!ready.contains(usual), "{ready}");
    }
    assert_eq!(server.get("/livez").await.status(), StatusCode::OK);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_knows_nothing_of_the_demo() {
    let home = Home::new();
    let server = home.start("serve").await;
    assert_eq!(server.get("/api/demo/people").await.status(), StatusCode::NOT_FOUND);
    let sign_in = server
        .client
        .post(server.api("/api/demo/sign-in"))
        .json(&json!({"id": "ada"}))
        .send()
        .await
        .expect("the server answers");
    assert_eq!(sign_in.status(), StatusCode::NOT_FOUND);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_guarded_and_never_kept() {
    let home = Home::new();
    let server = home.start("demo").await;
    // Any path that is no file is the web app's own.
    let page = server.get("/lessons/whatever").await;
    let header = |name: header::HeaderName| {
        page.headers().get(&name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned()
    };
    let policy = header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(header(header::CACHE_CONTROL), "no-store");
    assert_eq!(server.get("/assets/missing.js").await.status(), StatusCode::NOT_FOUND);
    let unknown = server.get("/api/no-such-thing").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(unknown.headers()[header::CONTENT_TYPE], "application/problem+json");
    server.stop().await;
}
