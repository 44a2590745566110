//! What was answered 201 is there after the server was killed.

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use lectern_api::SystemClock;
use lectern_domain::clock::Clock as _;
use nix::sys::signal::Signal;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::{sync::mpsc, task::JoinSet};

use crate::support::{Home, SECRET, Server};

/// Bookings at a time.
const CLIENTS: usize = 8;
/// The server is killed when so many were answered.
const ANSWERED: usize = 40;
/// How often it is killed, unless `LECTERN_TEST_KILLS` says otherwise.
const KILLS: usize = 1;

/// Lessons to book, none of which overlaps another.
#[derive(Debug)]
struct Lessons {
    first: DateTime<Utc>,
    next: AtomicUsize,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_booking_that_was_answered_survives_a_kill() {
    let kills = env::var("LECTERN_TEST_KILLS").ok();
    let kills = kills.and_then(|number| number.parse().ok()).unwrap_or(KILLS);
    let home = Home::new();
    let (admin, student) = (token(&home, "ada", true), token(&home, "jonas", false));
    let first = SystemClock.now() + TimeDelta::days(1);
    let lessons = Arc::new(Lessons { first, next: AtomicUsize::new(0) });
    let mut server = start(&home).await;
    for kill in 0..kills {
        let booked = book_until_killed(server, &student, &lessons).await;
        assert!(booked.len() >= ANSWERED, "kill {kill}");
        server = start(&home).await;
        for id in booked {
            let path = format!("/api/sessions/{id}");
            let found = server.request(Method::GET, &path, &admin).send().await;
            let status = found.expect("the server answers").status();
            assert_eq!(status, StatusCode::OK, "kill {kill}: {id} was answered 201 and is gone");
        }
    }
    server.stop().await;
}

/// A server that lets one student book as fast as they can.
async fn start(home: &Home) -> Server {
    let unlimited = |command: &mut std::process::Command| {
        command.env("LECTERN_RATE_LIMIT_PER_SECOND", "100000");
        command.env("LECTERN_RATE_LIMIT_BURST", "100000");
    };
    home.start_with("serve", unlimited).await
}

/// Books lessons one after another from several clients, kills the server in
/// the midst of it, and returns the ids of all that were answered 201.
async fn book_until_killed(
    mut server: Server,
    student: &str,
    lessons: &Arc<Lessons>,
) -> Vec<String> {
    let (answered, mut answers) = mpsc::channel(CLIENTS);
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let request = server.request(Method::POST, "/api/sessions", student);
        clients.spawn(book(request, Arc::clone(lessons), answered.clone()));
    }
    drop(answered);
    let mut booked = Vec::new();
    // When all clients have given up, the assertion of the caller fails.
    while let Some(id) = answers.recv().await {
        booked.push(id);
        if booked.len() == ANSWERED {
            server.signal(Signal::SIGKILL);
        }
    }
    server.ended().await;
    while let Some(client) = clients.join_next().await {
        client.expect("no client sees an answer that it does not expect");
    }
    booked
}

/// Books until the server is gone.
async fn book(request: RequestBuilder, lessons: Arc<Lessons>, booked: mpsc::Sender<String>) {
    loop {
        let request = request.try_clone().expect("it has no body yet");
        let Ok(answer) = request.json(&lessons.next()).send().await else { return };
        let status = answer.status();
        // The head of an answer may arrive and its body may not.
        let Ok(body) = answer.json::<Value>().await else { return };
        assert_eq!(status, StatusCode::CREATED, "{body}");
        let id = body["id"].as_str().expect("a session has an id").to_owned();
        booked.send(id).await.expect("the test receives until all clients have gone");
    }
}

impl Lessons {
    fn next(&self) -> Value {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let minutes = i64::try_from(number).expect("numbers are small") * 10;
        let start = self.first + TimeDelta::minutes(minutes);
        json!({
            "teacher": "ines",
            "title": format!("Lesson {number}"),
            "duration": 10,
            "scheduledAt": start.to_rfc3339_opts(SecondsFormat::Secs, true),
        })
    }
}

fn token(home: &Home, sub: &str, admin: bool) -> String {
    let mut command = home.command(&["token", "--sub", sub]);
    if admin {
        command.args(["--role", "admin"]);
    }
    let output = command.env("LECTERN_AUTH_SECRET", SECRET).output().expect("the binary runs");
    String::from_utf8(output.stdout).expect("a token is ASCII").trim().to_owned()
}
