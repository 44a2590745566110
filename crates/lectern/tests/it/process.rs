//! Starting, stopping, and what is left behind.

use nix::sys::signal::Signal;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Home, SECRET, START, failure, read, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_leaves_no_process_and_keeps_its_data() {
    let home = Home::new();
    let server = home.start("serve").await;
    assert!(!home.processes().is_empty(), "the embedded Postgres runs in the home");
    let media = server.ready["media"].as_array().expect("the ready file names media");
    assert!(!media.is_empty());
    assert!(server.ready["pid"].is_u64());

    let token = token(&home, "kim");
    let changed = server
        .request(Method::PUT, "/api/me/preferences", &token)
        .json(&json!({"timeZone": "Asia/Tokyo"}))
        .send()
        .await
        .expect("the server answers");
    assert!(changed.status().is_success(), "{}", changed.status());
    let ready_file = server.ready_file.clone();
    server.stop().await;
    assert_eq!(home.processes(), Vec::<String>::new());
    assert!(!ready_file.exists(), "who is gone is not ready");

    let server = home.start("serve").await;
    let me = server.request(Method::GET, "/api/me", &token).send().await.expect("it answers");
    let me: serde_json::Value = me.json().await.expect("JSON");
    assert_eq!(me["timeZone"], "Asia/Tokyo");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_in_a_terminal_ends_all_of_it_well() {
    let home = Home::new();
    let mut server = home.start("demo").await;
    server.signal(Signal::SIGINT);
    assert_eq!(server.ended().await, Some(0), "{}", read(&server.log));
    assert_eq!(home.processes(), Vec::<String>::new());
    let log = read(&home.folder.join("data/postgres/log"));
    assert!(log.contains("database system is shut down"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_while_it_starts_leaves_no_process() {
    let home = Home::new();
    let mut server = home.spawn("demo", |_| {});
    // Its Postgres runs: the start is under way.
    let postgres = home.folder.join("data/postgres/data/postmaster.pid");
    let begun = until(START, || postgres.exists().then_some(())).await;
    assert!(begun.is_some(), "{}", read(&server.log));
    server.signal(Signal::SIGTERM);
    assert_eq!(server.ended().await, Some(0), "{}", read(&server.log));
    assert_eq!(home.processes(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_in_one_folder_is_refused() {
    let home = Home::new();
    let server = home.start("serve").await;
    let second = home.command(&["serve"]).env("LECTERN_AUTH_SECRET", SECRET).output();
    let said = failure(&second.expect("the binary runs"));
    let pid = server.ready["pid"].to_string();
    assert!(said.contains(&format!("in use by process {pid}")), "{said}");
    assert!(said.contains("LECTERN_DATA_DIR"), "{said}");
    assert_eq!(server.get("/livez").await.status(), StatusCode::OK, "the first is undisturbed");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_takes_its_postgres_with_it() {
    let home = Home::new();
    let mut server = home.start("serve").await;
    server.signal(Signal::SIGKILL);
    server.ended().await;
    // At once, while Postgres may still be shutting down.
    let server = home.start("serve").await;
    server.stop().await;
    assert_eq!(home.processes(), Vec::<String>::new());
}

fn token(home: &Home, sub: &str) -> String {
    let output = home
        .command(&["token", "--sub", sub, "--ttl", "5m"])
        .env("LECTERN_AUTH_SECRET", SECRET)
        .output()
        .expect("the binary runs");
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).expect("a token is ASCII");
    assert_eq!(printed.lines().count(), 1, "a token and nothing else");
    printed.trim().to_owned()
}
