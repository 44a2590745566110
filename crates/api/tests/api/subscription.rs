//! `GET /api/calendar/{secret}.ics`

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Reply, World};

const FEEDS: &str = "/api/me/calendar-feeds";

async fn set(world: &World, who: &str, subscribe: bool) -> serde_json::Value {
    let body = json!({ "subscribe": subscribe }).to_string();
    let reply = world.user(who).send(Method::PUT, FEEDS, Some(body), &[]).await;
    reply.expect(StatusCode::OK)["subscribe"].clone()
}

/// The path of the address that an answer shows.
fn path(subscribe: &serde_json::Value) -> String {
    let url = subscribe["url"].as_str().expect("a URL");
    url.strip_prefix("http://lectern.test").expect("the public URL").to_owned()
}

/// The lines of a calendar, unfolded.
fn lines(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), "text/calendar; charset=utf-8");
    let text = String::from_utf8(reply.body.clone()).expect("UTF-8").replace("\r\n ", "");
    text.split_terminator("\r\n").map(ToOwned::to_owned).collect()
}

fn starts(reply: &Reply) -> Vec<String> {
    let lines = lines(reply);
    let starts = lines.iter().filter_map(|line| line.strip_prefix("DTSTART:"));
    starts.map(ToOwned::to_owned).collect()
}

#[tokio::test]
async fn the_address_is_shown_once_and_made_anew() {
    let world = World::new().await;
    let made = set(&world, "ines", true).await;
    assert!(path(&made).starts_with("/api/calendar/"), "{made}");
    let again = set(&world, "ines", true).await;
    assert_eq!(again, json!({ "url": null, "createdAt": made["createdAt"] }));
    let read = world.user("ines").get(FEEDS).await.expect(StatusCode::OK);
    assert_eq!(read["subscribe"], again);
    let nobody = world.anonymous();
    lines(&nobody.get(&path(&made)).await);
    assert!(set(&world, "ines", false).await.is_null());
    nobody.get(&path(&made)).await.problem(404, "not_found");
    let other = set(&world, "ines", true).await;
    assert_ne!(path(&other), path(&made));
    lines(&nobody.get(&path(&other)).await);
    nobody.get(&path(&made)).await.problem(404, "not_found");
    // What changes calendars elsewhere leaves it alone.
    let body = Some(json!({ "busy": [] }).to_string());
    world.user("ines").send(Method::PUT, FEEDS, body, &[]).await.expect(StatusCode::OK);
    lines(&nobody.get(&path(&other)).await);
    let kept: Vec<Vec<u8>> = sqlx::query_scalar("SELECT secret_hash FROM calendar_feeds")
        .fetch_all(&world.database.pool)
        .await
        .expect("what is kept");
    let digits: String = kept[0].iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!path(&other).contains(&digits));
}

#[tokio::test]
async fn no_other_address_is_one() {
    let world = World::new().await;
    let path = path(&set(&world, "ines", true).await);
    let nobody = world.anonymous();
    for other in [
        "/api/calendar/.ics".to_owned(),
        "/api/calendar/x.ics".to_owned(),
        format!("/api/calendar/{}.ics", "0".repeat(64)),
        path.trim_end_matches(".ics").to_owned(),
        path.to_uppercase().replace("/API/CALENDAR/", "/api/calendar/"),
        format!("{path}.ics"),
        format!("{path}/"),
        "/api/calendar/%ff.ics".to_owned(),
    ] {
        nobody.get(&other).await.problem(404, "not_found");
    }
    let reply = nobody.send(Method::POST, &path, None, &[]).await;
    reply.problem(405, "method_not_allowed");
}

#[tokio::test]
async fn it_shows_lessons_and_nobody() {
    let world = World::new().await;
    let path = path(&set(&world, "ines", true).await);
    let mut lesson = world.lesson("ines", 120);
    lesson["title"] = json!("Verbs; \"ser\"");
    lesson["description"] = json!("Write to jonas@platform.example");
    let jonas = world.user("jonas");
    let booked = jonas.post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
    let gone = world.booked(300).await;
    let elsewhere = jonas.post("/api/sessions", &world.lesson("daniel", 600)).await;
    elsewhere.expect(StatusCode::CREATED);
    jonas.delete(&format!("/api/sessions/{}", gone["id"].as_str().expect("an id"))).await;
    let lines = lines(&world.anonymous().get(&path).await);
    let has = |line: &str| lines.iter().any(|own| own == line);
    assert_eq!(lines[0], "BEGIN:VCALENDAR");
    assert!(has("REFRESH-INTERVAL;VALUE=DURATION:PT15M") && has("X-PUBLISHED-TTL:PT15M"));
    assert!(!lines.iter().any(|line| line.starts_with("METHOD")), "{lines:?}");
    assert!(has(&format!("UID:{}", booked["id"].as_str().expect("an id"))));
    assert!(has("SUMMARY:Verbs\\; \"ser\""));
    assert!(has(&format!("URL:{}", booked["meetingUrl"].as_str().expect("a URL"))));
    assert_eq!(lines.iter().filter(|line| *line == "BEGIN:VEVENT").count(), 1);
    assert!(!lines.iter().any(|line| line.contains('@') || line.contains("onas")), "{lines:?}");
}

#[tokio::test]
async fn it_goes_back_ninety_days_and_keeps_to_the_clock() {
    let world = World::new().await;
    let path = path(&set(&world, "jonas", true).await);
    let body = json!({
        "teacher": "ines", "title": "Verbs", "duration": 60,
        "localStart": "2027-03-21T18:00", "timeZone": "Europe/Berlin",
        "series": { "rrule": "FREQ=WEEKLY;COUNT=2" },
    });
    let jonas = world.user("jonas");
    jonas.post("/api/sessions", &body).await.expect(StatusCode::CREATED);
    let both = ["20270321T170000Z", "20270328T160000Z"];
    assert_eq!(starts(&world.anonymous().get(&path).await), both);
    // Three months later the first is too long ago.
    let later = "2027-06-20T17:30:00Z".parse::<chrono::DateTime<chrono::Utc>>();
    world.clock.advance(later.expect("an instant") - world.now());
    assert_eq!(starts(&world.anonymous().get(&path).await), both[1..]);
}

#[tokio::test]
async fn who_has_it_already_is_not_sent_it_again() {
    let world = World::new().await;
    let path = path(&set(&world, "ines", true).await);
    let booked = world.booked(120).await;
    let nobody = world.anonymous();
    let first = nobody.get(&path).await;
    assert_eq!(first.header("cache-control"), "private, no-cache");
    world.clock.advance(TimeDelta::minutes(15));
    let tag = first.header("etag").to_owned();
    let known = [("if-none-match", tag.as_str())];
    let same = nobody.send(Method::GET, &path, None, &known).await;
    assert_eq!((same.status, same.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(same.header("etag"), tag);
    let title = json!({ "title": "Past tenses, again" }).to_string();
    let lesson = format!("/api/sessions/{}", booked["id"].as_str().expect("an id"));
    let any = [("if-match", "*")];
    world.user("ines").send(Method::PUT, &lesson, Some(title), &any).await.expect(StatusCode::OK);
    let changed = nobody.send(Method::GET, &path, None, &known).await;
    assert_eq!(changed.status, StatusCode::OK);
    let stamp = format!("DTSTAMP:{}", world.now().format("%Y%m%dT%H%M%SZ"));
    assert!(lines(&changed).contains(&stamp), "{:?}", lines(&changed));
}

/// Who guesses addresses is slowed down like anybody without a token.
#[tokio::test]
async fn those_who_ask_too_often_are_told() {
    let world = World::with(|config| config.rate_limit.burst = 3).await;
    let nobody = world.anonymous();
    let guess = format!("/api/calendar/{}.ics", "0".repeat(64));
    for _ in 0..3 {
        nobody.get(&guess).await.problem(404, "not_found");
    }
    nobody.get(&guess).await.problem(429, "rate_limited");
}

/// Figures name routes, and no address.
#[tokio::test]
async fn no_figure_has_the_secret_in_it() {
    let world = World::new().await;
    let path = path(&set(&world, "ines", true).await);
    lines(&world.anonymous().get(&path).await);
    world.anonymous().get(&format!("{path}x")).await.problem(404, "not_found");
    let secret = path.rsplit('/').next().expect("a file").trim_end_matches(".ics");
    let figures = prometheus::TextEncoder::new().encode_to_string(&world.registry.gather());
    let figures = figures.expect("figures");
    assert!(figures.contains("/api/calendar/{file}"), "{figures}");
    assert!(!figures.contains(secret), "the secret is in the figures");
}
