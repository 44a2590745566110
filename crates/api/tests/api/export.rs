//! Everything that is kept of a person, as one file.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::World;

/// Every list of the document.
const LISTS: [&str; 14] = [
    "lessons",
    "attendance",
    "reviewsWritten",
    "reviewsReceived",
    "reviewReports",
    "chat",
    "notifications",
    "waitlist",
    "seatsGivenBack",
    "proposals",
    "matchedTeachers",
    "matchedStudents",
    "disputes",
    "events",
];

pub(crate) async fn sql(pool: &PgPool, sql: &'static str) {
    sqlx::query(sql).execute(pool).await.expect(sql);
}

fn lengths(document: &Value) -> Vec<(&str, usize)> {
    let length = |name: &'static str| (name, document[name].as_array().expect(name).len());
    LISTS.map(length).to_vec()
}

/// A world in which there is something of everything about Jonas.
pub(crate) async fn full() -> World {
    let world = World::new().await;
    let (ada, ines, jonas) = (world.user("ada"), world.user("ines"), world.user("jonas"));
    let pool = &world.database.pool;
    let record = json!({ "name": "Jonas Weber", "email": "jonas.weber@platform.example",
        "phone": "+4930123456789", "timeZone": "Europe/Berlin" });
    let put = |path: &str, body: Value| (path.to_owned(), Some(body.to_string()));
    let (path, body) = put("/api/users/jonas", record);
    ada.send(Method::PUT, &path, body, &[]).await.expect(StatusCode::CREATED);
    let session = world.took_place().await;
    let id = session["id"].as_str().expect("an id");
    let other = world.took_place().await["id"].as_str().expect("an id").to_owned();
    let review = json!({ "sessionId": id, "rating": 4, "comment": "says Jonas" });
    jonas.post("/api/reviews", &review).await.expect(StatusCode::CREATED);
    let review = json!({ "sessionId": id, "rating": 5, "comment": "to Jonas Weber" });
    let unfair = ines.post("/api/reviews", &review).await.expect(StatusCode::CREATED);
    let path = format!("/api/reviews/{}/report", unfair["id"].as_str().expect("an id"));
    let reported = jonas.post(&path, &json!({ "reason": "reports Jonas" })).await;
    assert_eq!(reported.status, StatusCode::NO_CONTENT);
    // Jonas may not know of this one yet.
    let review = json!({ "sessionId": other, "rating": 1, "comment": "unseen" });
    ines.post("/api/reviews", &review).await.expect(StatusCode::CREATED);
    let complaint = json!({ "reason": "complains Jonas" });
    let path = format!("/api/sessions/{other}/disputes");
    jonas.post(&path, &complaint).await.expect(StatusCode::CREATED);
    for participant in ["00000000000000aa", "00000000000000ab"] {
        sqlx::query(
            "INSERT INTO attendance (session_id, participant, user_id, role, node_id, joined_at, \
             left_at) SELECT id, $2, 'jonas', 'student', gen_random_uuid(), scheduled_at, ends_at \
             FROM sessions WHERE id = $1::uuid",
        )
        .bind(id)
        .bind(participant)
        .execute(pool)
        .await
        .expect("a stay");
    }
    sqlx::query(
        "INSERT INTO chat_messages (session_id, user_id, name, client_id, body, sent_at) \
         VALUES ($1::uuid, 'jonas', 'Jonas Weber', 'a', 'writes Jonas', now()), \
                ($1::uuid, 'ines', 'Ines', 'a', 'writes Ines', now())",
    )
    .bind(id)
    .execute(pool)
    .await
    .expect("chat");
    let ahead = world.booked(1000).await["id"].as_str().expect("an id").to_owned();
    let proposal = json!({ "scheduledAt": world.in_minutes(2000) });
    let path = format!("/api/sessions/{ahead}/proposals");
    jonas.post(&path, &proposal).await.expect(StatusCode::CREATED);
    let hold = json!({ "teacher": "ines", "start": world.in_minutes(3000), "duration": 60 });
    jonas.post("/api/holds", &hold).await.expect(StatusCode::CREATED);
    for (student, teachers) in [("jonas", ["ines", "daniel"]), ("mira", ["jonas", "ines"])] {
        let (path, body) = put(&format!("/api/matches/{student}"), json!({ "teachers": teachers }));
        ada.send(Method::PUT, &path, body, &[]).await.expect(StatusCode::OK);
    }
    let hours = json!({ "timeZone": "Europe/Berlin", "exceptions": [],
        "weekly": [{ "day": "monday", "from": "09:00", "to": "12:00" }] });
    let (path, body) = put("/api/me/availability", hours);
    jonas.send(Method::PUT, &path, body, &[]).await.expect(StatusCode::OK);
    let (path, body) = put("/api/me/policy", json!({ "bufferAfter": 10 }));
    jonas.send(Method::PUT, &path, body, &[]).await.expect(StatusCode::OK);
    for sql in [
        "INSERT INTO calendar_feeds (person, secret_hash, subscribed_at) \
         VALUES ('jonas', sha256('jonas'), now())",
        "INSERT INTO busy_feeds (id, person, place, name, url, due_at) VALUES \
         (gen_random_uuid(), 'jonas', 0, 'Jonas', 'https://calendar.example/jonas-weber.ics', now())",
        "INSERT INTO busy_spans (feed_id, person, during) \
         SELECT id, person, '[2027-01-01, 2027-01-02)' FROM busy_feeds",
    ] {
        self::sql(pool, sql).await;
    }
    // Two seats that Mira and Tom take, so that Jonas waits.
    let mut group = world.lesson("ines", 5000);
    group["capacity"] = json!(2);
    let group = ines.post("/api/sessions", &group).await.expect(StatusCode::CREATED);
    let seats = format!("/api/sessions/{}/seats", group["id"].as_str().expect("an id"));
    for student in ["mira", "tom", "jonas"] {
        world.user(student).post(&seats, &json!({})).await.expect(StatusCode::OK);
    }
    // One that Jonas had, in another.
    let mut group = world.lesson("ines", 5500);
    group["capacity"] = json!(2);
    let group = ines.post("/api/sessions", &group).await.expect(StatusCode::CREATED);
    let seats = format!("/api/sessions/{}/seats", group["id"].as_str().expect("an id"));
    jonas.post(&seats, &json!({})).await.expect(StatusCode::OK);
    ines.delete(&format!("{seats}/jonas")).await.expect(StatusCode::OK);
    world
}

#[tokio::test]
async fn everything_is_in_it() {
    let world = full().await;
    let jonas = world.user("jonas");
    let reply = jonas.get("/api/me/export").await;
    let document = reply.expect(StatusCode::OK);
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"person.json\"");
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(document["profile"]["email"], "jonas.weber@platform.example");
    assert_eq!(document["availability"]["weekly"][0]["day"], "monday");
    assert_eq!(document["policy"]["bufferAfter"], 10);
    assert_eq!(document["hold"]["teacher"], "ines");
    let calendar = &document["calendarFeeds"]["busy"][0];
    assert_eq!(calendar["url"], "https://calendar.example/jonas-weber.ics");
    let expected = [3, 2, 1, 1, 1, 1, 2, 1, 1, 1, 2, 1, 1, 10];
    let lengths = lengths(&document);
    let counted: Vec<usize> = lengths.iter().map(|(_, length)| *length).collect();
    assert_eq!(counted, expected, "{lengths:?} {document:#}");
    assert_eq!(document["reviewsReceived"][0]["comment"], "to Jonas Weber");
    let report = &document["reviewReports"][0];
    assert_eq!(report["reason"], "reports Jonas");
    assert_eq!(report["reviewId"], document["reviewsReceived"][0]["id"]);
    assert_eq!(report["sessionId"], document["reviewsReceived"][0]["sessionId"]);
    assert_eq!(document["chat"][0]["text"], "writes Jonas");
    assert_eq!(document["matchedTeachers"], json!(["daniel", "ines"]));
    assert_eq!(document["matchedStudents"], json!(["mira"]));
    assert_eq!(document["seatsGivenBack"][0]["returnedBy"], "teacher");
    assert_eq!(document["disputes"][0]["reason"], "complains Jonas");
    // Nobody learns of a review before it is published.
    assert!(!document.to_string().contains("unseen"), "{document:#}");
    // The platform and admins get the same.
    let platform = world.service(&["users:read"]).await;
    for client in [platform, world.user("ada")] {
        let same = client.get("/api/users/jonas/export").await.expect(StatusCode::OK);
        assert_eq!(same, document);
    }
}

#[tokio::test]
async fn who_is_not_known_has_no_document_and_who_is_new_an_empty_one() {
    let world = World::new().await;
    let ada = world.user("ada");
    ada.get("/api/users/nobody/export").await.problem(404, "not_found");
    let document = world.user("mira").get("/api/me/export").await.expect(StatusCode::OK);
    assert!(lengths(&document).iter().all(|(_, length)| *length == 0), "{document:#}");
    assert_eq!(document["hold"], Value::Null);
}

/// Pages are put together without a gap or a repetition.
#[tokio::test]
async fn it_is_as_long_as_there_is() {
    let world = World::new().await;
    world.booked(60).await;
    let pool = &world.database.owner;
    sql(
        pool,
        "INSERT INTO sessions (id, title, teacher, student, during, created_by) \
         SELECT gen_random_uuid(), 'Past ' || n, 'ines', 'jonas', \
                tstzrange('2020-01-01'::timestamptz + n * interval '1 hour', \
                          '2020-01-01'::timestamptz + n * interval '1 hour' + interval '30 minutes'), \
                'jonas' FROM generate_series(1, 1000) n",
    )
    .await;
    sql(
        pool,
        "INSERT INTO session_participants (session_id, user_id, role, during, blocking) \
         SELECT s.id, p.user_id, p.role, s.during, s.blocking FROM sessions s, \
         (VALUES ('ines', 'teacher'), ('jonas', 'student')) p (user_id, role) \
         ON CONFLICT DO NOTHING",
    )
    .await;
    sql(
        pool,
        "INSERT INTO chat_messages (session_id, user_id, name, client_id, body, sent_at) \
         SELECT id, 'ines', 'Ines', n::text, n::text, now() \
         FROM sessions, generate_series(1, 2) n",
    )
    .await;
    sql(
        pool,
        "INSERT INTO matches (student, teacher) SELECT n::text, 'ines' FROM generate_series(1, 450) n",
    )
    .await;
    sql(
        pool,
        "INSERT INTO attendance (session_id, participant, user_id, role, node_id, joined_at) \
         SELECT id, lpad(n::text, 16, '0'), 'ines', 'teacher', id, scheduled_at \
         FROM sessions, generate_series(1, 2) n",
    )
    .await;
    sql(
        pool,
        "INSERT INTO reviews (id, session_id, reviewer_id, reviewee_id, rating, published_at) \
         SELECT gen_random_uuid(), id, 'jonas', 'ines', 1, now() FROM sessions",
    )
    .await;
    sql(
        pool,
        "INSERT INTO review_reports (review_id, reporter_id, reason) \
         SELECT id, 'ines', 'unfair' FROM reviews",
    )
    .await;
    // Many at one instant.
    sql(
        pool,
        "INSERT INTO audit_events (at, actor, actor_kind, action) \
         SELECT '2020-01-01'::timestamptz + n / 300 * interval '1 hour', 'ines', 'user', 'x' || n \
         FROM generate_series(1, 1000) n",
    )
    .await;
    let ines = world.user("ines");
    let document = ines.get("/api/me/export").await.expect(StatusCode::OK);
    for (list, key, expected) in [
        ("lessons", "id", 1001),
        ("chat", "", 2002),
        ("attendance", "", 2002),
        ("matchedStudents", "", 450),
        ("reviewReports", "reviewId", 1001),
        ("events", "action", 1000),
    ] {
        let mut rows: Vec<String> = document[list]
            .as_array()
            .expect(list)
            .iter()
            .map(|row| if key.is_empty() { row.to_string() } else { row[key].to_string() })
            .collect();
        assert_eq!(rows.len(), expected, "{list}");
        rows.sort();
        rows.dedup();
        assert_eq!(rows.len(), expected, "{list} has something twice");
    }
}
