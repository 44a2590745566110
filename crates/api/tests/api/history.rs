//! `GET /api/history`: what is behind one, and what is kept of it.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    lists::{book, titles},
    support::{Reply, World},
};

#[tokio::test]
async fn history_is_what_is_behind_one() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let history = async || {
        let page = world.user("jonas").get("/api/history").await;
        titles(&page.expect(StatusCode::OK))
    };
    book(&jonas, &world, "ines", "Missed", 60).await;
    let off = book(&jonas, &world, "ines", "Called off", 600).await;
    book(&jonas, &world, "ines", "To come", 700).await;
    assert_eq!(history().await, Vec::<String>::new());
    let path = format!("/api/sessions/{}", off["id"].as_str().expect("an id"));
    jonas.delete(&path).await.expect(StatusCode::OK);
    assert_eq!(history().await, ["Called off"]);
    world.clock.advance(TimeDelta::minutes(120));
    assert_eq!(history().await, ["Called off", "Missed"]);
    world.took_place().await;
    let page = world.user("jonas").get("/api/history?q=past").await.expect(StatusCode::OK);
    assert_eq!(titles(&page), ["Past tenses"]);
    assert_eq!(page["items"][0]["tookPlace"], true);
    // It is one's own, an admin's too.
    let ada = world.user("ada").get("/api/history").await.expect(StatusCode::OK);
    assert_eq!(titles(&ada), Vec::<String>::new());
}

/// Writes what the media plane counted of somebody's stay, in minutes after the
/// lesson's start.
async fn stay(world: &World, session: &Value, n: i32, who: &str, from: i32, to: i32) {
    sqlx::query(
        "INSERT INTO attendance (session_id, participant, user_id, role, node_id, joined_at, \
         connected_at, left_at, audio_packets_in, video_packets_in, lost_in) \
         SELECT id, $2, $3, CASE WHEN teacher = $3 THEN 'teacher' ELSE 'student' END, id, \
         scheduled_at, scheduled_at + make_interval(mins => $4), \
         scheduled_at + make_interval(mins => $5), 300, 600, 100 FROM sessions WHERE id = $1",
    )
    .bind(session["id"].as_str().expect("an id").parse::<uuid::Uuid>().expect("a UUID"))
    .bind(format!("{n:016x}"))
    .bind(who)
    .bind(from)
    .bind(to)
    .execute(&world.database.pool)
    .await
    .expect("a presence");
}

#[tokio::test]
async fn each_lesson_comes_with_what_is_kept_of_it() {
    let world = World::new().await;
    let session = world.took_place().await;
    // Inês was there on two devices at once for ten minutes, and came back.
    stay(&world, &session, 1, "ines", 0, 30).await;
    stay(&world, &session, 2, "ines", 20, 40).await;
    stay(&world, &session, 3, "ines", 50, 55).await;
    stay(&world, &session, 4, "jonas", 2, 57).await;
    let review = json!({ "sessionId": session["id"], "rating": 4, "comment": "Good" });
    world.user("jonas").post("/api/reviews", &review).await.expect(StatusCode::CREATED);
    sqlx::query("UPDATE reviews SET published_at = created_at")
        .execute(&world.database.pool)
        .await
        .expect("publishes it");
    let page = world.user("ines").get("/api/history").await.expect(StatusCode::OK);
    let lesson = &page["items"][0];
    assert_eq!(lesson["id"], session["id"]);
    assert_eq!(
        lesson["attended"],
        json!([
            { "user": "ines", "role": "teacher", "minutes": 45, "packets": 2700, "lossRate": 0.1 },
            { "user": "jonas", "role": "student", "minutes": 55, "packets": 900, "lossRate": 0.1 },
        ])
    );
    assert_eq!(lesson["reviews"][0]["rating"], 4);
    assert_eq!(lesson["reviews"][0]["comment"], "Good");
    sqlx::query("UPDATE reviews SET published_at = NULL")
        .execute(&world.database.pool)
        .await
        .expect("takes it back");
    let page = world.user("ines").get("/api/history").await.expect(StatusCode::OK);
    assert_eq!(page["items"][0]["reviews"], json!([]), "not before it is published");
}

#[tokio::test]
async fn an_admin_sees_how_everybodys_lessons_went() {
    let world = World::new().await;
    let session = world.took_place().await;
    stay(&world, &session, 1, "ines", 0, 30).await;
    stay(&world, &session, 2, "ines", 40, 60).await;
    stay(&world, &session, 3, "jonas", 10, 50).await;
    let complaint = json!({ "reason": "Too short." });
    let path = format!("/api/sessions/{}/disputes", session["id"].as_str().expect("an id"));
    world.user("jonas").post(&path, &complaint).await.expect(StatusCode::CREATED);
    book(&world.user("mira"), &world, "daniel", "Waves", 300).await;
    let ada = world.user("ada");
    let page = ada.get("/api/admin/sessions").await.expect(StatusCode::OK);
    assert_eq!(titles(&page), ["Waves", "Past tenses"]);
    let facts = |n: usize| {
        let item = &page["items"][n];
        [&item["together"], &item["present"], &item["disputed"]].map(Clone::clone)
    };
    assert_eq!(facts(0), [json!(0), json!(0), json!(false)]);
    assert_eq!(facts(1), [json!(30), json!(0), json!(true)]);
    assert_eq!(page["items"][1]["attended"][0]["minutes"], 50);
    let check = async |query: &str, expected: &[&str]| {
        let page = world.user("ada").get(&format!("/api/admin/sessions{query}")).await;
        assert_eq!(titles(&page.expect(StatusCode::OK)), expected, "{query}");
    };
    check("?with=mira", &["Waves"]).await;
    check("?status=completed", &["Past tenses"]).await;
    check("?q=wave", &["Waves"]).await;
    check("?limit=1", &["Waves"]).await;
    let reply = ada.get("/api/admin/sessions?format=csv").await;
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"lessons.csv\"");
    let text = String::from_utf8(reply.body).expect("UTF-8");
    let row = text.lines().nth(2).expect("a row");
    assert!(row.contains(",Past tenses,") && row.ends_with(",true,30,0.1"), "{row}");
}

#[tokio::test]
async fn filters_narrow_the_history() {
    let world = World::new().await;
    let (jonas, mira) = (world.user("jonas"), world.user("mira"));
    book(&jonas, &world, "ines", "Verbs", 60).await;
    book(&jonas, &world, "daniel", "Waves", 180).await;
    book(&mira, &world, "jonas", "Chess", 300).await;
    let (from, to) = (world.in_minutes(120), world.in_minutes(300));
    world.clock.advance(TimeDelta::days(1));
    let check = async |query: &str, expected: &[&str]| {
        let page = world.user("jonas").get(&format!("/api/history{query}")).await;
        assert_eq!(titles(&page.expect(StatusCode::OK)), expected, "{query}");
    };
    check("", &["Chess", "Waves", "Verbs"]).await;
    check("?with=daniel", &["Waves"]).await;
    check("?with=mira", &["Chess"]).await;
    check("?with=nobody", &[]).await;
    check("?role=teacher", &["Chess"]).await;
    check("?role=student&q=verb", &["Verbs"]).await;
    check("?skill=portuguese", &["Verbs"]).await;
    check(&format!("?from={from}&to={to}"), &["Waves"]).await;
    let reply = world.user("jonas").get("/api/history?with=a%00b&format=pdf&limit=0").await;
    assert_eq!(reply.pointers(), ["?with", "?format", "?limit"]);
}

async fn ask(world: &World, path: &str, accept: &str) -> Reply {
    world.user("jonas").send(Method::GET, path, None, &[("accept", accept)]).await
}

#[tokio::test]
async fn a_file_has_all_of_it_and_harms_no_spreadsheet() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    for n in 0..5 {
        book(&jonas, &world, "ines", &format!("Lesson {n}"), 60 + 90 * n).await;
    }
    let mut lesson = world.lesson("ines", 600);
    lesson["title"] = json!("=HYPERLINK(\"http://bad.example\"), \"twice\"");
    let bad = jonas.post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
    world.clock.advance(TimeDelta::days(1));
    stay(&world, &bad, 1, "jonas", 0, 30).await;
    let reply = ask(&world, "/api/history", "text/csv").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"history.csv\"");
    assert_eq!(reply.header("vary"), "accept");
    let text = String::from_utf8(reply.body).expect("UTF-8");
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 1 + 6 + 1, "{text}");
    assert!(lines[0].starts_with("id,title,skill,role,teacher,"), "{}", lines[0]);
    let id = bad["id"].as_str().expect("an id");
    let start = bad["scheduledAt"].as_str().expect("an instant");
    let title = "\"'=HYPERLINK(\"\"http://bad.example\"\"), \"\"twice\"\"\"";
    let expected = format!("{id},{title},,student,ines,ines,Jonas,{start},60,scheduled,,,30,0.1,,");
    assert_eq!(lines[1], expected);
    assert_eq!(lines[7], "");
    // What is asked for in the query counts before the header.
    let same = ask(&world, "/api/history?format=csv&q=lesson", "application/json").await;
    assert_eq!(String::from_utf8(same.body).expect("UTF-8").matches("\r\n").count(), 6);
    let json = ask(&world, "/api/history?format=json", "text/csv").await;
    assert_eq!(json.expect(StatusCode::OK)["items"].as_array().map(Vec::len), Some(6));
}

/// More than a page: the file is put together from several.
#[tokio::test]
async fn a_long_file_is_whole_and_one_that_is_too_long_is_refused() {
    let world = World::new().await;
    for who in ["ines", "jonas"] {
        world.user(who).get("/api/me").await.expect(StatusCode::OK);
    }
    let fill = async |from: i32, to: i32| {
        sqlx::query(
            "WITH lessons AS (INSERT INTO sessions (id, title, teacher, student, during, \
             blocking, created_by) \
             SELECT gen_random_uuid(), 'Lesson ' || n, 'ines', 'jonas', tstzrange( \
             timestamptz '2020-01-01' + make_interval(hours => n), \
             timestamptz '2020-01-01' + make_interval(hours => n + 1)), false, 'jonas' \
             FROM generate_series($1, $2) AS n RETURNING id, during) \
             INSERT INTO session_participants (session_id, user_id, role, during, blocking) \
             SELECT id, 'jonas', 'student', during, false FROM lessons",
        )
        .bind(from)
        .bind(to)
        .execute(&world.database.pool)
        .await
        .expect("lessons");
    };
    fill(1, 1001).await;
    let reply = ask(&world, "/api/history?format=csv", "*/*").await;
    let text = String::from_utf8(reply.body).expect("UTF-8");
    let mut titles: Vec<&str> =
        text.split("\r\n").skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    assert_eq!((titles.len(), titles[0], titles[1000]), (1001, "Lesson 1001", "Lesson 1"));
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), 1001);
    fill(1002, 20_001).await;
    let reply = ask(&world, "/api/history?format=csv", "*/*").await;
    assert_eq!(reply.pointers(), ["?from"]);
    let reply = ask(&world, "/api/history?format=csv&to=2022-04-01T00:00:00Z", "*/*").await;
    assert_eq!(reply.status, StatusCode::OK);
}
