//! `POST /api/sessions`: what is booked, and what is not.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{World, rfc3339};

#[tokio::test]
async fn a_student_books_a_teacher() {
    let world = World::new().await;
    world.user("ines").get("/api/me").await.expect(StatusCode::OK);
    let start = world.now() + chrono::TimeDelta::hours(2);
    let body = json!({
        "teacher": "ines", "title": " Past tenses ", "duration": 45, "scheduledAt": rfc3339(start),
        "description": "Two\nlines", "skill": "Portuguese",
    });
    let reply = world.user("jonas").post("/api/sessions", &body).await;
    let session = reply.expect(StatusCode::CREATED);
    let id = session["id"].as_str().expect("an id");
    assert_eq!(reply.header("location"), format!("/api/sessions/{id}"));
    assert!(reply.header("etag").starts_with("\"1."), "{}", reply.header("etag"));
    assert_eq!(
        session,
        json!({
            "id": id,
            "title": "Past tenses",
            "description": "Two\nlines",
            "skill": "Portuguese",
            "teacher": "ines",
            "student": "jonas",
            "scheduledAt": rfc3339(start),
            "duration": 45,
            "status": "scheduled",
            "meetingUrl": format!("http://lectern.test/lessons/{id}/room"),
            "createdAt": rfc3339(world.now()),
            "endsAt": rfc3339(start + chrono::TimeDelta::minutes(45)),
            "timeZone": null,
            "confirmation": "confirmed",
            "confirmBy": null,
            "seriesId": null,
            "version": 1,
            "capacity": 1,
            "seats": {
                "taken": 1,
                "waiting": 0,
                "mine": "taken",
                "position": null,
                "offerExpiresAt": null,
            },
            "proposal": null,
            "participants": [
                { "id": "ines", "name": "Ines", "role": "teacher", "absent": false },
                { "id": "jonas", "name": "Jonas", "role": "student", "absent": false },
            ],
            "teacherName": "Ines",
            "studentName": "Jonas",
            "tookPlace": false,
            "joinOpensAt": rfc3339(start - chrono::TimeDelta::minutes(15)),
            "joinClosesAt": rfc3339(start + chrono::TimeDelta::minutes(60)),
            "reviewed": false,
            "cancelledBy": null,
            "cancelReason": null,
            "lateCancel": false,
            "noShow": null,
        })
    );
    for who in ["jonas", "ines", "ada"] {
        let seen = world.user(who).get(&format!("/api/sessions/{id}")).await;
        let mut expected = session.clone();
        expected["seats"]["mine"] = json!(if who == "jonas" { "taken" } else { "none" });
        assert_eq!(seen.expect(StatusCode::OK), expected, "{who}");
        assert!(seen.header("etag").starts_with("\"1."), "{}", seen.header("etag"));
    }
}

/// Jonas has a lesson with Inês from 60 to 120 minutes from now.
#[tokio::test]
async fn nobody_is_in_two_lessons_at_once() {
    let world = World::new().await;
    world.booked(60).await;
    let check = async |student: &str, teacher: &str, from: i64, minutes: i64, free: bool| {
        let body = json!({ "teacher": teacher, "title": "Another", "duration": minutes,
            "scheduledAt": world.in_minutes(from) });
        let reply = world.user(student).post("/api/sessions", &body).await;
        if free {
            reply.expect(StatusCode::CREATED);
        } else {
            reply.problem(409, "slot_taken");
        }
    };
    check("mira", "ines", 60, 60, false).await;
    check("mira", "ines", 30, 31, false).await;
    check("mira", "ines", 119, 60, false).await;
    check("mira", "ines", 80, 10, false).await;
    check("mira", "ines", 10, 300, false).await;
    // The student is taken too, and roles do not matter.
    check("jonas", "daniel", 60, 60, false).await;
    check("mira", "jonas", 90, 60, false).await;
    check("ines", "daniel", 60, 60, false).await;
    // Lessons that touch are fine.
    check("mira", "ines", 30, 30, true).await;
    check("tom", "ines", 120, 30, true).await;
    check("jonas", "daniel", 120, 60, true).await;
}

#[tokio::test]
async fn a_cancelled_lesson_frees_its_slot() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    let lesson = world.lesson("ines", 60);
    world.user("mira").post("/api/sessions", &lesson).await.problem(409, "slot_taken");
    world.user("ines").delete(&path).await.expect(StatusCode::OK);
    world.user("mira").post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn an_admin_books_for_somebody_and_nobody_else_does() {
    let world = World::new().await;
    let mut lesson = world.lesson("ines", 60);
    lesson["student"] = json!("mira");
    world.user("jonas").post("/api/sessions", &lesson).await.problem(403, "forbidden");
    world.user("ines").post("/api/sessions", &lesson).await.problem(403, "forbidden");
    let session =
        world.user("ada").post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
    assert_eq!((&session["teacher"], &session["student"]), (&json!("ines"), &json!("mira")));
    let mut own = world.lesson("daniel", 60);
    own["student"] = json!("jonas");
    world.user("jonas").post("/api/sessions", &own).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn wall_clocks_mean_what_the_zone_says() {
    let world = World::new().await;
    let book = async |fields: Value| {
        let mut body = json!({ "teacher": "ines", "title": "Early", "duration": 10 });
        for (name, value) in fields.as_object().expect("fields") {
            body[name] = value.clone();
        }
        world.user("jonas").post("/api/sessions", &body).await
    };
    let new_york = "America/New_York";
    // 02:30 does not exist on that day: forward by the gap.
    let gap = json!({ "localStart": "2027-03-14T02:30", "timeZone": new_york });
    let session = book(gap.clone()).await.expect(StatusCode::CREATED);
    assert_eq!(session["scheduledAt"], "2027-03-14T07:30:00Z");
    assert_eq!(session["timeZone"], new_york);
    let path =
        format!("/api/sessions/{}?timeZone=Europe/Berlin", session["id"].as_str().expect("id"));
    let seen = world.user("ines").get(&path).await.expect(StatusCode::OK);
    assert_eq!(seen["localStart"], "2027-03-14T08:30:00+01:00");
    // 01:30 comes twice: the earlier, unless an offset says which.
    let fold = json!({ "localStart": "2027-11-07T01:30", "timeZone": new_york });
    let session = book(fold.clone()).await.expect(StatusCode::CREATED);
    assert_eq!(session["scheduledAt"], "2027-11-07T05:30:00Z");
    let later = json!({ "localStart": "2027-11-07T01:30-05:00", "timeZone": new_york });
    let session = book(later).await.expect(StatusCode::CREATED);
    assert_eq!(session["scheduledAt"], "2027-11-07T06:30:00Z");

    let strict = |mut fields: Value| {
        fields["strictTime"] = json!(true);
        fields
    };
    let problem = book(strict(gap)).await.problem(422, "time_does_not_exist");
    assert_eq!(problem["errors"][0]["pointer"], "/localStart");
    book(strict(fold)).await.problem(422, "time_is_ambiguous");
    let zone = json!({ "localStart": "2027-03-20T10:00", "timeZone": "Mars/Olympus" });
    assert_eq!(book(zone).await.pointers(), ["/timeZone"]);
    assert_eq!(book(json!({ "localStart": "2027-03-20T10:00" })).await.pointers(), ["/timeZone"]);
    let both = json!({ "localStart": "2027-03-20T10:00", "timeZone": new_york,
        "scheduledAt": "2027-03-20T10:00:00Z" });
    assert_eq!(book(both).await.pointers(), ["/localStart"]);
}

#[tokio::test]
async fn a_repeated_request_books_once() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let book = async |key: &str, body: &Value| {
        let headers = [("idempotency-key", key)];
        jonas.send(Method::POST, "/api/sessions", Some(body.to_string()), &headers).await
    };
    let lesson = world.lesson("ines", 60);
    let first = book("one", &lesson).await;
    let session = first.expect(StatusCode::CREATED);
    let again = book("one", &lesson).await;
    assert_eq!(again.expect(StatusCode::CREATED), session);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("etag"), first.header("etag"));
    book("two", &lesson).await.problem(409, "slot_taken");
    book("one", &world.lesson("ines", 240)).await.problem(422, "idempotency_mismatch");
    // A key that led to nothing may be used again.
    book("two", &world.lesson("ines", 240)).await.expect(StatusCode::CREATED);
    // Keys of different callers have nothing to do with each other.
    let headers = [("idempotency-key", "one")];
    let body = Some(world.lesson("daniel", 60).to_string());
    let other = world.user("mira").send(Method::POST, "/api/sessions", body, &headers).await;
    assert_ne!(other.expect(StatusCode::CREATED)["id"], session["id"]);
    for bad in ["", "two words", &"x".repeat(256)] {
        assert_eq!(book(bad, &lesson).await.pointers(), ["Idempotency-Key"]);
    }
}

#[tokio::test]
async fn repeats_that_race_book_once() {
    let world = World::new().await;
    let (jonas, lesson) = (world.user("jonas"), world.lesson("ines", 60).to_string());
    let book = || {
        let headers = [("idempotency-key", "one")];
        let (jonas, body) = (jonas.clone(), Some(lesson.clone()));
        async move { jonas.send(Method::POST, "/api/sessions", body, &headers).await }
    };
    let replies = futures_util::future::join_all((0..16).map(|_| book())).await;
    let ids: Vec<Value> =
        replies.iter().map(|reply| reply.expect(StatusCode::CREATED)["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(world.deadlocks().await, 0);
}
