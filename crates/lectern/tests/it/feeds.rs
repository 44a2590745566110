//! Calendars, both ways, with a server that tells all it can in its log.

use std::time::Duration;

use axum::{Router, routing::get};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::{Home, SECRET, Server, read};

const FEEDS: &str = "/api/me/calendar-feeds";
/// How long a calendar that was named may wait.
const FETCHED: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn calendars_are_fetched_at_once_and_their_secrets_are_told_to_nobody() {
    let home = Home::new();
    let server = home.start_with("serve", |command| {
        command.env("LECTERN_FEEDS_ALLOW_PRIVATE", "true").env("LECTERN_LOG", "trace");
    });
    let server = server.await;
    let output = home
        .command(&["token", "--sub", "ines"])
        .env("LECTERN_AUTH_SECRET", SECRET)
        .output()
        .expect("the binary runs");
    let token = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let url = format!("{}/hidden-in-a-path/a.ics?key=hidden-in-a-query", elsewhere().await);
    let body = json!({ "subscribe": true, "busy": [{ "url": url }] });
    let made = put(&server, &token, &body).await;
    let subscribe = made["subscribe"]["url"].as_str().expect("a URL").to_owned();
    let file = subscribe.rsplit('/').next().expect("a file");
    let secret = file.strip_suffix(".ics").expect("a secret");
    assert_eq!(server.get(&format!("/api/calendar/{file}")).await.status(), StatusCode::OK);
    let wrong = server.get(&format!("/api/calendar/{secret}.txt")).await;
    assert_eq!(wrong.status(), StatusCode::NOT_FOUND);

    let read_by_then = tokio::time::timeout(FETCHED, async {
        loop {
            let answer = server.request(Method::GET, FEEDS, &token).send().await;
            let feeds: Value = answer.expect("it answers").json().await.expect("JSON");
            if feeds["busy"][0]["state"] == "ok" {
                return feeds;
            }
            sleep(Duration::from_millis(200)).await;
        }
    });
    let feeds = read_by_then.await.expect("the calendar is fetched soon");
    assert_eq!(feeds["busy"][0]["events"], 1);
    let figures = server.client.get(server.metrics()).send().await.expect("it answers");
    let figures = figures.text().await.expect("metrics are text");
    assert!(figures.contains("lectern_feeds_fetched_total{result=\"read\"} 1"), "{figures}");
    let log = server.log.clone();
    server.stop().await;
    let log = read(&log);
    assert!(log.contains("/api/calendar/{file}"), "requests are logged by their route");
    assert!(log.contains("feeds.fetched"), "what was fetched is logged by its id");
    for told in [&log, &figures] {
        assert!(!told.contains(secret) && !told.contains("hidden-in-a-"), "a secret is told");
    }
}

async fn put(server: &Server, token: &str, body: &Value) -> Value {
    let answer = server.request(Method::PUT, FEEDS, token).json(body).send().await;
    let answer = answer.expect("it answers");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.expect("JSON")
}

/// A calendar elsewhere that is busy each day.
async fn elsewhere() -> String {
    const CALENDAR: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\n\
        DTSTART:20260101T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\n\
        END:VEVENT\r\nEND:VCALENDAR\r\n";
    let app = Router::new().fallback(get(async || CALENDAR));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound address");
    #[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}
