//! The caller, names and teachers; rates and figures.

use chrono::TimeDelta;
use lectern_api::RateLimit;
use lectern_store::users::{Profile, upsert};
use prometheus::Encoder as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::World;

async fn teacher(world: &World, id: &str, name: &str, skill: &str) {
    let profile = Profile {
        id: id.parse().expect("a user id"),
        name: name.into(),
        locale: "en".into(),
        time_zone: "Europe/Lisbon".into(),
        teaches: true,
        headline: format!("{skill}, patiently"),
        skills: vec![skill.into()],
    };
    upsert(&world.database.pool, &profile, world.now()).await.expect("a profile");
}

fn ids(reply: &Value) -> Vec<&str> {
    let items = reply["items"].as_array().expect("items");
    items.iter().map(|item| item["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn preferences_are_the_persons_own() {
    let world = World::new().await;
    let claims = json!({ "sub": "mira", "name": "Mira Haddad", "locale": "ar",
        "zoneinfo": "Asia/Amman", "exp": world.now().timestamp() + 600 });
    let mira = world.with_claims(&claims);
    let me = mira.get("/api/me").await.expect(StatusCode::OK);
    let expected = json!({ "id": "mira", "name": "Mira Haddad", "role": "user",
        "timeZone": "Asia/Amman", "locale": "ar" });
    assert_eq!(me, expected);
    let preferences = "/api/me/preferences";
    let put =
        async |body: Value| mira.send(Method::PUT, preferences, Some(body.to_string()), &[]).await;
    let me = put(json!({ "timeZone": "europe/berlin" })).await.expect(StatusCode::OK);
    assert_eq!((&me["timeZone"], &me["locale"]), (&json!("Europe/Berlin"), &json!("ar")));
    let me = put(json!({ "locale": "de" })).await.expect(StatusCode::OK);
    assert_eq!((&me["timeZone"], &me["locale"]), (&json!("Europe/Berlin"), &json!("de")));
    // A new token changes the name, and not what she prefers.
    let mut renamed = claims.clone();
    renamed["name"] = json!("Mira H.");
    let me = world.with_claims(&renamed).get("/api/me").await.expect(StatusCode::OK);
    assert_eq!((&me["name"], &me["locale"]), (&json!("Mira H."), &json!("de")));
    let bad = put(json!({ "timeZone": "Mars/Olympus", "locale": "?" })).await;
    assert_eq!(bad.pointers(), ["/timeZone", "/locale"]);
}

#[tokio::test]
async fn names_are_for_those_who_share_a_lesson() {
    let world = World::new().await;
    teacher(&world, "daniel", "Daniel Okafor", "Physics").await;
    for who in ["ines", "mira", "tom"] {
        world.user(who).get("/api/me").await.expect(StatusCode::OK);
    }
    world.booked(60).await;
    let path = "/api/people?ids=tom,ines,daniel,jonas,nobody";
    let named = async |who: &str| world.user(who).get(path).await.expect(StatusCode::OK);
    assert_eq!(ids(&named("jonas").await), ["daniel", "ines", "jonas"]);
    assert_eq!(ids(&named("mira").await), ["daniel"]);
    assert_eq!(ids(&named("ada").await), ["daniel", "ines", "jonas", "tom"]);
    let daniel = json!({ "id": "daniel", "name": "Daniel Okafor", "timeZone": "Europe/Lisbon" });
    assert_eq!(named("mira").await["items"][0], daniel);
    let jonas = world.user("jonas");
    assert_eq!(jonas.get("/api/people").await.pointers(), ["?ids"]);
    assert_eq!(jonas.get("/api/people?ids=a%00").await.pointers(), ["?ids"]);
    let many = vec!["x"; 201].join(",");
    assert_eq!(jonas.get(&format!("/api/people?ids={many}")).await.pointers(), ["?ids"]);
}

#[tokio::test]
async fn teachers_are_found_by_name_and_skill() {
    let world = World::new().await;
    teacher(&world, "ines", "Inês Carvalho", "Portuguese").await;
    teacher(&world, "daniel", "Daniel Okafor", "Physics").await;
    let found = async |query: &str| {
        let reply = world.user("jonas").get(&format!("/api/teachers{query}")).await;
        let reply = reply.expect(StatusCode::OK);
        ids(&reply).into_iter().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found("").await, ["daniel", "ines"]);
    assert_eq!(found("?q=carv").await, ["ines"]);
    assert_eq!(found("?q=PHYS").await, ["daniel"]);
    assert_eq!(found("?skill=portuguese").await, ["ines"]);
    assert_eq!(found("?skill=portu").await, Vec::<String>::new());
    let reply = world.user("jonas").get("/api/teachers?q=carv").await.expect(StatusCode::OK);
    let expected = json!({ "id": "ines", "name": "Inês Carvalho", "timeZone": "Europe/Lisbon",
        "headline": "Portuguese, patiently", "average": null, "count": 0 });
    assert_eq!(reply["items"][0], expected);
}

#[tokio::test]
async fn a_caller_who_asks_too_often_waits() {
    let world =
        World::with(|config| config.rate_limit = RateLimit { per_second: 2.0, burst: 3 }).await;
    let jonas = world.user("jonas");
    for left in ["2", "1", "0"] {
        let reply = jonas.get("/api/me").await;
        reply.expect(StatusCode::OK);
        assert_eq!(reply.header("ratelimit-policy"), "\"default\";q=3;w=2");
        let said = reply.header("ratelimit");
        assert!(said.starts_with(&format!("\"default\";r={left};t=")), "{said}");
    }
    let refused = jonas.get("/api/me").await;
    refused.problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "1");
    world.user("mira").get("/api/me").await.expect(StatusCode::OK);
    world.clock.advance(TimeDelta::seconds(1));
    jonas.get("/api/me").await.expect(StatusCode::OK);
    // Without a good token it is the address that counts.
    for _ in 0..3 {
        world.anonymous().get("/api/me").await.problem(401, "unauthenticated");
    }
    world.with_token("a.b.c").get("/api/me").await.problem(429, "rate_limited");
}

#[tokio::test]
async fn figures_name_routes_and_never_people() {
    let world = World::new().await;
    let session = world.booked(10).await;
    let id = session["id"].as_str().expect("an id");
    let jonas = world.user("jonas");
    jonas.get(&format!("/api/sessions/{id}")).await.expect(StatusCode::OK);
    jonas.post(&format!("/api/sessions/{id}/join"), &json!({})).await.expect(StatusCode::OK);
    jonas.get("/api/no/such/path").await.problem(404, "not_found");
    let mut text = Vec::new();
    let encoder = prometheus::TextEncoder::new();
    encoder.encode(&world.registry.gather(), &mut text).expect("a text");
    let text = String::from_utf8(text).expect("a text");
    for line in [
        "lectern_http_requests_total{method=\"GET\",route=\"/api/sessions/{id}\",status=\"200\"} 1",
        "lectern_http_requests_total{method=\"POST\",route=\"/api/sessions\",status=\"201\"} 1",
        "lectern_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "lectern_http_requests_in_flight 0",
        "lectern_database_operation_duration_seconds_count{operation=\"sessions_book\"} 1",
        "lectern_join_tokens_total{result=\"granted\"} 1",
    ] {
        assert!(text.lines().any(|have| have == line), "{line}\n{text}");
    }
    assert!(!text.contains(id) && !text.contains("jonas") && !text.contains("such"), "{text}");
}
