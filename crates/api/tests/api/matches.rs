//! Who may book whom: by the platform's list, and by asking the platform.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode as Status},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use lectern_api::matching::{MatchHook, Matching, OnFailure};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::World;

const KEY: &[u8] = b"a match key that only the tests know";
const TIMEOUT: Duration = Duration::from_millis(300);

/// How the platform behaves.
const ANSWERS: u8 = 0;
const SLOW: u8 = 1;
const FAILS: u8 = 2;
const BABBLES: u8 = 3;
const FLOODS: u8 = 4;

/// A platform that matches everybody with Inês.
#[derive(Clone, Default)]
struct Platform {
    behaviour: Arc<AtomicU8>,
    asked: Arc<AtomicU32>,
}

impl Platform {
    /// A world that asks this platform.
    async fn world(&self, on_failure: OnFailure) -> World {
        let app = Router::new().route("/match", post(answer)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address: SocketAddr = listener.local_addr().expect("a bound address");
        #[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
        tokio::spawn(async move { axum::serve(listener, app).await });
        hooked(format!("http://{address}/match"), on_failure).await
    }

    fn behave(&self, behaviour: u8) {
        self.behaviour.store(behaviour, Ordering::SeqCst);
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn hooked(url: String, on_failure: OnFailure) -> World {
    let hook = MatchHook::new(url, KEY, TIMEOUT, on_failure).expect("a client");
    World::with(|config| config.matching = Matching::Hook(Box::new(hook))).await
}

async fn answer(State(platform): State<Platform>, headers: HeaderMap, body: String) -> Response {
    platform.asked.fetch_add(1, Ordering::SeqCst);
    assert_signed(&headers, &body);
    match platform.behaviour.load(Ordering::SeqCst) {
        SLOW => tokio::time::sleep(TIMEOUT * 4).await,
        FAILS => return Status::INTERNAL_SERVER_ERROR.into_response(),
        BABBLES => return "{\"allowed\": \"perhaps\"}".into_response(),
        FLOODS => return format!("{{\"allowed\": true{}}}", " ".repeat(5000)).into_response(),
        _ => {}
    }
    let asked: Value = serde_json::from_str(&body).expect("JSON");
    json!({ "allowed": asked["teacher"] == "ines" }).to_string().into_response()
}

/// As a receiver checks it that follows Standard Webhooks.
fn assert_signed(headers: &HeaderMap, body: &str) {
    let header = |name: &str| headers[name].to_str().expect("text");
    let signed = format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp"));
    let signature = header("webhook-signature").strip_prefix("v1,").expect("version 1");
    let signature = STANDARD.decode(signature).expect("base64");
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, KEY);
    ring::hmac::verify(&key, signed.as_bytes(), &signature).expect("a good signature");
}

#[tokio::test]
async fn the_platform_says_who_is_matched() {
    let platform = Platform::default();
    let world = platform.world(OnFailure::Refuse).await;
    let jonas = world.user("jonas");
    jonas.post("/api/sessions", &world.lesson("ines", 60)).await.expect(StatusCode::CREATED);
    jonas.post("/api/sessions", &world.lesson("daniel", 200)).await.problem(403, "not_matched");
    // An answer is used again for a while, and no longer.
    jonas.post("/api/sessions", &world.lesson("daniel", 200)).await.problem(403, "not_matched");
    assert_eq!(platform.asked(), 2);
    world.clock.advance(TimeDelta::seconds(31));
    jonas.post("/api/sessions", &world.lesson("daniel", 200)).await.problem(403, "not_matched");
    assert_eq!(platform.asked(), 3);
    // An admin decides for themselves.
    let mut lesson = world.lesson("daniel", 200);
    lesson["student"] = json!("jonas");
    world.user("ada").post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
}

/// What was booked stays booked: a repetition gets its answer, whatever the
/// platform says by now, and asks it nothing.
#[tokio::test]
async fn a_repetition_asks_nobody() {
    let platform = Platform::default();
    let world = platform.world(OnFailure::Refuse).await;
    let jonas = world.user("jonas");
    let send = async |lesson: &Value, key: &str| {
        let headers = [("idempotency-key", key)];
        jonas.send(Method::POST, "/api/sessions", Some(lesson.to_string()), &headers).await
    };
    let lesson = world.lesson("ines", 60);
    let booked = send(&lesson, "one").await.expect(StatusCode::CREATED);
    for (behaviour, minutes) in [(FAILS, 1), (SLOW, 1), (ANSWERS, 120)] {
        platform.behave(behaviour);
        // No answer is known any more, and in the end the lesson has begun.
        world.clock.advance(TimeDelta::minutes(minutes));
        let again = send(&lesson, "one").await;
        assert_eq!(again.expect(StatusCode::CREATED)["id"], booked["id"]);
        assert_eq!(platform.asked(), 1);
    }
    let other = world.lesson("daniel", 300);
    send(&other, "one").await.problem(422, "idempotency_mismatch");
    assert_eq!(platform.asked(), 1);
    send(&other, "two").await.problem(403, "not_matched");
    // A refusal is no answer that is kept.
    send(&other, "two").await.problem(403, "not_matched");
}

#[tokio::test]
async fn a_platform_that_does_not_answer_is_not_waited_for() {
    let platform = Platform::default();
    let world = platform.world(OnFailure::Refuse).await;
    let jonas = world.user("jonas");
    for behaviour in [SLOW, FAILS, BABBLES, FLOODS] {
        platform.behave(behaviour);
        let reply = jonas.post("/api/sessions", &world.lesson("ines", 60)).await;
        reply.problem(503, "unavailable");
    }
    // What failed is not remembered.
    platform.behave(ANSWERS);
    jonas.post("/api/sessions", &world.lesson("ines", 60)).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn where_it_is_allowed_a_booking_goes_on_without_the_platform() {
    let platform = Platform::default();
    platform.behave(FAILS);
    let world = platform.world(OnFailure::Allow).await;
    let lesson = world.lesson("daniel", 60);
    world.user("jonas").post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_platform_that_is_down_refuses_or_allows_as_configured() {
    // Port 9 of this machine answers nobody.
    let url = "http://127.0.0.1:9/match";
    for (on_failure, status) in [(OnFailure::Refuse, 503), (OnFailure::Allow, 201)] {
        let world = hooked(url.to_owned(), on_failure).await;
        let reply = world.user("jonas").post("/api/sessions", &world.lesson("ines", 60)).await;
        assert_eq!(reply.status.as_u16(), status);
    }
}

#[tokio::test]
async fn a_list_says_who_is_matched() {
    let world = World::with(|config| config.matching = Matching::List).await;
    let (jonas, ada) = (world.user("jonas"), world.user("ada"));
    let lesson = world.lesson("ines", 60);
    jonas.post("/api/sessions", &lesson).await.problem(403, "not_matched");
    let list = |teachers: Value| Some(json!({ "teachers": teachers }).to_string());
    let put = async |teachers: Value| {
        ada.send(reqwest::Method::PUT, "/api/matches/jonas", list(teachers), &[]).await
    };
    let kept = put(json!(["ines", "daniel", "ines"])).await.expect(StatusCode::OK);
    assert_eq!(kept["teachers"], json!(["daniel", "ines"]));
    jonas.post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
    put(json!(["daniel"])).await.expect(StatusCode::OK);
    assert_eq!(
        ada.get("/api/matches/jonas").await.expect(StatusCode::OK)["teachers"],
        json!(["daniel"])
    );
    jonas.post("/api/sessions", &world.lesson("ines", 300)).await.problem(403, "not_matched");
    assert_eq!(put(json!(["", "ines"])).await.pointers(), ["/teachers/0"]);
    assert_eq!(put(json!(vec!["ines"; 1001])).await.pointers(), ["/teachers"]);

    // Nor does anybody keep from others what they may not book.
    let hold = json!({ "teacher": "ines", "start": world.in_minutes(300), "duration": 60 });
    jonas.post("/api/holds", &hold).await.problem(403, "not_matched");

    // A seat of a group lesson is a booking too.
    let mut group = world.lesson("ines", 600);
    group["capacity"] = json!(3);
    let group = world.user("ines").post("/api/sessions", &group).await.expect(StatusCode::CREATED);
    let seats = format!("/api/sessions/{}/seats", group["id"].as_str().expect("an id"));
    jonas.post(&seats, &json!({})).await.problem(403, "not_matched");
    put(json!(["ines"])).await.expect(StatusCode::OK);
    jonas.post(&seats, &json!({})).await.expect(StatusCode::OK);
}
