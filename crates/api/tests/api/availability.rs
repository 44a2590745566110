//! `/api/me/availability`, `/api/me/policy` and `/api/teachers/{id}/slots`: what
//! a teacher says, and what students then find and book.

use chrono::{DateTime, Utc};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::World;

/// Mondays from nine to noon in Lisbon.
fn mondays() -> Value {
    json!({
        "timeZone": "Europe/Lisbon",
        "weekly": [{ "day": "monday", "from": "09:00", "to": "12:00" }],
        "exceptions": [],
    })
}

async fn set(world: &World, teacher: &str, path: &str, body: &Value) -> Value {
    let reply = world.user(teacher).send(Method::PUT, path, Some(body.to_string()), &[]).await;
    reply.expect(StatusCode::OK)
}

/// The starts that `who` finds.
async fn starts(world: &World, who: &str, query: &str) -> Vec<String> {
    let found = world.user(who).get(&format!("/api/teachers/ines/slots?{query}")).await;
    let found = found.expect(StatusCode::OK);
    let slots = found["slots"].as_array().expect("slots");
    slots.iter().map(|slot| slot["start"].as_str().expect("a start").to_owned()).collect()
}

fn lesson(start: &str, duration: i64) -> Value {
    json!({ "teacher": "ines", "title": "Past tenses", "duration": duration, "scheduledAt": start })
}

#[tokio::test]
async fn what_a_teacher_sets_is_what_they_read() {
    let world = World::new().await;
    let ines = world.user("ines");
    let reply = ines.get("/api/me/availability").await;
    let never_set = json!({ "timeZone": "UTC", "weekly": [], "exceptions": [], "outOfOffice": [],
        "version": 0 });
    assert_eq!(reply.expect(StatusCode::OK), never_set);
    assert!(reply.header("etag").starts_with("\"0."), "{}", reply.header("etag"));
    let body = json!({
        "timeZone": "europe/lisbon",
        "weekly": [
            { "day": "tuesday", "from": "14:00", "to": "24:00" },
            { "day": "monday", "from": "13:00", "to": "14:30" },
            { "day": "monday", "from": "09:00", "to": "13:00" },
        ],
        "exceptions": [{ "date": "2027-03-28", "intervals": [] }],
        "outOfOffice": [{ "from": "2027-08-02", "to": "2027-08-13", "note": "Holidays" }],
    });
    let set = set(&world, "ines", "/api/me/availability", &body).await;
    let expected = json!({
        "timeZone": "Europe/Lisbon",
        "weekly": [
            { "day": "monday", "from": "09:00", "to": "13:00" },
            { "day": "monday", "from": "13:00", "to": "14:30" },
            { "day": "tuesday", "from": "14:00", "to": "24:00" },
        ],
        "exceptions": [{ "date": "2027-03-28", "intervals": [] }],
        "outOfOffice": [{ "from": "2027-08-02", "to": "2027-08-13", "note": "Holidays" }],
        "version": 1,
    });
    assert_eq!(set, expected);
    for (who, path) in
        [("ines", "/api/me/availability"), ("ada", "/api/teachers/ines/availability")]
    {
        let read = world.user(who).get(path).await;
        assert_eq!(read.expect(StatusCode::OK), expected);
        assert!(read.header("etag").starts_with("\"1."), "{}", read.header("etag"));
    }
    world.user("jonas").get("/api/teachers/ines/availability").await.problem(403, "forbidden");

    // A version that is old is not replaced, and the present one is, by an
    // admin too.
    let path = "/api/teachers/ines/availability";
    let old = [("if-match", "\"0\"")];
    let body = mondays().to_string();
    let reply = ines.send(Method::PUT, path, Some(body.clone()), &old).await;
    reply.problem(412, "version_conflict");
    let present = [("if-match", "\"1\"")];
    let reply = world.user("ada").send(Method::PUT, path, Some(body), &present).await;
    let replaced = reply.expect(StatusCode::OK);
    assert_eq!(replaced["outOfOffice"], json!([]));
    assert_eq!(replaced["version"], 2);
}

#[tokio::test]
async fn hours_that_make_no_sense_are_refused() {
    let world = World::new().await;
    let check = async |body: Value, pointers: &[&str]| {
        let path = "/api/me/availability";
        let reply = world.user("ines").send(Method::PUT, path, Some(body.to_string()), &[]).await;
        assert_eq!(reply.pointers(), pointers, "{body}");
    };
    let weekly = |from: &str, to: &str| json!({ "timeZone": "UTC", "weekly": [{ "day": "monday", "from": from, "to": to }] });
    check(json!({}), &["/timeZone", "/weekly"]).await;
    check(json!({ "timeZone": "Mars/Olympus", "weekly": [] }), &["/timeZone"]).await;
    check(weekly("9:00", "25:00"), &["/weekly/0/from", "/weekly/0/to"]).await;
    check(weekly("10:00", "10:00"), &["/weekly/0/to"]).await;
    check(weekly("24:00", "24:00"), &["/weekly/0/to"]).await;
    let overlap = json!({ "timeZone": "UTC", "weekly": [
        { "day": "monday", "from": "09:00", "to": "12:00" },
        { "day": "monday", "from": "11:59", "to": "13:00" },
    ]});
    check(overlap, &["/weekly"]).await;
    let day = json!({ "timeZone": "UTC", "weekly": [{ "day": "someday", "from": "09:00", "to": "12:00" }] });
    check(day, &["/weekly/0/day"]).await;
    let dates = json!({ "timeZone": "UTC", "weekly": [],
        "exceptions": [
            { "date": "2027-02-30", "intervals": [] },
            { "date": "2027-02-28", "intervals": [] },
            { "date": "2027-02-28", "intervals": [] },
        ],
        "outOfOffice": [{ "from": "2027-02-02", "to": "2027-02-01" }] });
    check(dates, &["/exceptions/0/date", "/exceptions/2/date", "/outOfOffice/0/to"]).await;
    check(json!({ "timeZone": "UTC", "weekly": [], "open": true }), &["/open"]).await;
}

#[tokio::test]
async fn a_policy_is_the_platforms_where_the_teacher_says_nothing() {
    let world = World::with(|config| config.policy.lobby = true).await;
    let before = world.user("ines").get("/api/me/policy").await.expect(StatusCode::OK);
    let expected = json!({
        "bufferBefore": 0, "bufferAfter": 0, "minimumNotice": 0, "bookingWindow": 2_635_200,
        "startIncrement": 15, "perDay": null, "perWeek": null, "requiresConfirmation": false,
        "pendingBlocks": true, "confirmWithin": 1440, "cancelDeadline": 0, "joinOpens": 15,
        "grace": 15, "lobby": true, "rescheduleNeedsConsent": false,
    });
    assert_eq!(before, expected);
    let change = json!({ "bufferAfter": 10, "perDay": 4, "lobby": false });
    set(&world, "ines", "/api/me/policy", &change).await;
    let after = set(&world, "ines", "/api/me/policy", &json!({ "perDay": null, "grace": 0 })).await;
    assert_eq!(after["bufferAfter"], 10);
    assert_eq!(after["perDay"], Value::Null);
    assert_eq!((&after["grace"], &after["lobby"]), (&json!(0), &json!(false)));
    let read = world.user("jonas").get("/api/teachers/ines/policy").await;
    assert_eq!(read.expect(StatusCode::OK), after);
    let lobby = Some(json!({ "lobby": true }).to_string());
    let path = "/api/teachers/ines/policy";
    let reply = world.user("jonas").send(Method::PUT, path, lobby, &[]).await;
    reply.problem(403, "forbidden");
    let wrong = json!({ "bufferBefore": -1, "startIncrement": 4, "perWeek": 0, "grace": 121 });
    let reply =
        world.user("ines").send(Method::PUT, "/api/me/policy", Some(wrong.to_string()), &[]).await;
    assert_eq!(reply.pointers(), ["/bufferBefore", "/startIncrement", "/grace", "/perWeek"]);
}

/// What is found is booked, and is then no longer found.
#[tokio::test]
async fn students_find_and_book_what_is_open() {
    let world = World::new().await;
    set(&world, "ines", "/api/me/availability", &mondays()).await;
    set(&world, "ines", "/api/me/policy", &json!({ "startIncrement": 60 })).await;
    let week = "from=2027-03-01&to=2027-03-08&duration=60";
    let monday = ["09", "10", "11"].map(|hour| format!("2027-03-01T{hour}:00:00Z"));
    assert_eq!(starts(&world, "jonas", week).await, monday);
    let jonas = world.user("jonas");
    let booked = jonas.post("/api/sessions", &lesson(&monday[1], 60)).await;
    booked.expect(StatusCode::CREATED);
    assert_eq!(starts(&world, "jonas", week).await, [monday[0].clone(), monday[2].clone()]);
    // In Amman the same hours have another name.
    let path = format!("/api/teachers/ines/slots?{week}&timeZone=Asia/Amman");
    let found = world.user("mira").get(&path).await.expect(StatusCode::OK);
    let slot = json!({ "start": "2027-03-01T09:00:00Z", "end": "2027-03-01T10:00:00Z",
        "localStart": "2027-03-01T12:00:00+03:00" });
    assert_eq!((&found["timeZone"], &found["slots"][0]), (&json!("Asia/Amman"), &slot));
}

/// The API itself keeps to the teacher's hours, whatever a page shows.
#[tokio::test]
async fn the_api_does_not_ignore_availability() {
    let world = World::new().await;
    set(&world, "ines", "/api/me/availability", &mondays()).await;
    let jonas = world.user("jonas");
    let refuse = async |start: &str, duration: i64, rule: &str| {
        let reply = jonas.post("/api/sessions", &lesson(start, duration)).await;
        let problem = reply.problem(409, "outside_availability");
        assert_eq!(problem["rule"], rule, "{start}");
        assert!(problem["detail"].is_string());
    };
    refuse("2027-03-02T09:00:00Z", 60, "closed").await;
    refuse("2027-03-01T08:45:00Z", 60, "closed").await;
    // It begins inside and overruns the end.
    refuse("2027-03-01T11:30:00Z", 60, "closed").await;
    refuse("2027-03-01T09:05:00Z", 60, "startIncrement").await;
    let good = jonas.post("/api/sessions", &lesson("2027-03-01T09:00:00Z", 60)).await;
    let session = good.expect(StatusCode::CREATED);
    // A new time is held to the same rules, and the teacher to none.
    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    let closed = json!({ "scheduledAt": "2027-03-02T09:00:00Z" });
    jonas.put(&path, 1, &closed).await.problem(409, "outside_availability");
    jonas.put(&path, 1, &json!({ "duration": 200 })).await.problem(409, "outside_availability");
    jonas.put(&path, 1, &json!({ "title": "Subjunctive" })).await.expect(StatusCode::OK);
    world.user("ines").put(&path, 2, &closed).await.expect(StatusCode::OK);
    world
        .user("ada")
        .post(
            "/api/sessions",
            &json!({ "teacher": "ines", "student": "mira",
        "title": "X", "duration": 60, "scheduledAt": "2027-03-03T09:00:00Z" }),
        )
        .await
        .problem(409, "outside_availability");
}

#[tokio::test]
async fn every_rule_of_the_policy_is_kept() {
    let world = World::new().await;
    set(&world, "ines", "/api/me/availability", &mondays()).await;
    let jonas = world.user("jonas");
    let check = async |policy: Value, start: &str, expected: &str| {
        set(&world, "ines", "/api/me/policy", &policy).await;
        let problem = jonas.post("/api/sessions", &lesson(start, 30)).await;
        let problem = problem.problem(409, "outside_availability");
        assert_eq!(problem["rule"], expected, "{policy}");
        let day = "from=2027-03-01T00:00:00Z&to=2027-03-02T00:00:00Z&duration=30";
        assert!(!starts(&world, "jonas", day).await.contains(&start.to_owned()), "{policy}");
    };
    let start = "2027-03-01T09:00:00Z";
    check(json!({ "minimumNotice": 129_600 }), start, "minimumNotice").await;
    let window = json!({ "minimumNotice": 0, "bookingWindow": 1440 });
    check(window, start, "bookingWindow").await;
    let increment = json!({ "bookingWindow": 2_635_200, "startIncrement": 40 });
    check(increment, "2027-03-01T09:30:00Z", "startIncrement").await;
    jonas
        .post("/api/sessions", &lesson("2027-03-01T09:40:00Z", 30))
        .await
        .expect(StatusCode::CREATED);
    check(json!({ "perDay": 1 }), start, "perDay").await;
    check(json!({ "perDay": null, "perWeek": 1 }), start, "perWeek").await;
    // The next week is another one.
    let next = lesson("2027-03-08T09:00:00Z", 30);
    jonas.post("/api/sessions", &next).await.expect(StatusCode::CREATED);
}

/// Buffers lie around each lesson, on whichever side the other one is.
#[tokio::test]
async fn buffers_keep_lessons_apart() {
    let world = World::new().await;
    let policy = json!({ "bufferBefore": 10, "bufferAfter": 20 });
    set(&world, "ines", "/api/me/policy", &policy).await;
    let (jonas, mira) = (world.user("jonas"), world.user("mira"));
    let first = jonas.post("/api/sessions", &lesson("2027-03-01T10:00:00Z", 60)).await;
    let first = first.expect(StatusCode::CREATED);
    for taken in ["2027-03-01T11:29:00Z", "2027-03-01T08:31:00Z"] {
        mira.post("/api/sessions", &lesson(taken, 60)).await.problem(409, "slot_taken");
    }
    for free in ["2027-03-01T11:30:00Z", "2027-03-01T08:30:00Z"] {
        mira.post("/api/sessions", &lesson(free, 60)).await.expect(StatusCode::CREATED);
    }
    // A student has no buffers, and a lesson is not in its own way.
    let other = json!({ "teacher": "daniel", "title": "X", "duration": 60,
        "scheduledAt": "2027-03-01T11:00:00Z" });
    jonas.post("/api/sessions", &other).await.expect(StatusCode::CREATED);
    let path = format!("/api/sessions/{}", first["id"].as_str().expect("an id"));
    jonas.put(&path, 1, &json!({ "duration": 59 })).await.expect(StatusCode::OK);
}

/// What a page shows around an event's end is what can be booked: an event that
/// began before the window is in the way of its first slots.
#[tokio::test]
async fn an_event_that_overruns_the_window_is_in_the_way() {
    let world = World::new().await;
    set(&world, "ines", "/api/me/availability", &mondays()).await;
    let ines_learns = json!({ "teacher": "daniel", "title": "Physics", "duration": 90,
        "scheduledAt": "2027-03-01T08:00:00Z" });
    world.user("ines").post("/api/sessions", &ines_learns).await.expect(StatusCode::CREATED);
    let found =
        starts(&world, "jonas", "from=2027-03-01T09:00:00Z&to=2027-03-01T10:00:00Z&duration=60")
            .await;
    assert_eq!(found, ["2027-03-01T09:30:00Z", "2027-03-01T09:45:00Z"]);
}

#[tokio::test]
async fn a_teacher_who_set_nothing_offers_whole_days() {
    let world = World::new().await;
    let day = "from=2027-03-01&to=2027-03-02&duration=60&timeZone=Europe/Lisbon";
    assert_eq!(starts(&world, "jonas", day).await.len(), 24 * 4);
    let odd = lesson("2027-03-01T03:07:00Z", 60);
    world.user("jonas").post("/api/sessions", &odd).await.expect(StatusCode::CREATED);
    // Only an increment that was asked for is kept to.
    set(&world, "ines", "/api/me/policy", &json!({ "startIncrement": 30 })).await;
    let odd = lesson("2027-03-01T13:07:00Z", 60);
    let problem = world.user("jonas").post("/api/sessions", &odd).await;
    assert_eq!(problem.problem(409, "outside_availability")["rule"], "startIncrement");
}

#[tokio::test]
async fn searches_are_bounded() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let check = async |query: &str, pointers: &[&str]| {
        let reply = jonas.get(&format!("/api/teachers/ines/slots?{query}")).await;
        assert_eq!(reply.pointers(), pointers, "{query}");
    };
    check("", &["?from", "?to", "?duration"]).await;
    check("from=2027-03-01&to=2027-05-04&duration=60", &["?to"]).await;
    check("from=2027-03-02&to=2027-03-02&duration=60", &["?to"]).await;
    check("from=tomorrow&to=2027-3-2&duration=0", &["?from", "?to", "?duration"]).await;
    check("from=2027-03-01&to=2027-03-02&duration=60&timeZone=Mars", &["?timeZone"]).await;
    let past = "from=2020-01-01&to=2020-02-01&duration=60";
    assert!(starts(&world, "jonas", past).await.is_empty());
    let far = "from=9990-01-01&to=9990-02-01&duration=60";
    assert!(starts(&world, "jonas", far).await.is_empty());
    assert_eq!(
        starts(&world, "jonas", "from=2027-03-01&to=2027-05-02&duration=1440").await.len(),
        62 * 96
    );
}

/// A student who is taken elsewhere is not offered what they could not book.
#[tokio::test]
async fn what_the_caller_cannot_take_is_left_out() {
    let world = World::new().await;
    let other = json!({ "teacher": "daniel", "title": "X", "duration": 60,
        "scheduledAt": "2027-03-01T10:00:00Z" });
    world.user("jonas").post("/api/sessions", &other).await.expect(StatusCode::CREATED);
    let hour = "from=2027-03-01T10:00:00Z&to=2027-03-01T11:00:00Z&duration=15";
    assert!(starts(&world, "jonas", hour).await.is_empty());
    assert_eq!(starts(&world, "mira", hour).await.len(), 4);
}

/// Join window and cancelling deadline are the teacher's own.
#[tokio::test]
async fn a_teachers_terms_hold_for_their_lessons() {
    let world = World::new().await;
    let policy = json!({ "joinOpens": 30, "grace": 0, "cancelDeadline": 120 });
    set(&world, "ines", "/api/me/policy", &policy).await;
    let session = world.booked(150).await;
    let at = |name: &str| -> DateTime<Utc> {
        session[name].as_str().expect("a time").parse().expect("an instant")
    };
    assert_eq!(at("scheduledAt") - at("joinOpensAt"), chrono::TimeDelta::minutes(30));
    assert_eq!(at("joinClosesAt"), at("endsAt"));
    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    world.clock.advance(chrono::TimeDelta::minutes(30));
    let ok = world.booked(300).await;
    let early = format!("/api/sessions/{}", ok["id"].as_str().expect("an id"));
    let off = world.user("jonas").delete(&early).await.expect(StatusCode::OK);
    assert_eq!(off["lateCancel"], false);
    world.clock.advance(chrono::TimeDelta::minutes(1));
    world.user("jonas").delete(&path).await.problem(409, "too_late_to_cancel");
    let off = world.user("ines").delete(&path).await.expect(StatusCode::OK);
    assert_eq!((&off["lateCancel"], &off["status"]), (&json!(true), &json!("cancelled")));
}

/// Booking and searching through the clocks of a zone that changes them.
#[tokio::test]
async fn hours_follow_the_clock_through_its_changes() {
    let world = World::new().await;
    let body = json!({ "timeZone": "Europe/Berlin",
        "weekly": [{ "day": "sunday", "from": "01:00", "to": "04:00" }] });
    set(&world, "ines", "/api/me/availability", &body).await;
    set(&world, "ines", "/api/me/policy", &json!({ "startIncrement": 60 })).await;
    for (date, expected) in [
        ("2027-03-28", vec!["2027-03-28T00:00:00Z", "2027-03-28T01:00:00Z"]),
        (
            "2027-10-31",
            vec![
                "2027-10-30T23:00:00Z",
                "2027-10-31T00:00:00Z",
                "2027-10-31T01:00:00Z",
                "2027-10-31T02:00:00Z",
            ],
        ),
    ] {
        let date: chrono::NaiveDate = date.parse().expect("a date");
        let query = format!("from={date}&to={}&duration=60", date.succ_opt().expect("a date"));
        assert_eq!(starts(&world, "jonas", &query).await, expected);
        for start in expected {
            let booked = world.user("jonas").post("/api/sessions", &lesson(start, 60)).await;
            booked.expect(StatusCode::CREATED);
        }
    }
}
