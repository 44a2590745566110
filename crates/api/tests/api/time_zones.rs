//! The shared time-zone cases over HTTP: booking by the clock, open hours, and
//! slots in somebody's zone.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{World, rfc3339};

/// The cases of one operation.
fn cases(operation: &str) -> Vec<Value> {
    let file = include_str!("../../../domain/tests/data/time_zones.json");
    let file: Value = serde_json::from_str(file).expect("the cases parse");
    let cases = file["cases"].as_array().expect("cases").iter();
    let cases: Vec<Value> = cases.filter(|case| case["op"] == operation).cloned().collect();
    assert!(!cases.is_empty(), "no case of {operation}");
    cases
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_else(|| panic!("{name} of {case}"))
}

fn instant(case: &Value, name: &str) -> DateTime<Utc> {
    text(case, name).parse().expect("an instant")
}

/// Moves the clock to some days before, so that the instant can be booked.
fn be_before(world: &World, at: DateTime<Utc>) {
    world.clock.advance(at - TimeDelta::days(3) - world.now());
}

/// Books by the clock; each lesson has people of its own.
async fn book(
    world: &World,
    id: &str,
    local: &str,
    zone: &str,
    strict: bool,
) -> crate::support::Reply {
    let body = json!({ "teacher": format!("{id}-teacher"), "title": id, "duration": 30,
        "localStart": local, "timeZone": zone, "strictTime": strict });
    world.user(&format!("{id}-student-{strict}")).post("/api/sessions", &body).await
}

#[tokio::test]
async fn lessons_are_booked_by_the_clock() {
    let world = World::new().await;
    for case in cases("local_to_utc") {
        let (id, local, zone) = (text(&case, "id"), text(&case, "local"), text(&case, "zone"));
        let expected = instant(&case, "expected_utc");
        be_before(&world, expected);
        let strict = book(&world, id, local, zone, true).await;
        match text(&case, "kind") {
            "gap" => drop(strict.problem(422, "time_does_not_exist")),
            "ambiguous" => drop(strict.problem(422, "time_is_ambiguous")),
            _ => {
                let session = strict.expect(StatusCode::CREATED);
                assert_eq!(session["scheduledAt"], rfc3339(expected), "{id}");
                continue;
            }
        }
        let session = book(&world, id, local, zone, false).await.expect(StatusCode::CREATED);
        assert_eq!(session["scheduledAt"], rfc3339(expected), "{id}");
        let path = format!("/api/sessions/{}?timeZone={zone}", text(&session, "id"));
        let seen = world.user(&format!("{id}-teacher")).get(&path).await.expect(StatusCode::OK);
        assert_eq!(seen["localStart"], case["resolved_local"], "{id}");
    }
}

#[tokio::test]
async fn each_week_is_booked_by_its_own_clock() {
    let world = World::new().await;
    for case in cases("recur_wallclock") {
        let (id, zone) = (text(&case, "id"), text(&case, "zone"));
        for occurrence in case["expected"].as_array().expect("occurrences") {
            be_before(&world, instant(occurrence, "utc"));
            let local = text(occurrence, "local");
            let session = book(&world, id, local, zone, false).await.expect(StatusCode::CREATED);
            assert_eq!(session["scheduledAt"], occurrence["utc"], "{id}");
        }
    }
}

/// Slots of five minutes, one after another, fill the open time and no more.
#[tokio::test]
async fn open_hours_are_as_long_as_clocks_make_them() {
    let world = World::new().await;
    for case in cases("availability_window") {
        let (id, zone) = (text(&case, "id"), text(&case, "zone"));
        let (from, to) = (instant(&case, "expected_start_utc"), instant(&case, "expected_end_utc"));
        be_before(&world, from);
        let teacher = world.user(id);
        let hours = json!({ "from": text(&case, "start")[..5], "to": text(&case, "end")[..5] });
        let body = json!({ "timeZone": zone, "weekly": [],
            "exceptions": [{ "date": case["date"], "intervals": [hours] }] });
        for (path, body) in [("availability", body), ("policy", json!({ "startIncrement": 5 }))] {
            let path = format!("/api/me/{path}");
            let reply = teacher.send(Method::PUT, &path, Some(body.to_string()), &[]).await;
            reply.expect(StatusCode::OK);
        }
        let (early, late) = (from - TimeDelta::days(2), to + TimeDelta::days(2));
        let path = format!(
            "/api/teachers/{id}/slots?from={}&to={}&duration=5",
            rfc3339(early),
            rfc3339(late)
        );
        let found = world.user("jonas").get(&path).await.expect(StatusCode::OK);
        let slots = found["slots"].as_array().expect("slots");
        assert_eq!(found["timeZone"], zone);
        assert_eq!(slots[0]["start"], rfc3339(from), "{id}");
        assert_eq!(slots[slots.len() - 1]["end"], rfc3339(to), "{id}");
        assert_eq!(slots.len() as i64 * 5, case["expected_minutes"].as_i64().expect("minutes"));
    }
}

#[tokio::test]
async fn slots_are_shown_on_the_clocks_that_are_asked_for() {
    let world = World::new().await;
    for case in cases("utc_to_local") {
        let at = instant(&case, "utc");
        be_before(&world, at);
        let path = format!(
            "/api/teachers/ines/slots?from={}&to={}&duration=15&timeZone={}",
            rfc3339(at),
            rfc3339(at + TimeDelta::minutes(1)),
            text(&case, "zone")
        );
        let found = world.user("jonas").get(&path).await.expect(StatusCode::OK);
        assert_eq!(found["slots"][0]["start"], case["utc"]);
        assert_eq!(found["slots"][0]["localStart"], case["expected_local"]);
    }
}
