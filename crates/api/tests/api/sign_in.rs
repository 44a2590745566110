//! Coming in from the platform's own pages, with a code that is good once.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{World, rfc3339};

const CODES: &str = "/api/sign-in-codes";
const SIGN_IN: &str = "/api/sign-in";

async fn code(world: &World, body: Value) -> Value {
    let key = world.service(&["sign-in:write"]).await;
    key.post(CODES, &body).await.expect(StatusCode::CREATED)
}

async fn redeem(world: &World, code: &Value) -> Value {
    let body = json!({ "code": code["code"] });
    world.anonymous().post(SIGN_IN, &body).await.expect(StatusCode::CREATED)
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect("a text")
}

#[tokio::test]
async fn who_comes_with_a_code_is_in_and_can_go_again() {
    let world = World::new().await;
    let lesson = world.booked(60).await;
    let page = format!("/lessons/{}?tab=chat", text(&lesson, "id"));
    let made = code(&world, json!({ "user": "jonas", "name": "Jonas W.", "returnTo": page })).await;
    let code = text(&made, "code");
    assert_eq!(made["url"], format!("http://lectern.test{page}#code={code}"));
    assert_eq!(made["expiresAt"], rfc3339(world.now() + TimeDelta::seconds(60)));

    let in_now = redeem(&world, &made).await;
    assert_eq!(in_now["returnTo"], page);
    assert_eq!(in_now["expiresAt"], rfc3339(world.now() + TimeDelta::hours(12)));
    let jonas = world.with_token(text(&in_now, "token"));
    let me = jonas.get("/api/me").await.expect(StatusCode::OK);
    assert_eq!(
        (&me["id"], &me["name"], &me["role"]),
        (&json!("jonas"), &json!("Jonas W."), &json!("user"))
    );
    let mine = jonas.get("/api/sessions").await.expect(StatusCode::OK);
    assert_eq!(mine["items"][0]["id"], lesson["id"]);
    jonas.get("/api/admin/disputes").await.problem(403, "forbidden");

    let out = jonas.send(Method::DELETE, SIGN_IN, None, &[]).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    jonas.get("/api/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_code_is_good_once_whoever_is_quickest() {
    let world = World::new().await;
    let made = code(&world, json!({ "user": "jonas" })).await;
    let body = json!({ "code": made["code"] });
    let anonymous = world.anonymous();
    let tries = (0..16).map(|_| anonymous.post(SIGN_IN, &body));
    let replies = futures_util::future::join_all(tries).await;
    let won = replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count();
    assert_eq!(won, 1, "one of sixteen");
    for lost in replies.into_iter().filter(|reply| reply.status != StatusCode::CREATED) {
        lost.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn codes_and_tokens_end() {
    let world = World::with(|config| config.sign_in.lifetime = TimeDelta::hours(1)).await;
    let late = code(&world, json!({ "user": "jonas" })).await;
    let made = code(&world, json!({ "user": "jonas" })).await;
    world.clock.advance(TimeDelta::seconds(59));
    let in_now = redeem(&world, &made).await;
    world.clock.advance(TimeDelta::seconds(1));
    let body = json!({ "code": late["code"] });
    world.anonymous().post(SIGN_IN, &body).await.problem(401, "unauthenticated");
    let jonas = world.with_token(text(&in_now, "token"));
    jonas.get("/api/me").await.expect(StatusCode::OK);
    world.clock.advance(TimeDelta::hours(1));
    jonas.get("/api/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_admin_comes_in_as_one_and_it_is_recorded() {
    let world = World::new().await;
    let made = code(&world, json!({ "user": "grace", "admin": true })).await;
    let in_now = redeem(&world, &made).await;
    let grace = world.with_token(text(&in_now, "token"));
    grace.get("/api/admin/disputes").await.expect(StatusCode::OK);
    let record: Vec<(String, Value)> = sqlx::query_as(
        "SELECT action, details FROM audit_events WHERE action LIKE 'sign%' ORDER BY id",
    )
    .fetch_all(&world.database.pool)
    .await
    .expect("the record");
    assert_eq!(record[0].0, "sign_in_code_made");
    assert_eq!(record[0].1, json!({ "user": "grace", "admin": true }));
    assert_eq!(record[1].0, "signed_in");
}

/// Nothing that opens the door is kept as it is.
#[tokio::test]
async fn secrets_are_kept_as_hashes() {
    let world = World::new().await;
    let kept = code(&world, json!({ "user": "jonas" })).await;
    let made = code(&world, json!({ "user": "jonas" })).await;
    let in_now = redeem(&world, &made).await;
    let rows: String = sqlx::query_scalar(
        "SELECT (SELECT string_agg(c::text, '') FROM sign_in_codes c) \
             || (SELECT string_agg(s::text, '') FROM sign_ins s)",
    )
    .fetch_one(&world.database.pool)
    .await
    .expect("both tables");
    let token = text(&in_now, "token").trim_start_matches("ls_");
    assert!(!rows.contains(text(&kept, "code")) && !rows.contains(token), "{rows}");
}

#[tokio::test]
async fn what_is_wrong_with_a_code_is_said() {
    let world = World::new().await;
    let key = world.service(&["sign-in:write"]).await;
    for (body, pointer) in [
        (json!({}), "/user"),
        (json!({ "user": "jonas", "name": "" }), "/name"),
        (json!({ "user": "jonas", "returnTo": "https://evil.example" }), "/returnTo"),
        (json!({ "user": "jonas", "returnTo": "//evil.example" }), "/returnTo"),
    ] {
        let problem = key.post(CODES, &body).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    world.user("ada").post(CODES, &json!({ "user": "jonas" })).await.problem(403, "forbidden");
    for body in [json!({}), json!({ "code": "x" }), json!({ "code": "A".repeat(64) })] {
        world.anonymous().post(SIGN_IN, &body).await.problem(422, "validation_failed");
    }
    let unknown = json!({ "code": "0".repeat(64) });
    world.anonymous().post(SIGN_IN, &unknown).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn everybody_may_ask_where_to_sign_in() {
    let world = World::new().await;
    let place = world.anonymous().get(SIGN_IN).await.expect(StatusCode::OK);
    assert_eq!(place, json!({ "url": null }));
    let url = "https://school.example/login";
    let world = World::with(|config| config.sign_in.url = Some(url.into())).await;
    let place = world.anonymous().get(SIGN_IN).await.expect(StatusCode::OK);
    assert_eq!(place, json!({ "url": url }));
}

/// Codes and sign-ins that are over do not stay.
#[tokio::test]
async fn what_is_over_is_pruned() {
    let world = World::new().await;
    code(&world, json!({ "user": "jonas" })).await;
    let made = code(&world, json!({ "user": "jonas" })).await;
    redeem(&world, &made).await;
    world.clock.advance(TimeDelta::days(2));
    lectern_store::retention::prune(&world.database.pool, world.now()).await.expect("prunes");
    let left: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM sign_in_codes) + (SELECT count(*) FROM sign_ins)",
    )
    .fetch_one(&world.database.pool)
    .await
    .expect("a count");
    assert_eq!(left, 0);
}
