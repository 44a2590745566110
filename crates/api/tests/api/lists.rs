//! `GET /api/sessions`: filters, orders and pages.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Client, World};

pub(crate) fn titles(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["title"].as_str().expect("a title").to_owned()).collect()
}

pub(crate) async fn book(
    client: &Client<'_>,
    world: &World,
    teacher: &str,
    title: &str,
    in_minutes: i64,
) -> Value {
    let mut lesson = world.lesson(teacher, in_minutes);
    lesson["title"] = json!(title);
    lesson["skill"] = json!(if teacher == "ines" { "Portuguese" } else { "Physics" });
    client.post("/api/sessions", &lesson).await.expect(StatusCode::CREATED)
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let world = World::new().await;
    let (jonas, mira) = (world.user("jonas"), world.user("mira"));
    for who in ["ines", "daniel"] {
        world.user(who).get("/api/me").await.expect(StatusCode::OK);
    }
    let first = book(&jonas, &world, "ines", "Verbs", 60).await;
    book(&jonas, &world, "daniel", "Waves", 180).await;
    book(&jonas, &world, "ines", "Nouns", 300).await;
    book(&mira, &world, "ines", "Greetings", 420).await;
    book(&mira, &world, "jonas", "Chess", 540).await;
    let path = format!("/api/sessions/{}", first["id"].as_str().expect("an id"));
    jonas.delete(&path).await.expect(StatusCode::OK);

    let check = async |who: &str, query: &str, expected: &[&str]| {
        let page = world.user(who).get(&format!("/api/sessions{query}")).await;
        assert_eq!(titles(&page.expect(StatusCode::OK)), expected, "{who} {query}");
    };
    check("jonas", "", &["Verbs", "Waves", "Nouns", "Chess"]).await;
    check("jonas", "?order=desc", &["Chess", "Nouns", "Waves", "Verbs"]).await;
    check("jonas", "?status=scheduled", &["Waves", "Nouns", "Chess"]).await;
    check("jonas", "?status=cancelled", &["Verbs"]).await;
    check("jonas", "?status=cancelled,completed", &["Verbs"]).await;
    check("jonas", "?role=teacher", &["Chess"]).await;
    check("jonas", "?role=student&skill=portuguese", &["Verbs", "Nouns"]).await;
    check("jonas", "?q=wave", &["Waves"]).await;
    check("jonas", "?q=DANIEL", &["Waves"]).await;
    check("jonas", "?q=%25", &[]).await;
    // One that is on when the time begins is in; one that starts as it ends is not.
    let (from, to) = (world.in_minutes(190), world.in_minutes(540));
    check("jonas", &format!("?from={from}&to={to}"), &["Waves", "Nouns"]).await;
    check("mira", "", &["Greetings", "Chess"]).await;
    check("tom", "", &[]).await;
    check("ada", "", &["Verbs", "Waves", "Nouns", "Greetings", "Chess"]).await;
    check("ada", "?q=greet", &["Greetings"]).await;
    check("ada", "?role=student", &[]).await;

    let zone = jonas.get("/api/sessions?timeZone=Asia/Amman&limit=1").await.expect(StatusCode::OK);
    let local = zone["items"][0]["localStart"].as_str().expect("a local start");
    assert!(local.ends_with("+03:00"), "{local}");
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let world = World::new().await;
    let ada = world.user("ada");
    // Lessons of different people that start at the same instant are told
    // apart by their ids.
    for n in 0..7 {
        let student = world.user(&format!("student-{n}"));
        let teacher = format!("teacher-{n}");
        book(&student, &world, &teacher, &format!("Lesson {n}"), 60 + 60 * (n / 3)).await;
    }
    for order in ["asc", "desc"] {
        let mut seen = Vec::new();
        let mut path = format!("/api/sessions?limit=2&order={order}");
        for _ in 0..4 {
            let page = ada.get(&path).await.expect(StatusCode::OK);
            seen.extend(titles(&page));
            let Some(cursor) = page["nextCursor"].as_str() else { break };
            path = format!("/api/sessions?limit=2&order={order}&cursor={cursor}");
        }
        assert_eq!(seen.len(), 7, "{order}: {seen:?}");
        let whole = ada.get(&format!("/api/sessions?order={order}")).await.expect(StatusCode::OK);
        assert_eq!(seen, titles(&whole), "{order}");
        assert_eq!(whole["nextCursor"], Value::Null);
    }
}

#[tokio::test]
async fn what_is_not_understood_is_refused() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    for (query, pointer) in [
        ("status=done", "?status"),
        ("role=observer", "?role"),
        ("from=yesterday", "?from"),
        ("to=2027-13-01T00:00:00Z", "?to"),
        ("order=random", "?order"),
        ("limit=0", "?limit"),
        ("limit=201", "?limit"),
        ("limit=many", "?limit"),
        ("cursor=x", "?cursor"),
        ("timeZone=Mars", "?timeZone"),
        ("q=", "?q"),
        ("q=a%00b", "?q"),
        ("colour=red", "?"),
        ("limit=1&limit=2", "?"),
    ] {
        let reply = jonas.get(&format!("/api/sessions?{query}")).await;
        assert_eq!(reply.pointers(), [pointer], "{query}");
    }
    let long = jonas.get(&format!("/api/sessions?q={}", "x".repeat(5000))).await;
    long.problem(414, "uri_too_long");
}
