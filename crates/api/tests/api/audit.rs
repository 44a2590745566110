//! `GET /api/admin/audit`: who did what, about whom, the latest first.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, Reply, World, rfc3339};

const AUDIT: &str = "/api/admin/audit";

async fn put(client: &Client<'_>, path: &str, body: Value) -> Reply {
    client.send(Method::PUT, path, Some(body.to_string()), &[]).await
}

fn hours() -> Value {
    let monday = json!([{ "day": "monday", "from": "09:00", "to": "12:00" }]);
    json!({ "timeZone": "Europe/Lisbon", "weekly": monday, "exceptions": [],
        "outOfOffice": [{ "from": "2027-08-01", "to": "2027-08-14", "note": "at the clinic" }] })
}

/// What an admin reads with this query.
async fn read(world: &World, query: &str) -> Vec<Value> {
    let page = world.user("ada").get(&format!("{AUDIT}?{query}")).await.expect(StatusCode::OK);
    page["items"].as_array().expect("items").clone()
}

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["action"].as_str().expect("a name")).collect()
}

/// Who did it, about whom, and what stands there besides.
fn told(event: &Value) -> (&Value, &Value, &Value, &Value) {
    (&event["actor"], &event["actorKind"], &event["about"], &event["details"])
}

#[tokio::test]
async fn hours_policies_and_calendars_stand_in_the_record() {
    let world = World::new().await;
    let (ines, ada) = (world.user("ines"), world.user("ada"));
    let made = json!({ "name": "backend", "scopes": ["users:write"] });
    let made = ada.post("/api/admin/api-keys", &made).await.expect(StatusCode::CREATED);
    let platform = world.with_token(made["key"].as_str().expect("a key"));
    for (client, path) in [(&ines, "/api/me/availability"), (&platform, TEACHER_HOURS)] {
        put(client, path, hours()).await.expect(StatusCode::OK);
    }
    for (client, path) in [(&ines, "/api/me/policy"), (&ada, "/api/teachers/ines/policy")] {
        put(client, path, json!({ "bufferAfter": 10 })).await.expect(StatusCode::OK);
    }
    let feeds = json!({ "subscribe": true,
        "busy": [{ "url": "https://calendar.example/private-4f1c.ics", "name": "Clinic" }] });
    for body in [feeds, json!({ "subscribe": false })] {
        put(&ines, "/api/me/calendar-feeds", body).await.expect(StatusCode::OK);
    }
    // What is refused changes nothing, and nothing is recorded.
    let stale = [("if-match", "\"1\"")];
    for (path, body) in [
        ("/api/me/availability", hours()),
        ("/api/me/policy", json!({ "bufferAfter": 20 })),
        ("/api/me/calendar-feeds", json!({ "busy": [] })),
    ] {
        let refused = ines.send(Method::PUT, path, Some(body.to_string()), &stale).await;
        refused.problem(412, "version_conflict");
    }

    let mut events = read(&world, "about=ines").await;
    events.reverse();
    let own = (json!("ines"), json!("user"));
    let service = (made["id"].clone(), json!("service"));
    let admin = (json!("ada"), json!("admin"));
    let calendars = |version: i64, subscribed: bool| {
        json!({ "user": "ines", "version": version, "subscribed": subscribed,
            "newAddress": subscribed, "busy": 1 })
    };
    let change = |version: i64| json!({ "user": "ines", "version": version });
    let expected = [
        ("availability_changed", &own, change(1)),
        ("availability_changed", &service, change(2)),
        ("policy_changed", &own, change(1)),
        ("policy_changed", &admin, change(2)),
        ("calendar_feeds_changed", &own, calendars(1, true)),
        ("calendar_feeds_changed", &own, calendars(2, false)),
    ];
    assert_eq!(events.len(), expected.len(), "{events:#?}");
    for (event, (action, (actor, kind), details)) in events.iter().zip(&expected) {
        assert_eq!(event["action"], *action);
        assert_eq!(told(event), (actor, kind, &json!("ines"), details), "{event}");
        assert_eq!(
            (&event["sessionId"], &event["at"]),
            (&Value::Null, &json!(rfc3339(world.now())))
        );
    }
    // Nothing of what they are stands there.
    let all = Value::from(read(&world, "").await).to_string();
    for word in ["calendar.example", "Clinic", "clinic", "Lisbon", "monday"] {
        assert!(!all.contains(word), "{word}: {all}");
    }
}

const TEACHER_HOURS: &str = "/api/teachers/ines/availability";

/// Keys, matches, records and lessons, an hour apart.
async fn full() -> (World, Value) {
    let world = World::new().await;
    let hour = || world.clock.advance(TimeDelta::hours(1));
    let session = world.booked(6000).await;
    hour();
    let scopes = ["users:write", "matches:write"];
    let platform = world.service(&scopes).await;
    hour();
    put(&platform, "/api/users/jonas", json!({ "name": "Jonas W." })).await.expect(StatusCode::OK);
    put(&platform, "/api/matches/jonas", json!({ "teachers": ["ines"] }))
        .await
        .expect(StatusCode::OK);
    hour();
    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    world.user("jonas").delete(&path).await.expect(StatusCode::OK);
    hour();
    put(&world.user("ines"), "/api/me/policy", json!({ "grace": 5 })).await.expect(StatusCode::OK);
    (world, session)
}

#[tokio::test]
async fn filters_narrow_the_record() {
    let (world, session) = full().await;
    let key = read(&world, "action=api_key_created").await[0]["details"]["key"].clone();
    let (key, session) = (key.as_str().expect("a key"), session["id"].as_str().expect("an id"));
    let [policy, off, matches, person, made, booked] = [
        "policy_changed",
        "session_cancelled",
        "matches_replaced",
        "person_changed",
        "api_key_created",
        "session_booked",
    ];
    let at = |hours: i64| rfc3339(world.now() - TimeDelta::hours(hours));
    for (query, expected) in [
        (String::new(), vec![policy, off, matches, person, made, booked]),
        (format!("session={session}"), vec![off, booked]),
        ("actor=jonas".into(), vec![off, booked]),
        ("actor=ada".into(), vec![made]),
        (format!("actor={key}"), vec![matches, person]),
        ("about=jonas".into(), vec![matches, person]),
        ("about=ines".into(), vec![policy]),
        ("about=mira".into(), vec![]),
        ("action=session_booked".into(), vec![booked]),
        ("action=never_heard_of".into(), vec![]),
        (format!("from={}", at(1)), vec![policy, off]),
        (format!("to={}", at(3)), vec![booked]),
        (format!("from={}&to={}", at(3), at(1)), vec![matches, person, made]),
        (format!("actor={key}&action=person_changed&about=jonas"), vec![person]),
        (format!("session={session}&actor=ines"), vec![]),
    ] {
        assert_eq!(names(&read(&world, &query).await), expected, "{query}");
    }
    let of_lesson = read(&world, &format!("session={session}")).await;
    assert_eq!(
        (&of_lesson[0]["sessionId"], &of_lesson[0]["about"]),
        (&json!(session), &Value::Null)
    );
    // An event looks the same beside its lesson.
    let path = format!("/api/sessions/{session}/events");
    let beside = world.user("ada").get(&path).await.expect(StatusCode::OK);
    let mut same = of_lesson[1].as_object().expect("an object").clone();
    assert!(same.remove("sessionId").is_some() && same.remove("about").is_some());
    assert_eq!(beside["items"][0], Value::Object(same));
}

/// Whoever acts for somebody acts about them.
#[tokio::test]
async fn a_service_acts_about_its_user() {
    let world = World::new().await;
    let mut lesson = world.lesson("ines", 60);
    lesson["student"] = json!("jonas");
    let platform = world.service(&["sessions:write"]).await;
    platform.post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
    let events = read(&world, "about=jonas").await;
    assert_eq!(names(&events), ["session_booked"]);
    assert_eq!(events[0]["about"], "jonas");
}

/// Events of one instant are told apart, and a page begins where the one before
/// has ended, whatever was recorded meanwhile.
#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let world = World::new().await;
    let (ada, ines) = (world.user("ada"), world.user("ines"));
    let change = async || put(&ines, "/api/me/policy", json!({ "grace": 5 })).await;
    for n in 0..7 {
        change().await.expect(StatusCode::OK);
        if n % 3 == 2 {
            world.clock.advance(TimeDelta::minutes(1));
        }
    }
    let whole = read(&world, "").await;
    for filter in ["", "&about=ines", "&actor=ines", "&action=policy_changed"] {
        let mut seen = Vec::new();
        let mut path = format!("{AUDIT}?limit=2{filter}");
        loop {
            let reply = ada.get(&path).await;
            let page = reply.expect(StatusCode::OK);
            seen.extend(page["items"].as_array().expect("items").clone());
            let Some(cursor) = page["nextCursor"].as_str() else { break };
            let next = format!("cursor={cursor}");
            assert!(reply.header("link").contains(&next), "{}", reply.header("link"));
            path = format!("{AUDIT}?limit=2{filter}&{next}");
            change().await.expect(StatusCode::OK);
        }
        let versions: Vec<_> =
            seen.iter().map(|event| event["details"]["version"].as_i64()).collect();
        let begin = versions[0].expect("a version");
        let expected: Vec<_> = (1..=begin).rev().map(Some).collect();
        assert_eq!(versions, expected, "{filter}");
        assert_eq!(seen[seen.len() - whole.len()..], whole[..]);
    }
}

#[tokio::test]
async fn what_is_not_understood_is_refused() {
    let world = World::new().await;
    let ada = world.user("ada");
    let long = "x".repeat(129);
    for (query, pointers) in [
        ("session=x", vec!["?session"]),
        ("actor=", vec!["?actor"]),
        (&format!("about={long}"), vec!["?about"]),
        ("about=a%00b", vec!["?about"]),
        ("action=", vec!["?action"]),
        ("action=Signed-in", vec!["?action"]),
        (&format!("action={}", "x".repeat(65)), vec!["?action"]),
        ("from=yesterday&to=2027-13-01T00:00:00Z", vec!["?from", "?to"]),
        ("cursor=x&limit=0", vec!["?cursor", "?limit"]),
        ("kind=user", vec!["?"]),
    ] {
        assert_eq!(ada.get(&format!("{AUDIT}?{query}")).await.pointers(), pointers, "{query}");
    }
    // A cursor that nobody was given finds what lies before it, or nothing.
    let made_up = format!("A{}", "_".repeat(31));
    let refused = ada.get(&format!("{AUDIT}?cursor={made_up}")).await;
    assert_eq!(refused.pointers(), ["?cursor"]);
    let made_up = format!("AA{}", "_".repeat(30));
    let page = ada.get(&format!("{AUDIT}?cursor={made_up}")).await.expect(StatusCode::OK);
    assert_eq!(page, json!({ "items": [], "nextCursor": null }));
}

/// Who was erased is found by the pseudonym alone.
#[tokio::test]
async fn the_record_of_who_was_erased_goes_by_a_pseudonym() {
    let world = World::new().await;
    let ines = world.user("ines");
    put(&ines, "/api/me/policy", json!({ "grace": 5 })).await.expect(StatusCode::OK);
    put(&ines, "/api/me/availability", hours()).await.expect(StatusCode::OK);
    let gone = world.user("ada").delete("/api/users/ines").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(read(&world, "about=ines").await, [] as [Value; 0]);
    assert_eq!(read(&world, "actor=ines").await, [] as [Value; 0]);
    let erased = read(&world, "action=person_erased").await;
    let pseudonym = erased[0]["about"].as_str().expect("a pseudonym");
    let did = read(&world, &format!("actor={pseudonym}")).await;
    assert_eq!(names(&did), ["availability_changed", "policy_changed"]);
    assert!(did.iter().all(|event| event["about"] == pseudonym), "{did:?}");
}
