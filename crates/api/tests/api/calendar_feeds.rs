//! `GET, PUT /api/me/calendar-feeds`, and what calendars elsewhere keep free.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode as Status, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use lectern_courier::feeds::Feeds;
use lectern_domain::{clock::Clock, feed, outbound::Reach, zone::Zones};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Reply, World, rfc3339};

const FEEDS: &str = "/api/me/calendar-feeds";

/// A server of calendars elsewhere.
#[derive(Clone, Default)]
struct Elsewhere {
    calendar: Arc<Mutex<String>>,
    asked: Arc<AtomicU32>,
}

async fn answer(
    State(elsewhere): State<Elsewhere>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    elsewhere.asked.fetch_add(1, Ordering::SeqCst);
    assert_eq!(headers["accept-encoding"], "identity");
    assert!(!headers.contains_key("authorization") && !headers.contains_key("cookie"));
    let calendar = elsewhere.calendar.lock().expect("no test panics while it holds this").clone();
    let mut hasher = DefaultHasher::new();
    calendar.hash(&mut hasher);
    let tag = format!("\"{:x}\"", hasher.finish());
    let redirect = |to: &str| (Status::FOUND, [(header::LOCATION, to.to_owned())]).into_response();
    match name.as_str() {
        "a.ics" if headers.get("if-none-match").is_some_and(|known| known == tag.as_str()) => {
            Status::NOT_MODIFIED.into_response()
        }
        "a.ics" | "b.ics" => ([(header::ETAG, tag)], calendar).into_response(),
        "moved" => redirect("a.ics"),
        "loop" => redirect("loop"),
        "metadata" => redirect("http://169.254.169.254/latest/meta-data/"),
        "file" => redirect("file:///etc/passwd"),
        "page" => "<!doctype html><p>Sign in to see this calendar".into_response(),
        "large" => {
            let chunks = (0..64).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024]));
            Body::from_stream(futures_util::stream::iter(chunks)).into_response()
        }
        "announced" => {
            let begun = futures_util::stream::iter([Ok::<_, std::io::Error>("BEGIN")]);
            let begun = begun.chain(futures_util::stream::pending());
            let length = [(header::CONTENT_LENGTH, (64 << 20).to_string())];
            (length, Body::from_stream(begun)).into_response()
        }
        // A megabyte of zeros is a kilobyte; nobody asked for it packed.
        "packed" => ([(header::CONTENT_ENCODING, "gzip")], vec![0x1f, 0x8b]).into_response(),
        "slow" => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            Status::OK.into_response()
        }
        "secret" => Status::UNAUTHORIZED.into_response(),
        "down" => (Status::INTERNAL_SERVER_ERROR, "a text of theirs").into_response(),
        "endless" => event("x", "DTSTART:20270101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY")
            .into_response(),
        _ => Status::NOT_FOUND.into_response(),
    }
}

impl Elsewhere {
    async fn serve(&self) -> String {
        let app = Router::new().route("/{name}", get(answer)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address: SocketAddr = listener.local_addr().expect("a bound address");
        #[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
        tokio::spawn(async move { axum::serve(listener, app).await });
        format!("http://{address}")
    }

    fn shows(&self, calendar: String) {
        *self.calendar.lock().expect("no test panics while it holds this") = calendar;
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A world in which calendars of this machine may be named, and what fetches them.
async fn world() -> (World, Feeds) {
    let world = World::with(|config| config.feeds = Reach::Intranet).await;
    let feeds = feeds(&world, Reach::Intranet);
    (world, feeds)
}

fn feeds(world: &World, reach: Reach) -> Feeds {
    let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
    let pool = world.database.pool.clone();
    Feeds::new(pool, clock, Zones::bundled(), reach, &world.registry).expect("a client")
}

async fn put(world: &World, who: &str, body: Value) -> Reply {
    world.user(who).send(Method::PUT, FEEDS, Some(body.to_string()), &[]).await
}

/// Names calendars as those of Inês.
async fn name(world: &World, urls: &[String]) -> Value {
    let busy: Vec<Value> = urls.iter().map(|url| json!({ "url": url })).collect();
    put(world, "ines", json!({ "busy": busy })).await.expect(StatusCode::OK)
}

async fn feeds_of(world: &World, who: &str) -> Value {
    world.user(who).get(FEEDS).await.expect(StatusCode::OK)
}

fn event(uid: &str, lines: &str) -> String {
    format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:{uid}\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n")
}

/// A calendar that is busy for an hour, some minutes from now.
fn busy_hour(world: &World, in_minutes: i64) -> String {
    let at = |minutes| ical(world.now() + TimeDelta::minutes(minutes));
    event("x", &format!("DTSTART:{}\nDTEND:{}", at(in_minutes), at(in_minutes + 60)))
}

fn ical(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Fetches what was named just now, which takes its turn.
async fn refresh_all(world: &World, feeds: &Feeds) -> usize {
    world.clock.advance(TimeDelta::seconds(30));
    feeds.refresh_due().await
}

/// Whether Inês offers any start within three quarters, some minutes from now.
async fn offered(world: &World, in_minutes: i64) -> bool {
    let (from, to) = (world.in_minutes(in_minutes), world.in_minutes(in_minutes + 45));
    let path = format!("/api/teachers/ines/slots?from={from}&to={to}&duration=60");
    let slots = world.user("jonas").get(&path).await.expect(StatusCode::OK);
    !slots["slots"].as_array().expect("slots").is_empty()
}

#[tokio::test]
async fn who_set_nothing_has_nothing() {
    let world = World::new().await;
    let reply = world.user("ines").get(FEEDS).await;
    let body = reply.expect(StatusCode::OK);
    assert_eq!(body, json!({ "subscribe": null, "busy": [], "version": 0 }));
    assert!(reply.header("etag").starts_with("\"0."), "{}", reply.header("etag"));
}

#[tokio::test]
async fn calendars_are_replaced_and_keep_what_is_known_of_them() {
    let (world, feeds) = world().await;
    let elsewhere = Elsewhere::default();
    elsewhere.shows(busy_hour(&world, 120));
    let base = elsewhere.serve().await;
    let (a, b) = (format!("{base}/a.ics"), format!("{base}/b.ics"));
    let body = json!({ "busy": [{ "url": a, "name": " Work " }, { "url": b }] });
    let reply = put(&world, "ines", body).await;
    let made = reply.expect(StatusCode::OK);
    assert_eq!(made["version"], 1);
    let first = &made["busy"][0];
    assert_eq!(
        [&first["name"], &first["url"], &first["state"], &first["events"]],
        [&json!("Work"), &json!(a), &json!("pending"), &json!(0)]
    );
    assert!(first["fetchedAt"].is_null() && first["problem"].is_null());
    // The answer does not wait for anybody.
    assert_eq!(elsewhere.asked(), 0);
    assert_eq!(refresh_all(&world, &feeds).await, 2);
    let read = feeds_of(&world, "ines").await;
    assert_eq!(read["busy"][0]["state"], "ok");
    assert_eq!(read["busy"][0]["events"], 1);
    assert_eq!(read["busy"][0]["fetchedAt"], rfc3339(world.now()));
    assert_eq!(read["version"], 1, "what is fetched is no change of the person's");

    let ines = world.user("ines");
    let renamed = json!({ "busy": [{ "url": a, "name": "Home" }] });
    let stale = ines.put(FEEDS, 0, &renamed).await;
    stale.problem(412, "version_conflict");
    let kept = ines.put(FEEDS, 1, &renamed).await.expect(StatusCode::OK);
    assert_eq!(kept["busy"].as_array().map(Vec::len), Some(1));
    assert_eq!(kept["busy"][0]["id"], first["id"]);
    assert_eq!(kept["busy"][0]["name"], "Home");
    assert_eq!(kept["busy"][0]["state"], "ok");
    assert!(!offered(&world, 120).await);
    // What is not named stays; what is no longer named makes nobody busy.
    let same = put(&world, "ines", json!({})).await.expect(StatusCode::OK);
    assert_eq!(same["busy"], kept["busy"]);
    put(&world, "ines", json!({ "busy": [] })).await.expect(StatusCode::OK);
    assert!(offered(&world, 120).await);
    assert_eq!(feeds.refresh_due().await, 0);
}

#[tokio::test]
async fn only_urls_that_may_be_asked_are_taken() {
    let world = World::new().await;
    let refused = async |urls: &[&str]| {
        let busy: Vec<Value> = urls.iter().map(|url| json!({ "url": url })).collect();
        put(&world, "ines", json!({ "busy": busy })).await.pointers()
    };
    for url in [
        "",
        "a.ics",
        "http://calendar.example/a.ics",
        "https://me:secret@calendar.example/a.ics",
        "https://127.0.0.1/a.ics",
        "https://[::1]/a.ics",
        "https://169.254.169.254/",
        "https://calendar.example:22/",
        "file:///etc/passwd",
        &format!("https://calendar.example/{}", "a".repeat(2048)),
    ] {
        assert_eq!(refused(&[url]).await, ["/busy/0/url"], "{url}");
    }
    let same = ["https://calendar.example/a.ics", "webcal://calendar.example/a.ics#x"];
    assert_eq!(refused(&same).await, ["/busy/1/url"]);
    let many: Vec<String> = (0..11).map(|n| format!("https://calendar.example/{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(refused(&many).await, ["/busy"]);
    let long = json!({ "busy": [{ "url": same[0], "name": "x".repeat(101) }] });
    assert_eq!(put(&world, "ines", long).await.pointers(), ["/busy/0/name"]);
    let unknown = json!({ "busy": [{ "url": same[0], "password": "x" }] });
    assert_eq!(put(&world, "ines", unknown).await.pointers(), ["/busy/0/password"]);
    let taken = name(&world, &["webcal://calendar.example/a.ics".to_owned()]).await;
    assert_eq!(taken["busy"][0]["url"], "https://calendar.example/a.ics");
}

/// Everything that takes a teacher's time asks whether it is there to be taken.
#[tokio::test]
async fn nobody_books_over_what_stands_in_a_teachers_calendar() {
    let (world, feeds) = world().await;
    let elsewhere = Elsewhere::default();
    elsewhere.shows(busy_hour(&world, 120));
    let base = elsewhere.serve().await;
    let (jonas, ines) = (world.user("jonas"), world.user("ines"));
    let booked = world.booked(600).await;
    name(&world, &[format!("{base}/a.ics")]).await;
    // A request from before the calendar was known.
    let ask = json!({ "requiresConfirmation": true, "bufferAfter": 15 }).to_string();
    ines.send(Method::PUT, "/api/me/policy", Some(ask), &[]).await.expect(StatusCode::OK);
    let request = jonas.post("/api/sessions", &world.lesson("ines", 120)).await;
    let request = request.expect(StatusCode::CREATED);
    assert_eq!(request["confirmation"], "pending");
    feeds.refresh_due().await;

    let confirm = format!("/api/sessions/{}/confirm", request["id"].as_str().expect("an id"));
    ines.post(&confirm, &json!({})).await.problem(409, "slot_taken");
    let id = request["id"].as_str().expect("an id");
    jonas.delete(&format!("/api/sessions/{id}")).await.expect(StatusCode::OK);
    assert!(!offered(&world, 120).await);
    jonas.post("/api/sessions", &world.lesson("ines", 120)).await.problem(409, "slot_taken");
    jonas.post("/api/sessions", &world.lesson("ines", 179)).await.problem(409, "slot_taken");
    // The time that the teacher needs after a lesson is taken too.
    jonas.post("/api/sessions", &world.lesson("ines", 50)).await.problem(409, "slot_taken");
    jonas.post("/api/sessions", &world.lesson("ines", 45)).await.expect(StatusCode::CREATED);
    let hold = json!({ "teacher": "ines", "start": world.in_minutes(120), "duration": 60 });
    jonas.post("/api/holds", &hold).await.problem(409, "slot_taken");
    let mut series = world.lesson("ines", 120);
    series["series"] = json!({ "rrule": "FREQ=DAILY;COUNT=2" });
    series["timeZone"] = json!("UTC");
    let start = world.now() + TimeDelta::minutes(120);
    series["localStart"] = json!(start.format("%Y-%m-%dT%H:%M").to_string());
    series.as_object_mut().expect("an object").remove("scheduledAt");
    let refused = jonas.post("/api/sessions", &series).await.problem(409, "slot_taken");
    assert_eq!(refused["starts"], json!([rfc3339(start)]));
    // Not even the teacher, with their own lesson or a group's.
    let path = format!("/api/sessions/{}", booked["id"].as_str().expect("an id"));
    let there = json!({ "scheduledAt": world.in_minutes(120) }).to_string();
    for client in [&jonas, &ines] {
        let any = [("if-match", "*")];
        let moved = client.send(Method::PUT, &path, Some(there.clone()), &any).await;
        moved.problem(409, "slot_taken");
    }
    let mut group = world.lesson("ines", 120);
    group["capacity"] = json!(3);
    ines.post("/api/sessions", &group).await.problem(409, "slot_taken");
    let proposed = json!({ "scheduledAt": world.in_minutes(120) });
    let proposal = jonas.post(&format!("{path}/proposals"), &proposed).await;
    let proposal = proposal.expect(StatusCode::CREATED)["proposal"]["id"].clone();
    let accept = format!("{path}/proposals/{}/accept", proposal.as_str().expect("an id"));
    ines.post(&accept, &json!({})).await.problem(409, "slot_taken");
}

/// Students publish no hours, and know best what they book over.
#[tokio::test]
async fn a_students_calendar_keeps_nobody_from_booking() {
    let (world, feeds) = world().await;
    let elsewhere = Elsewhere::default();
    elsewhere.shows(busy_hour(&world, 120));
    let base = elsewhere.serve().await;
    let body = json!({ "busy": [{ "url": format!("{base}/a.ics") }] });
    put(&world, "jonas", body).await.expect(StatusCode::OK);
    feeds.refresh_due().await;
    assert_eq!(feeds_of(&world, "jonas").await["busy"][0]["events"], 1);
    assert!(offered(&world, 120).await);
    world.booked(120).await;
}

/// The teacher's calendar subscribes to ours, and we to theirs.
#[tokio::test]
async fn a_lesson_that_comes_back_is_not_in_its_own_way() {
    let (world, feeds) = world().await;
    let elsewhere = Elsewhere::default();
    let base = elsewhere.serve().await;
    let booked = world.booked(120).await;
    let id = booked["id"].as_str().expect("an id");
    let at = |minutes| ical(world.now() + TimeDelta::minutes(minutes));
    let lines = format!("DTSTART:{}\nDTEND:{}", at(120), at(180));
    elsewhere.shows(event(&id.to_uppercase(), &lines));
    name(&world, &[format!("{base}/a.ics")]).await;
    feeds.refresh_due().await;
    let read = feeds_of(&world, "ines").await;
    assert_eq!([&read["busy"][0]["state"], &read["busy"][0]["events"]], [&json!("ok"), &json!(0)]);
    let later = json!({ "scheduledAt": world.in_minutes(150) }).to_string();
    let path = format!("/api/sessions/{id}");
    let moved =
        world.user("jonas").send(Method::PUT, &path, Some(later), &[("if-match", "*")]).await;
    moved.expect(StatusCode::OK);
    // An id of the same form that is no lesson's is busy.
    elsewhere.shows(event("0198f2b4-6c1e-7a52-9a44-3f0c8f1d2e77", &format!("{lines}\nX-A:b")));
    world.clock.advance(TimeDelta::minutes(20));
    feeds.refresh_due().await;
    assert_eq!(feeds_of(&world, "ines").await["busy"][0]["events"], 1);
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let (world, feeds) = world().await;
    let elsewhere = Elsewhere::default();
    elsewhere.shows(busy_hour(&world, 120));
    let base = elsewhere.serve().await;
    name(&world, &[format!("{base}/moved")]).await;
    assert_eq!(feeds.refresh_due().await, 1);
    assert_eq!(elsewhere.asked(), 2, "the redirect and the calendar");
    assert_eq!(feeds.refresh_due().await, 0, "it is not due again yet");
    name(&world, &[format!("{base}/a.ics")]).await;
    refresh_all(&world, &feeds).await;
    world.clock.advance(TimeDelta::minutes(20));
    assert_eq!(feeds.refresh_due().await, 1);
    let figures = || -> Vec<(String, f64)> {
        let families = world.registry.gather();
        let family = families.iter().find(|f| f.name() == "lectern_feeds_fetched_total");
        let metrics = family.expect("the figure").get_metric().iter();
        metrics
            .map(|m| (m.get_label()[0].value().to_owned(), m.get_counter().get_value()))
            .collect()
    };
    assert_eq!(figures(), [("read".to_owned(), 2.0), ("unchanged".to_owned(), 1.0)]);
    assert_eq!(feeds_of(&world, "ines").await["busy"][0]["fetchedAt"], rfc3339(world.now()));
    assert!(!offered(&world, 100).await);
    // After a day it is read anew, though nothing has changed: the horizon has.
    world.clock.advance(TimeDelta::hours(25));
    feeds.refresh_due().await;
    assert_eq!(figures()[0], ("read".to_owned(), 3.0));
    // A calendar that changes is another.
    elsewhere.shows(busy_hour(&world, 1000));
    world.clock.advance(TimeDelta::minutes(20));
    feeds.refresh_due().await;
    assert!(offered(&world, 100).await && !offered(&world, 980).await);
}

#[tokio::test]
async fn what_goes_wrong_is_said_by_a_name_and_keeps_what_was_known() {
    let (world, feeds) = world().await;
    let elsewhere = Elsewhere::default();
    elsewhere.shows(busy_hour(&world, 120));
    let base = elsewhere.serve().await;
    let problems = [
        ("loop", "too_many_redirects"),
        ("metadata", "blocked"),
        ("file", "blocked"),
        ("page", "not_a_calendar"),
        ("large", "too_large"),
        ("packed", "not_a_calendar"),
        ("secret", "forbidden"),
        ("nothing", "not_found"),
        ("down", "bad_status"),
    ];
    let urls: Vec<String> = problems.iter().map(|(path, _)| format!("{base}/{path}")).collect();
    name(&world, &urls).await;
    assert_eq!(refresh_all(&world, &feeds).await, problems.len());
    let read = feeds_of(&world, "ines").await;
    for (n, (path, problem)) in problems.iter().enumerate() {
        let feed = &read["busy"][n];
        assert_eq!([&feed["state"], &feed["problem"]], ["failing", problem], "{path}");
        assert!(feed["fetchedAt"].is_null(), "{path}");
    }
    let more = [
        (format!("{base}/endless"), "too_many_events"),
        (format!("{base}/announced"), "too_large"),
        // Port 9 of this machine answers nobody.
        ("http://127.0.0.1:9/a.ics".to_owned(), "unreachable"),
        ("http://nowhere.invalid/a.ics".to_owned(), "unreachable"),
    ];
    let urls: Vec<String> = more.iter().map(|(url, _)| url.clone()).collect();
    name(&world, &urls).await;
    refresh_all(&world, &feeds).await;
    let read = feeds_of(&world, "ines").await;
    for (n, (url, problem)) in more.iter().enumerate() {
        assert_eq!(read["busy"][n]["problem"], *problem, "{url}");
    }

    // What was read before still counts while a calendar is away.
    name(&world, &[format!("{base}/a.ics")]).await;
    feeds.refresh_due().await;
    elsewhere.shows("an error page".into());
    world.clock.advance(TimeDelta::minutes(20));
    feeds.refresh_due().await;
    let read = feeds_of(&world, "ines").await;
    let feed = &read["busy"][0];
    assert_eq!([&feed["state"], &feed["problem"]], ["failing", "not_a_calendar"]);
    assert_eq!(feed["events"], 1);
    assert!(!offered(&world, 100).await);
    // It is tried again soon, and then it is well.
    elsewhere.shows(busy_hour(&world, 500));
    world.clock.advance(TimeDelta::minutes(2));
    assert_eq!(feeds.refresh_due().await, 1);
    assert_eq!(feeds_of(&world, "ines").await["busy"][0]["state"], "ok");
    assert!(offered(&world, 98).await);
}

/// Whoever names calendars one after the other does not send the service to a
/// server as often. What is failing is tried again when it is named again.
#[tokio::test]
async fn calendars_that_are_named_take_their_turn() {
    let (world, feeds) = world().await;
    let elsewhere = Elsewhere::default();
    let base = elsewhere.serve().await;
    let url = |n: usize| format!("{base}/{n}.ics");
    for n in 0..4 {
        name(&world, &[url(n)]).await;
        feeds.refresh_due().await;
    }
    assert_eq!(elsewhere.asked(), 1);
    world.clock.advance(TimeDelta::seconds(6));
    assert_eq!((feeds.refresh_due().await, elsewhere.asked()), (1, 2));
    let failing = feeds_of(&world, "ines").await;
    assert_eq!(failing["busy"][0]["problem"], "not_found");
    world.clock.advance(TimeDelta::seconds(2));
    assert_eq!(feeds.refresh_due().await, 0, "it waits for its next turn");
    name(&world, &[url(3)]).await;
    assert_eq!(feeds.refresh_due().await, 1);
}

/// The bound of a whole fetch is 20 seconds: a server that never ends its answer
/// is left. The lease goes on longer, so that nobody else begins meanwhile.
#[tokio::test]
async fn a_calendar_that_takes_too_long_is_left() {
    let (world, feeds) = world().await;
    let base = Elsewhere::default().serve().await;
    name(&world, &[format!("{base}/slow")]).await;
    let (count, others) = tokio::join!(feeds.refresh_due(), async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        feeds.refresh_due().await
    });
    assert_eq!((count, others), (1, 0));
    assert_eq!(feeds_of(&world, "ines").await["busy"][0]["problem"], "timeout");
}

/// What was allowed to be named is not fetched where it no longer is.
#[tokio::test]
async fn a_private_address_is_not_asked_in_public() {
    let (world, _) = world().await;
    let elsewhere = Elsewhere::default();
    let base = elsewhere.serve().await;
    name(&world, &[format!("{base}/a.ics"), "https://localhost/a.ics".to_owned()]).await;
    let registry = prometheus::Registry::new();
    let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
    let pool = world.database.pool.clone();
    let public = Feeds::new(pool, clock, Zones::bundled(), Reach::Public, &registry);
    refresh_all(&world, &public.expect("a client")).await;
    let read = feeds_of(&world, "ines").await;
    assert_eq!(read["busy"][0]["problem"], "blocked");
    assert_eq!(read["busy"][1]["problem"], "blocked");
    assert_eq!(elsewhere.asked(), 0);
}

/// Calendars are read beside bookings: each sees all of a calendar or none, no
/// transaction is lost, and of two nodes one fetches.
#[tokio::test]
async fn calendars_are_fetched_beside_bookings() {
    let (world, feeds) = world().await;
    let elsewhere = Elsewhere::default();
    let base = elsewhere.serve().await;
    name(&world, &[format!("{base}/b.ics")]).await;
    let refreshing = async {
        let mut leased = 0;
        for round in 0..8 {
            // Busy in one of two ways, each of many stretches.
            let first = if round % 2 == 0 { "000000Z" } else { "003000Z" };
            let rule = "RRULE:FREQ=HOURLY;COUNT=500";
            let lines = format!("DTSTART:20270601T{first}\nDURATION:PT10M\n{rule}");
            elsewhere.shows(event("x", &lines));
            let (one, other) = tokio::join!(feeds.refresh_due(), feeds.refresh_due());
            leased += one + other;
            world.clock.advance(TimeDelta::minutes(20));
        }
        leased
    };
    let booking = async {
        let mut booked = 0;
        for n in 0..24 {
            let start = "2027-06-02T00:00:00Z".parse::<DateTime<Utc>>().expect("an instant");
            let mut lesson = world.lesson("ines", 0);
            lesson["scheduledAt"] = json!(rfc3339(start + TimeDelta::minutes(60 * n + 15)));
            lesson["duration"] = json!(10);
            let reply = world.user("jonas").post("/api/sessions", &lesson).await;
            reply.expect(StatusCode::CREATED);
            booked += 1;
        }
        booked
    };
    let (leased, booked) = tokio::join!(refreshing, booking);
    assert_eq!((leased, booked), (8, 24));
    let spans: i64 = sqlx::query_scalar("SELECT count(*) FROM busy_spans")
        .fetch_one(&world.database.pool)
        .await
        .expect("a count");
    assert_eq!(spans, 500);
    assert!(spans <= feed::MAX_SPANS as i64);
}
