//! What an operation is about, made anew for each request, so that who may does
//! succeed and nobody else does.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Reply, World, rfc3339};

/// When held lessons were, and when a hold is for, in minutes from now.
const PAST: i64 = 180;
const LATER: i64 = 600;

/// What a path, a query or a body names.
#[derive(Debug)]
pub(super) struct Thing {
    pub(super) id: String,
    /// Of the lesson, where that is the thing.
    pub(super) proposal: String,
}

/// What `operation` at `path` is about. It is of Jonas and Inês, unless said
/// otherwise; Jonas has written, held, taken and complained of what can be.
pub(super) async fn make(world: &World, operation: &str, path: &str) -> Thing {
    let mut proposal = Uuid::nil().to_string();
    let id = match operation {
        "takeSeat" | "giveSeatBack" | "removeSeat" => seated(world).await,
        "confirmSession" | "declineSession" => requested(world).await,
        "withdrawProposal" | "acceptProposal" | "declineProposal" => {
            let lesson = booked(world).await;
            proposal = proposed(world, &lesson).await;
            lesson
        }
        "disputeSession" | "writeReview" => held(world).await,
        "getOwnReview" | "editOwnReview" => {
            let lesson = held(world).await;
            reviewed(world, &lesson).await;
            lesson
        }
        "replyToReview" | "reportReview" | "moderateReview" => published(world).await,
        "getDispute" | "decideDispute" => disputed(world).await,
        "releaseHold" => kept(world).await,
        "listReviews" => "ines".to_owned(),
        "revokeApiKey" => api_key(world).await,
        "getCalendar" => secret(world).await,
        _ if path.starts_with("/api/users/{id}") => somebody(world).await,
        _ => booked(world).await,
    };
    Thing { id, proposal }
}

/// Everybody has their time back, for what is made next.
pub(super) async fn clear(world: &World) {
    for sql in ["UPDATE sessions SET blocking = false WHERE blocking", "DELETE FROM holds"] {
        sqlx::query(sql).execute(&world.database.pool).await.expect(sql);
    }
}

fn id(thing: &Value) -> String {
    thing["id"].as_str().expect("an id").to_owned()
}

async fn change(world: &World, sql: &'static str, lesson: &str) {
    let lesson: Uuid = lesson.parse().expect("a UUID");
    sqlx::query(sql).bind(lesson).execute(&world.database.pool).await.expect(sql);
}

/// A lesson in ten minutes.
async fn booked(world: &World) -> String {
    id(&world.booked(10).await)
}

/// A group lesson of Inês, in which Jonas has one of four seats.
async fn seated(world: &World) -> String {
    let mut lesson = world.lesson("ines", 10);
    lesson["capacity"] = json!(4);
    let made = world.user("ines").post("/api/sessions", &lesson).await;
    let lesson = id(&made.expect(StatusCode::CREATED));
    let path = format!("/api/sessions/{lesson}/seats");
    world.user("jonas").post(&path, &json!({})).await.expect(StatusCode::OK);
    lesson
}

/// A lesson that Inês has not confirmed yet.
async fn requested(world: &World) -> String {
    let lesson = booked(world).await;
    change(
        world,
        "UPDATE sessions SET confirmation = 'pending', confirm_by = scheduled_at WHERE id = $1",
        &lesson,
    )
    .await;
    lesson
}

/// Inês proposes another time for a lesson.
async fn proposed(world: &World, lesson: &str) -> String {
    let path = format!("/api/sessions/{lesson}/proposals");
    let body = json!({ "scheduledAt": world.in_minutes(LATER) });
    let lesson = world.user("ines").post(&path, &body).await.expect(StatusCode::CREATED);
    id(&lesson["proposal"])
}

/// A lesson that took place some hours ago.
async fn held(world: &World) -> String {
    let lesson = booked(world).await;
    let pool = &world.database.pool;
    sqlx::query(
        "UPDATE sessions SET status = 'completed', version = version + 1, \
         started_at = scheduled_at - $2, finished_at = ends_at - $2, \
         during = tstzrange(lower(during) - $2, upper(during) - $2) WHERE id = $1",
    )
    .bind(lesson.parse::<Uuid>().expect("a UUID"))
    .bind(chrono::TimeDelta::minutes(PAST))
    .execute(pool)
    .await
    .expect("the lesson took place");
    lesson
}

/// Jonas says what he thinks of it.
async fn reviewed(world: &World, lesson: &str) -> String {
    let body = json!({ "sessionId": lesson, "rating": 4, "comment": "Clear." });
    let written = world.user("jonas").post("/api/reviews", &body).await;
    id(&written.expect(StatusCode::CREATED))
}

/// What Jonas said of Inês, for everybody to read.
async fn published(world: &World) -> String {
    let lesson = held(world).await;
    let review = reviewed(world, &lesson).await;
    let body = json!({ "sessionId": lesson, "rating": 5 });
    world.user("ines").post("/api/reviews", &body).await.expect(StatusCode::CREATED);
    review
}

/// Jonas complains of a lesson.
async fn disputed(world: &World) -> String {
    let path = format!("/api/sessions/{}/disputes", held(world).await);
    let body = json!({ "reason": "Nobody came." });
    id(&world.user("jonas").post(&path, &body).await.expect(StatusCode::CREATED))
}

/// A time of Inês that is kept for Jonas.
async fn kept(world: &World) -> String {
    let start = rfc3339(world.now() + chrono::TimeDelta::minutes(LATER));
    let body = json!({ "teacher": "ines", "start": start, "duration": 60 });
    id(&world.user("jonas").post("/api/holds", &body).await.expect(StatusCode::CREATED))
}

async fn api_key(world: &World) -> String {
    let body = json!({ "name": "to be revoked", "scopes": ["sessions:read"] });
    let made = world.user("ada").post("/api/admin/api-keys", &body).await;
    id(&made.expect(StatusCode::CREATED))
}

/// The secret of an address at which the lessons of Inês are subscribed to.
async fn secret(world: &World) -> String {
    let ines = world.user("ines");
    let set = async |subscribe: bool| -> Reply {
        let body = json!({ "subscribe": subscribe }).to_string();
        ines.send(Method::PUT, "/api/me/calendar-feeds", Some(body), &[]).await
    };
    set(false).await.expect(StatusCode::OK);
    let made = set(true).await.expect(StatusCode::OK);
    let url = made["subscribe"]["url"].as_str().expect("a URL");
    url.trim_end_matches(".ics").rsplit('/').next().expect("a file").to_owned()
}

/// A person whom nothing else is about, named after a lesson.
async fn somebody(world: &World) -> String {
    let id = booked(world).await;
    let (path, body) = (format!("/api/users/{id}"), json!({ "name": "Tom" }));
    let made = world.user("ada").send(Method::PUT, &path, Some(body.to_string()), &[]).await;
    made.expect(StatusCode::CREATED);
    id
}
