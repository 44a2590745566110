//! The numbers of reviews, after any sequence of what can happen to them, are
//! what counting them anew says.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{World, publish_due};

/// Random sequences, and steps of each.
const SEEDS: u64 = 3;
const STEPS: u32 = 60;
const PEOPLE: [&str; 2] = ["jonas", "ines"];
const SKILLS: [&str; 3] = ["Portuguese", "portuguese", ""];

/// Counts the reviews that others see, one by one, and compares.
async fn recount(world: &World, seed: u64, step: u32) {
    let rows: Vec<(String, String, i16, Option<i16>)> = sqlx::query_as(
        "SELECT reviewee_id, lower(skill), rating, skill_level FROM reviews \
         WHERE published_at IS NOT NULL AND hidden_at IS NULL",
    )
    .fetch_all(&world.database.pool)
    .await
    .expect("the reviews");
    // Those who were erased have their numbers, too.
    let erased: Vec<String> =
        sqlx::query_scalar("SELECT id FROM users WHERE erased_at IS NOT NULL")
            .fetch_all(&world.database.pool)
            .await
            .expect("the pseudonyms");
    for person in PEOPLE.into_iter().chain(erased.iter().map(String::as_str)) {
        let mut all = [0_i64; 5];
        let mut by_skill: BTreeMap<&str, ([i64; 5], i64, i64)> = BTreeMap::new();
        for (_, skill, rating, level) in rows.iter().filter(|row| row.0 == person) {
            let star = usize::try_from(rating - 1).expect("one to five");
            all[star] += 1;
            if !skill.is_empty() {
                let entry = by_skill.entry(skill).or_default();
                entry.0[star] += 1;
                entry.1 += i64::from(level.unwrap_or(0));
                entry.2 += i64::from(level.is_some());
            }
        }
        let path = format!("/api/reviews/{person}");
        let said = world.user("mira").get(&path).await.expect(StatusCode::OK);
        let at = format!("seed {seed}, step {step}, {person}: {said}");
        assert_eq!(said["histogram"], json!(all), "{at}");
        assert_eq!(said["aggregate"]["histogram"], json!(all), "{at}");
        assert_eq!(said["count"], all.iter().sum::<i64>(), "{at}");
        let mean = |sum: i64, count: i64| (count > 0).then(|| sum as f64 / count as f64);
        let stars = (1..).zip(all).map(|(stars, count)| stars * count).sum();
        assert_eq!(said["average"], json!(mean(stars, all.iter().sum())), "{at}");
        let skills = said["aggregate"]["bySkill"].as_array().expect("a list");
        assert_eq!(skills.len(), by_skill.len(), "{at}");
        for skill in skills {
            let name = skill["skill"].as_str().expect("a name").to_lowercase();
            let (histogram, levels, count) = by_skill[&*name];
            assert_eq!(skill["histogram"], json!(histogram), "{at}");
            assert_eq!(skill["levelCount"], count, "{at}");
            assert_eq!(skill["level"], json!(mean(levels, count)), "{at}");
        }
    }
}

async fn lesson(world: &World, random: &mut StdRng) -> Uuid {
    let session = world.took_place().await;
    let id = session["id"].as_str().expect("an id").parse().expect("a UUID");
    sqlx::query("UPDATE sessions SET skill = $2 WHERE id = $1")
        .bind(id)
        .bind(SKILLS[random.random_range(0..SKILLS.len())])
        .execute(&world.database.pool)
        .await
        .expect("a skill");
    id
}

fn said(random: &mut StdRng) -> Value {
    let mut said = json!({ "rating": random.random_range(1..=5) });
    if random.random() {
        said["skillLevel"] = json!(random.random_range(1..=5));
    }
    said
}

/// Erases somebody, and lets somebody new have the id.
async fn erase(world: &World, person: &str) {
    let (ada, path) = (world.user("ada"), format!("/api/users/{person}"));
    let erased = ada.delete(&path).await;
    // Who was never heard of is not found.
    assert!(matches!(erased.status.as_u16(), 204 | 404), "{erased:?}");
    let (path, body) = (format!("{path}?readmit=true"), json!({ "name": person }).to_string());
    ada.send(Method::PUT, &path, Some(body), &[]).await.expect(StatusCode::CREATED);
}

/// Does something that may or may not be allowed; only a fault is wrong.
async fn step(world: &World, random: &mut StdRng, lessons: &mut Vec<Uuid>) {
    if lessons.is_empty() || random.random_range(0..5) == 0 {
        lessons.push(lesson(world, random).await);
    }
    let session = lessons[random.random_range(0..lessons.len())];
    let person = world.user(PEOPLE[random.random_range(0..2)]);
    let reply = match random.random_range(0..9) {
        8 => {
            erase(world, PEOPLE[random.random_range(0..2)]).await;
            return;
        }
        0..=2 => {
            let mut body = said(random);
            body["sessionId"] = json!(session);
            person.post("/api/reviews", &body).await
        }
        3 => {
            let path = format!("/api/sessions/{session}/review");
            let body = Some(said(random).to_string());
            person.send(Method::PUT, &path, body, &[]).await
        }
        4 => {
            world.clock.advance(TimeDelta::days(random.random_range(0..9)));
            publish_due(world).await;
            return;
        }
        _ => {
            let ids: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM reviews ORDER BY id")
                .fetch_all(&world.database.pool)
                .await
                .expect("the reviews");
            if ids.is_empty() {
                return;
            }
            let id = ids[random.random_range(0..ids.len())];
            let action = if random.random() { "hide" } else { "restore" };
            let body = json!({ "action": action, "reason": "chance" });
            world.user("ada").post(&format!("/api/admin/reviews/{id}/moderate"), &body).await
        }
    };
    assert!(reply.status.as_u16() < 500, "{reply:?}");
}

#[tokio::test]
async fn the_numbers_are_what_counting_says() {
    for seed in 0..SEEDS {
        let world = World::new().await;
        let mut random = StdRng::seed_from_u64(seed);
        let mut lessons = Vec::new();
        for number in 0..STEPS {
            step(&world, &mut random, &mut lessons).await;
            if number % 5 == 0 {
                recount(&world, seed, number).await;
            }
        }
        recount(&world, seed, STEPS).await;
    }
}
