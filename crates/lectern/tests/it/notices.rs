//! The stream of notices, through everything that surrounds the API.

use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta};
use lectern_api::SystemClock;
use lectern_domain::clock::Clock as _;
use lectern_loadtest::client::Platform;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Home, SECRET};

/// How long a notice may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_not_held_up_and_a_stream_holds_up_no_stop() {
    let home = Home::new();
    let mut server = home.start("serve").await;
    let platform = Platform { secret: SECRET.to_owned(), issuer: None, audience: None };
    let token = |who| platform.token(who, false).expect("a token");
    let stream = server
        .request(Method::GET, "/api/notifications/stream", &token("ines"))
        .header("accept-encoding", "gzip, br");
    let mut stream = stream.send().await.expect("the server answers");
    assert_eq!(stream.status(), StatusCode::OK);
    let header = |name: &str| {
        stream.headers().get(name).map(|value| value.to_str().expect("text").to_owned())
    };
    assert_eq!(header("content-type").as_deref(), Some("text/event-stream"));
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(header("content-encoding"), None);
    let start = SystemClock.now() + TimeDelta::days(1);
    let lesson = json!({
        "teacher": "ines",
        "title": "Past tenses",
        "duration": 50,
        "scheduledAt": start.to_rfc3339_opts(SecondsFormat::Secs, true),
    });
    let book = server.request(Method::POST, "/api/sessions", &token("jonas")).json(&lesson);
    assert_eq!(book.send().await.expect("an answer").status(), StatusCode::CREATED);
    let mut text = String::new();
    while !text.contains("session_booked") {
        let chunk = tokio::time::timeout(PATIENCE, stream.chunk()).await.expect("it comes in time");
        let chunk = chunk.expect("a whole chunk").expect("the stream goes on");
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
    assert!(text.starts_with("event: unread\ndata: {\"unread\":0}\n"), "{text}");
    server.signal(nix::sys::signal::Signal::SIGTERM);
    // It ends, whole, and with it the server.
    while stream.chunk().await.expect("a whole chunk").is_some() {}
    assert_eq!(server.ended().await, Some(0));
}
