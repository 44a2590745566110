//! A person is erased: what is theirs goes, what is others' stays under a
//! pseudonym, and nothing leads back.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join_all;
use lectern_domain::id::{NodeId, ParticipantId, SessionId};
use lectern_store::{attendance, chat};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    export::full,
    support::{Client, Reply, World, publish_due},
};

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

async fn erase_me(client: &Client<'_>, id: &str) -> Reply {
    let body = json!({ "confirm": id }).to_string();
    client.send(Method::DELETE, "/api/me", Some(body), &[]).await
}

async fn put(client: &Client<'_>, path: &str, body: &Value) -> Reply {
    client.send(Method::PUT, path, Some(body.to_string()), &[]).await
}

/// The notices of somebody, by kind.
async fn told(world: &World, who: &str) -> Vec<Value> {
    let notices = world.user(who).get("/api/notifications?limit=200").await.expect(StatusCode::OK);
    notices["items"].as_array().expect("items").clone()
}

fn of_kind<'a>(notices: &'a [Value], kind: &str) -> Vec<&'a Value> {
    notices.iter().filter(|notice| notice["kind"] == kind).collect()
}

/// Every row of every table that holds one of the words, whatever its columns.
async fn rows_with(pool: &PgPool, words: &[&str]) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT table_name::text FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'",
    )
    .fetch_all(pool)
    .await
    .expect("the tables");
    assert!(tables.len() > 20, "{tables:?}");
    let mut found = Vec::new();
    for table in tables {
        let sql = format!("SELECT t::text, to_jsonb(t)::text FROM {table} t");
        let rows: Vec<(String, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(pool).await.expect("the rows");
        for (row, json) in rows {
            // Bytes stand there as hexadecimal digits.
            let text = format!("{row} {json}").to_lowercase();
            let named = words.iter().any(|word| {
                let bytes: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
                text.contains(&word.to_lowercase()) || text.contains(&bytes)
            });
            if named {
                found.push(format!("{table}: {row}"));
            }
        }
    }
    found
}

const WORDS: [&str; 5] =
    ["jonas", "Jonas Weber", "jonas.weber@platform.example", "jonas.weber", "+4930123456789"];

#[tokio::test]
async fn nothing_is_left_of_them_anywhere() {
    let world = full().await;
    let (ada, jonas, pool) = (world.user("ada"), world.user("jonas"), &world.database.owner);
    // What others were told of, asked for once, and wrote about.
    let titled = json!({ "teacher": "ines", "title": "With Jonas Weber", "duration": 60,
        "scheduledAt": world.in_minutes(9000), "description": "call +4930123456789" });
    let once = [("idempotency-key", "once")];
    let booked = jonas.send(Method::POST, "/api/sessions", Some(titled.to_string()), &once).await;
    let titled = id(&booked.expect(StatusCode::CREATED));
    let off = json!({ "reason": "Jonas is ill" }).to_string();
    let path = format!("/api/sessions/{titled}");
    jonas.send(Method::DELETE, &path, Some(off), &[]).await.expect(StatusCode::OK);
    let ruled = world.booked(7000).await;
    let path = format!("/api/admin/sessions/{}/cancel", id(&ruled));
    ada.post(&path, &json!({ "reason": "Jonas Weber asked" })).await.expect(StatusCode::OK);
    let platform = world.service(&["sessions:write", "users:write"]).await;
    let mut lesson = world.lesson("ines", 8000);
    lesson["student"] = json!("jonas");
    let send = Some(lesson.to_string());
    platform.send(Method::POST, "/api/sessions", send, &once).await.expect(StatusCode::CREATED);
    // On a Monday at ten, when Jonas is open.
    let inverse = world.lesson("jonas", 4078);
    let send = Some(inverse.to_string());
    world
        .user("mira")
        .send(Method::POST, "/api/sessions", send, &once)
        .await
        .expect(StatusCode::CREATED);
    assert!(rows_with(pool, &WORDS).await.len() > 30);

    let gone = platform.delete("/api/users/jonas").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
    assert_eq!(rows_with(pool, &WORDS).await, Vec::<String>::new());
    // Again, by whomever.
    assert_eq!(ada.delete("/api/users/jonas").await.status, StatusCode::NO_CONTENT);
    ada.get("/api/users/jonas").await.problem(404, "not_found");
    ada.get("/api/users/jonas/export").await.problem(404, "not_found");
    ada.delete("/api/users/never-heard-of").await.problem(404, "not_found");
}

#[tokio::test]
async fn the_other_side_keeps_its_history() {
    let world = full().await;
    let ines = world.user("ines");
    let (before, stars) = (
        ines.get("/api/history").await.expect(StatusCode::OK),
        ines.get("/api/reviews/ines").await.expect(StatusCode::OK),
    );
    assert_eq!(erase_me(&world.user("jonas"), "jonas").await.status, StatusCode::NO_CONTENT);
    let after = ines.get("/api/history").await.expect(StatusCode::OK);
    let lessons = after["items"].as_array().expect("items");
    let past: Vec<&Value> = lessons.iter().filter(|l| l["status"] == "completed").collect();
    assert_eq!(past.len(), 2, "{after:#}");
    let ids = |history: &Value| {
        let items = history["items"].as_array().expect("items");
        items.iter().map(id).collect::<BTreeSet<String>>()
    };
    assert!(ids(&after).is_superset(&ids(&before)));
    let pseudonym = past[0]["student"].as_str().expect("a student").to_owned();
    assert!(pseudonym.starts_with("erased-") && pseudonym.len() == 39, "{pseudonym}");
    assert_eq!(past[0]["studentName"], "Deleted person");
    let people = ines.get(&format!("/api/people?ids={pseudonym}")).await.expect(StatusCode::OK);
    assert_eq!(people["items"][0]["name"], "Deleted person");
    // The stars are the same, and say nothing.
    let mut now = ines.get("/api/reviews/ines").await.expect(StatusCode::OK);
    assert_eq!((&now["histogram"], &now["count"]), (&stars["histogram"], &stars["count"]));
    assert_eq!(now["items"][0]["comment"], "");
    assert_eq!(now["items"][0]["reviewerId"], json!(pseudonym));
    now = ines.get(&format!("/api/reviews/{pseudonym}")).await.expect(StatusCode::OK);
    assert_eq!((&now["count"], &now["items"][0]["comment"]), (&json!(1), &json!("")));
    // The trail says that somebody did it, who is nobody now.
    let path = format!("/api/sessions/{}/events", id(past[0]));
    let events = world.user("ada").get(&path).await.expect(StatusCode::OK);
    let actors: BTreeSet<&str> = events["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|e| e["actor"].as_str())
        .collect();
    assert!(actors.contains(&*pseudonym) && !actors.contains("jonas"), "{events}");
    // Whoever is a pseudonym is nobody to book, to change or to erase.
    let booking = ines.post("/api/sessions", &world.lesson(&pseudonym, 20_000)).await;
    booking.problem(409, "user_erased");
    let path = format!("/api/users/{pseudonym}");
    let ada = world.user("ada");
    ada.get(&path).await.problem(404, "not_found");
    put(&ada, &path, &json!({ "name": "Jonas" })).await.problem(409, "user_erased");
    ada.delete(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn lessons_ahead_are_called_off_and_their_people_told() {
    let world = World::new().await;
    let (ines, jonas) = (world.user("ines"), world.user("jonas"));
    let single = id(&world.booked(300).await);
    let series = json!({ "teacher": "ines", "title": "Weekly", "duration": 60,
        "localStart": "2027-02-01T10:00", "timeZone": "Europe/Lisbon",
        "series": { "rrule": "FREQ=WEEKLY;COUNT=6" } });
    jonas.post("/api/sessions", &series).await.expect(StatusCode::CREATED);
    // A request to Jonas, who teaches too.
    put(&jonas, "/api/me/policy", &json!({ "requiresConfirmation": true }))
        .await
        .expect(StatusCode::OK);
    let asked = world.user("mira").post("/api/sessions", &world.lesson("jonas", 600)).await;
    let asked = id(&asked.expect(StatusCode::CREATED));
    erase_me(&jonas, "jonas").await;
    let notices = told(&world, "ines").await;
    let off = of_kind(&notices, "session_cancelled");
    assert_eq!(off.len(), 2, "{off:?}");
    assert!(off.iter().any(|notice| notice["payload"]["lessons"] == 6), "{off:?}");
    for notice in &off {
        assert_eq!(notice["payload"]["actorName"], "Deleted person");
    }
    let lesson = ines.get(&format!("/api/sessions/{single}")).await.expect(StatusCode::OK);
    assert_eq!(lesson["status"], "cancelled");
    assert_eq!(lesson["cancelledBy"], lesson["student"]);
    let list = ines.get("/api/sessions?status=scheduled").await.expect(StatusCode::OK);
    assert_eq!(list["items"], json!([]));
    let request = world.user("mira").get(&format!("/api/sessions/{asked}")).await;
    let request = request.expect(StatusCode::OK);
    assert_eq!(
        (&request["status"], &request["confirmation"]),
        (&json!("cancelled"), &json!("declined"))
    );
    assert_eq!(of_kind(&told(&world, "mira").await, "session_declined").len(), 1);
    // Rooms that may be open are closed.
    let closed = world.rooms.closed.lock().expect("nobody panics").len();
    assert_eq!(closed, 8);
    // The time is free again.
    ines.get("/api/sessions").await.expect(StatusCode::OK);
    let again = world.user("tom").post("/api/sessions", &world.lesson("ines", 300)).await;
    again.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_seat_goes_to_who_waits_whatever_the_deadline() {
    let world = World::new().await;
    let ines = world.user("ines");
    put(&ines, "/api/me/policy", &json!({ "cancelDeadline": 1440 })).await.expect(StatusCode::OK);
    let mut group = world.lesson("ines", 600);
    group["capacity"] = json!(2);
    let group = id(&ines.post("/api/sessions", &group).await.expect(StatusCode::CREATED));
    let seats = format!("/api/sessions/{group}/seats");
    for student in ["jonas", "mira", "tom"] {
        world.user(student).post(&seats, &json!({})).await.expect(StatusCode::OK);
    }
    assert_eq!(erase_me(&world.user("jonas"), "jonas").await.status, StatusCode::NO_CONTENT);
    assert_eq!(of_kind(&told(&world, "tom").await, "seat_offered").len(), 1);
    assert_eq!(of_kind(&told(&world, "ines").await, "seat_given_back").len(), 1);
    let lesson = ines.get(&format!("/api/sessions/{group}")).await.expect(StatusCode::OK);
    assert_eq!(lesson["status"], "scheduled");
    assert_eq!(lesson["participants"].as_array().map(Vec::len), Some(2), "{lesson:#}");
    world.user("tom").post(&seats, &json!({})).await.expect(StatusCode::OK);
    // Who is offered a seat and goes passes it on, too.
    let wait = world.user("lena").post(&seats, &json!({})).await.expect(StatusCode::OK);
    assert_eq!(wait["seats"]["mine"], "waiting", "{wait:#}");
    erase_me(&world.user("mira"), "mira").await;
    assert_eq!(of_kind(&told(&world, "lena").await, "seat_offered").len(), 1);
}

#[tokio::test]
async fn only_who_means_it_is_erased() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    for body in [json!({}), json!({ "confirm": "ines" }), json!({ "confirm": null })] {
        let refused = jonas.send(Method::DELETE, "/api/me", Some(body.to_string()), &[]).await;
        assert_eq!(refused.pointers(), ["/confirm"]);
    }
    jonas.delete("/api/me").await.problem(415, "unsupported_media_type");
    jonas.delete("/api/users/jonas").await.problem(403, "forbidden");
    jonas.get("/api/me").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn nobody_comes_back_by_mistake() {
    let world = full().await;
    let (ada, jonas) = (world.user("ada"), world.user("jonas"));
    assert_eq!(ada.delete("/api/users/jonas").await.status, StatusCode::NO_CONTENT);
    // A token that is still good is of nobody.
    jonas.get("/api/me").await.problem(401, "unauthenticated");
    jonas
        .post("/api/sessions", &world.lesson("ines", 11_000))
        .await
        .problem(401, "unauthenticated");
    // Others cannot name the id in anything that is kept.
    let booking = world.user("mira").post("/api/sessions", &world.lesson("jonas", 11_000)).await;
    booking.problem(409, "user_erased");
    let platform = world.service(&["sessions:write", "matches:write", "users:write"]).await;
    let mut lesson = world.lesson("ines", 11_000);
    lesson["student"] = json!("jonas");
    platform.post("/api/sessions", &lesson).await.problem(409, "user_erased");
    put(&platform, "/api/users/jonas", &json!({ "name": "J" })).await.problem(409, "user_erased");
    let list = json!({ "teachers": ["ines"] });
    put(&platform, "/api/matches/jonas", &list).await.problem(409, "user_erased");
    let list = json!({ "teachers": ["ines", "jonas"] });
    put(&platform, "/api/matches/mira", &list).await.expect(StatusCode::OK);
    put(&platform, "/api/teachers/jonas/policy", &json!({ "grace": 5 }))
        .await
        .problem(409, "user_erased");
    let hours = json!({ "timeZone": "UTC", "weekly": [], "exceptions": [] });
    put(&platform, "/api/teachers/jonas/availability", &hours).await.problem(409, "user_erased");
    // Nor does a room that hears late of them.
    let session = world.user("tom").post("/api/sessions", &world.lesson("ines", 12_000)).await;
    let session = id(&session.expect(StatusCode::CREATED));
    let session = SessionId(session.parse().expect("a UUID"));
    let at = world.now();
    let arrival = attendance::Arrival {
        session,
        participant: ParticipantId(9),
        user: "jonas",
        role: lectern_domain::room::Role::Observer,
        node: NodeId(Uuid::nil()),
        at,
    };
    let pool = &world.database.pool;
    attendance::came(pool, arrival).await.expect_err("he is nobody");
    let message = chat::NewMessage {
        session,
        user: "jonas",
        name: "Jonas",
        client_id: "late",
        body: "late",
        sent_at: at,
    };
    chat::keep(pool, message).await.expect_err("he is nobody");
    assert_eq!(rows_with(&world.database.owner, &WORDS).await, Vec::<String>::new());
    // Whoever means it takes the id for somebody new.
    let path = "/api/users/jonas?readmit=true";
    let new = put(&platform, path, &json!({ "name": "Another Jonas" })).await;
    assert_eq!(new.expect(StatusCode::CREATED)["version"], 1);
    world.user("jonas").get("/api/me").await.expect(StatusCode::OK);
    let lessons = world.user("jonas").get("/api/sessions").await.expect(StatusCode::OK);
    assert_eq!(lessons["items"], json!([]));
}

#[tokio::test]
async fn nobody_is_erased_in_the_midst_of_a_lesson() {
    let world = World::new().await;
    let (ada, pool) = (world.user("ada"), &world.database.pool);
    let session = SessionId(id(&world.booked(10).await).parse().expect("a UUID"));
    world.clock.advance(TimeDelta::minutes(11));
    let arrival = attendance::Arrival {
        session,
        participant: ParticipantId(7),
        user: "jonas",
        role: lectern_domain::room::Role::Student,
        node: NodeId(Uuid::nil()),
        at: world.now(),
    };
    attendance::came(pool, arrival).await.expect("he came");
    lectern_store::rooms::begin(pool, session, world.now()).await.expect("it began");
    let refused = ada.delete("/api/users/jonas").await.problem(409, "in_lesson");
    assert!(refused["detail"].as_str().is_some_and(|d| d.contains("goes on until")), "{refused}");
    ada.delete("/api/users/ines").await.problem(409, "in_lesson");
    attendance::left(pool, session, ParticipantId(7), world.now(), "left").await.expect("he left");
    ada.delete("/api/users/jonas").await.problem(409, "in_lesson");
    lectern_store::rooms::finish(pool, session, world.now()).await.expect("it is over");
    assert_eq!(ada.delete("/api/users/jonas").await.status, StatusCode::NO_CONTENT);
    let history = world.user("ines").get("/api/history").await.expect(StatusCode::OK);
    assert_eq!(history["items"][0]["status"], "completed");
}

/// A review that nobody has seen is published in its time, without its words.
#[tokio::test]
async fn stars_are_published_in_their_time() {
    let world = World::new().await;
    let session = world.took_place().await;
    let review = json!({ "sessionId": id(&session), "rating": 2, "comment": "secret" });
    world.user("jonas").post("/api/reviews", &review).await.expect(StatusCode::CREATED);
    erase_me(&world.user("jonas"), "jonas").await;
    let reviews = async || world.user("ines").get("/api/reviews/ines").await.expect(StatusCode::OK);
    assert_eq!(reviews().await["count"], 0);
    world.clock.advance(TimeDelta::days(30));
    assert_eq!(publish_due(&world).await, 1);
    let reviews = reviews().await;
    assert_eq!((&reviews["count"], &reviews["average"]), (&json!(1), &json!(2.0)));
    assert_eq!(reviews["items"][0]["comment"], "");
    assert_eq!(reviews["items"][0]["reviewerName"], "Deleted person");
}

/// The service cannot use what erases to change the record otherwise.
#[tokio::test]
async fn the_record_opens_to_pseudonyms_alone() {
    let world = full().await;
    let pool = &world.database.pool;
    for sql in
        ["SELECT set_config('lectern.erasure', 'on', false)", "SELECT erase_from_record('jonas')"]
    {
        sqlx::query(sql).execute(pool).await.expect("anybody may");
    }
    for sql in [
        "UPDATE audit_events SET actor = 'ada'",
        "DELETE FROM erased_ids",
        "INSERT INTO erased_ids VALUES (sha256('ines'))",
    ] {
        let error = sqlx::query(sql).execute(pool).await.expect_err(sql);
        let code = error.as_database_error().and_then(|error| error.code());
        assert_eq!(code.as_deref(), Some("42501"), "{sql}: {error}");
    }
    // What it does stands in the record.
    let said: (String, i64) = sqlx::query_as(
        "SELECT details ->> 'user', (details ->> 'events')::bigint FROM audit_events \
         WHERE action = 'record_pseudonymised'",
    )
    .fetch_one(pool)
    .await
    .expect("one line");
    let changed: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit_events WHERE action <> 'record_pseudonymised' \
         AND $1 IN (actor, details ->> 'student', details ->> 'user')",
    )
    .bind(&said.0)
    .fetch_one(pool)
    .await
    .expect("a count");
    assert_eq!(said.1, changed);
}

const WRITERS: usize = 16;
const ROUNDS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_that_race_with_an_erasure() {
    let world = World::new().await;
    let ada = world.user("ada");
    for round in 0..ROUNDS {
        let teacher = format!("teacher-{round}");
        put(&ada, &format!("/api/users/{teacher}"), &json!({ "name": "Teacher" }))
            .await
            .expect(StatusCode::CREATED);
        let booking = |n: usize| {
            let lesson = world.lesson(&teacher, 1000 + 100 * i64::try_from(n).expect("small"));
            let student = world.user(&format!("student-{n}"));
            async move { student.post("/api/sessions", &lesson).await }
        };
        let erasing = async { ada.delete(&format!("/api/users/{teacher}")).await };
        let (replies, erased) = tokio::join!(join_all((0..WRITERS).map(booking)), erasing);
        assert_eq!(erased.status, StatusCode::NO_CONTENT, "{erased:?}");
        for reply in replies.iter().filter(|reply| reply.status != StatusCode::CREATED) {
            reply.problem(409, "user_erased");
        }
        let left: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM sessions WHERE status = 'scheduled' \
             AND (teacher = $1 OR starts_with(teacher, 'erased-'))",
        )
        .bind(&teacher)
        .fetch_one(&world.database.pool)
        .await
        .expect("a count");
        assert_eq!(left, 0);
        assert_eq!(rows_with(&world.database.owner, &[&teacher]).await, Vec::<String>::new());
    }
}

/// Everybody in a lesson is erased at once, while others take their seats.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasures_that_race_with_each_other() {
    let world = World::new().await;
    let (ada, ines) = (world.user("ada"), world.user("ines"));
    for round in 0..ROUNDS {
        let people: Vec<String> = (0..4).map(|n| format!("person-{round}-{n}")).collect();
        let minutes = 1000 + 200 * i64::try_from(round).expect("small");
        let mut group = world.lesson("ines", minutes);
        group["capacity"] = json!(3);
        let group = id(&ines.post("/api/sessions", &group).await.expect(StatusCode::CREATED));
        let seats = format!("/api/sessions/{group}/seats");
        for (n, person) in people.iter().enumerate() {
            let client = world.user(person);
            client.post(&seats, &json!({})).await.expect(StatusCode::OK);
            let with = &people[(n + 1) % people.len()];
            let lesson =
                world.lesson(with, 50_000 + minutes + 70 * i64::try_from(n).expect("small"));
            client.post("/api/sessions", &lesson).await;
        }
        let erasing = people.iter().map(|person| {
            let path = format!("/api/users/{person}");
            let ada = ada.clone();
            async move { ada.delete(&path).await }
        });
        let taking = (0..4).map(|n| {
            let (client, seats) = (world.user(&format!("late-{round}-{n}")), seats.clone());
            async move { client.post(&seats, &json!({})).await }
        });
        let (erased, _) = tokio::join!(join_all(erasing), join_all(taking));
        for reply in &erased {
            assert_eq!(reply.status, StatusCode::NO_CONTENT, "{reply:?}");
        }
        let names: Vec<&str> = people.iter().map(String::as_str).collect();
        assert_eq!(rows_with(&world.database.owner, &names).await, Vec::<String>::new());
    }
}
