//! `POST /api/sessions/{id}/join`: the door and the key.

use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use lectern_domain::room::{Role, RoomGrant};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{ROOM_KEY, World, rfc3339};

fn path(session: &Value) -> String {
    format!("/api/sessions/{}/join", session["id"].as_str().expect("an id"))
}

fn grant(join: &Value) -> RoomGrant {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[RoomGrant::AUDIENCE]);
    // The world's clock is not the system's.
    validation.validate_exp = false;
    let token = join["token"].as_str().expect("a token");
    let key = DecodingKey::from_secret(ROOM_KEY);
    jsonwebtoken::decode(token, &key, &validation).expect("a good grant").claims
}

#[tokio::test]
async fn each_gets_the_role_of_the_booking() {
    let world = World::new().await;
    let session = world.booked(10).await;
    for (who, role, wire) in [
        ("ines", Role::Teacher, "teacher"),
        ("jonas", Role::Student, "student"),
        ("ada", Role::Observer, "observer"),
    ] {
        let join = world.user(who).post(&path(&session), &json!({})).await.expect(StatusCode::OK);
        assert_eq!(join["role"], wire);
        assert_eq!(join["url"], "ws://127.0.0.1:9/signal");
        assert_eq!(join["iceServers"], json!([{ "urls": ["stun:127.0.0.1:3478"] }]));
        assert_eq!(join["expiresAt"], rfc3339(world.now() + TimeDelta::minutes(5)));
        assert_eq!(join["session"]["id"], session["id"]);
        let grant = grant(&join);
        assert_eq!(grant.role, role);
        assert_eq!(grant.sub.as_str(), who);
        assert_eq!(grant.name.to_lowercase(), who);
        assert_eq!(grant.room.to_string(), session["id"]);
        assert_eq!((grant.fence, grant.exp - grant.iat), (7, 300));
        assert_eq!(grant.iat, world.now().timestamp());
    }
    world.user("mira").post(&path(&session), &json!({})).await.problem(403, "not_participant");
}

#[tokio::test]
async fn the_door_opens_and_closes() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let jonas = world.user("jonas");
    let problem = jonas.post(&path(&session), &json!({})).await.problem(409, "too_early_to_join");
    assert_eq!(problem["opensAt"], session["joinOpensAt"]);
    world.clock.advance(TimeDelta::minutes(45));
    jonas.post(&path(&session), &json!({})).await.expect(StatusCode::OK);
    world.clock.advance(TimeDelta::minutes(89));
    jonas.post(&path(&session), &json!({})).await.expect(StatusCode::OK);
    world.clock.advance(TimeDelta::minutes(1));
    jonas.post(&path(&session), &json!({})).await.problem(409, "lesson_over");
}

#[tokio::test]
async fn a_cancelled_lesson_has_no_door() {
    let world = World::new().await;
    let session = world.booked(10).await;
    let jonas = world.user("jonas");
    let lesson = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    jonas.delete(&lesson).await.expect(StatusCode::OK);
    jonas.post(&path(&session), &json!({})).await.problem(409, "session_cancelled");
}

#[tokio::test]
async fn without_a_media_node_there_is_no_room() {
    let world = World::new().await;
    let session = world.booked(10).await;
    *world.rooms.down.lock().expect("not poisoned") = true;
    let reply = world.user("jonas").post(&path(&session), &json!({})).await;
    reply.problem(503, "unavailable");
    assert_eq!(reply.header("retry-after"), "1");
}

#[tokio::test]
async fn chat_and_attendance_are_their_peoples() {
    let world = World::new().await;
    let session = world.booked(10).await;
    let id: uuid::Uuid = session["id"].as_str().expect("an id").parse().expect("a UUID");
    let pool = &world.database.pool;
    sqlx::query(
        "INSERT INTO chat_messages (session_id, user_id, name, client_id, body, sent_at) \
         SELECT $1, 'jonas', 'Jonas', n::text, 'line ' || n, $2 FROM generate_series(1, 201) n",
    )
    .bind(id)
    .bind(world.now())
    .execute(pool)
    .await
    .expect("writes the chat");
    sqlx::query(
        "INSERT INTO attendance (session_id, participant, user_id, role, node_id, joined_at) \
         VALUES ($1, '00000000000000aa', 'jonas', 'student', $1, $2)",
    )
    .bind(id)
    .bind(world.now())
    .execute(pool)
    .await
    .expect("writes the attendance");

    let ines = world.user("ines");
    let chat = format!("/api/sessions/{id}/chat");
    let page = ines.get(&chat).await.expect(StatusCode::OK);
    let line = &page["items"][0];
    assert_eq!((&line["user"], &line["text"]), (&json!("jonas"), &json!("line 1")));
    assert_eq!(page["items"].as_array().map(Vec::len), Some(200));
    let cursor = page["nextCursor"].as_str().expect("a cursor");
    let rest = ines.get(&format!("{chat}?cursor={cursor}")).await.expect(StatusCode::OK);
    assert_eq!(rest["items"][0]["text"], "line 201");
    assert_eq!(rest["nextCursor"], Value::Null);
    assert_eq!(ines.get(&format!("{chat}?cursor=x")).await.pointers(), ["?cursor"]);
    // Admins see that there were words.
    let seen = world.user("ada").get(&chat).await.expect(StatusCode::OK);
    let (line, hers) = (&seen["items"][0], &page["items"][0]);
    assert_eq!((&line["text"], &line["sentAt"]), (&Value::Null, &hers["sentAt"]));
    assert_eq!((&line["user"], hers["text"].is_string()), (&hers["user"], true));

    let attendance = format!("/api/sessions/{id}/attendance");
    let came = ines.get(&attendance).await.expect(StatusCode::OK);
    let expected = json!({ "items": [{
        "participant": "00000000000000aa", "user": "jonas", "role": "student",
        "joinedAt": rfc3339(world.now()), "connectedAt": null, "leftAt": null, "leftReason": null,
        "lossRate": null,
    }] });
    assert_eq!(came, expected);
}

#[tokio::test]
async fn a_panic_is_a_fault_like_any_other() {
    let world = World::new().await;
    let session = world.booked(10).await;
    let jonas = world.user("jonas");
    world.rooms.panics.store(true, Ordering::SeqCst);
    let problem = jonas.post(&path(&session), &json!({})).await.problem(500, "internal");
    assert_eq!(problem.get("detail"), None, "{problem}");
    world.rooms.panics.store(false, Ordering::SeqCst);
    jonas.post(&path(&session), &json!({})).await.expect(StatusCode::OK);
}
