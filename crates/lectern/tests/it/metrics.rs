//! `/metrics`, by the judgement of Prometheus's own tool.

use std::{
    env,
    io::Write as _,
    process::{Command, Stdio},
};

use reqwest::{Method, StatusCode};

use crate::support::Home;

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_complete_and_as_prometheus_likes_them() {
    let home = Home::new();
    let server = home.start("demo").await;
    assert_eq!(server.get("/api/me").await.status(), StatusCode::UNAUTHORIZED);
    let put = server.client.request(Method::PUT, server.api("/api/me")).send().await;
    assert_eq!(put.expect("it answers").status(), StatusCode::METHOD_NOT_ALLOWED);
    let text = server.client.get(server.metrics()).send().await.expect("it answers");
    let text = text.text().await.expect("metrics are text");
    for name in [
        "lectern_build_info",
        "lectern_http_requests_total",
        "lectern_http_request_duration_seconds_bucket",
        "lectern_database_connections",
        "lectern_database_query_duration_seconds_bucket",
        "lectern_signaling_",
        "lectern_sfu_",
    ] {
        assert!(text.contains(name), "{name} is missing:\n{text}");
    }
    let elsewhere = server.get("/metrics").await;
    let kind = elsewhere.headers().get("content-type").map(|kind| kind.to_str().unwrap_or(""));
    assert!(!kind.unwrap_or("").contains("version=0.0.4"), "they are on their own listener alone");
    server.stop().await;
    check_with_promtool(&text);
}

/// The set-up of the tests provides the tool; by hand one may do without.
fn check_with_promtool(text: &str) {
    let child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        assert!(env::var("CI").is_err(), "promtool is missing");
        eprintln!("promtool is not installed: the format of the metrics was not checked");
        return;
    };
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(text.as_bytes()).expect("promtool reads all of it");
    drop(input);
    let output = child.wait_with_output().expect("it is our child");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
