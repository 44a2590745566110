//! What the media plane says of a lesson, to those who may know: who is in a
//! room now, and how good a call was.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{World, rfc3339};

/// A node that is alive, or was until some seconds ago.
async fn node(world: &World, seconds_ago: f64) -> Uuid {
    sqlx::query_scalar(
        "INSERT INTO media_nodes (id, epoch, url, region, state, heartbeat_at) \
         VALUES (gen_random_uuid(), 1, 'ws://x', 'lisbon', 'active', \
                 clock_timestamp() - make_interval(secs => $1)) RETURNING id",
    )
    .bind(seconds_ago)
    .fetch_one(&world.database.pool)
    .await
    .expect("a node")
}

/// Gives a lesson's room to a node.
async fn lease(world: &World, lesson: &Value, node: Uuid, at: DateTime<Utc>) -> Uuid {
    let id: Uuid = lesson["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    sqlx::query("INSERT INTO room_leases VALUES ($1, $2, 1, 1, $3)")
        .bind(id)
        .bind(node)
        .bind(at)
        .execute(&world.database.pool)
        .await
        .expect("a lease");
    id
}

/// Somebody who came, and their counts once they have left.
async fn stay(world: &World, session: Uuid, node: Uuid, user: &str, left: Option<[i64; 4]>) {
    let counts = left.unwrap_or_default();
    sqlx::query(
        "INSERT INTO attendance VALUES ($1, $2, $3, $4, $5, $6, $6 + interval '250 ms', $7, NULL, \
         $8, $9, $10, $11)",
    )
    .bind(session)
    .bind(format!("{user:0>16}"))
    .bind(user)
    .bind(if user == "ines" { "teacher" } else { "student" })
    .bind(node)
    .bind(world.now())
    .bind(left.map(|_| world.now() + TimeDelta::minutes(50)))
    .bind(counts[0])
    .bind(counts[1])
    .bind(counts[2])
    .bind(counts[3])
    .execute(&world.database.pool)
    .await
    .expect("a stay");
}

#[tokio::test]
async fn an_admin_sees_the_rooms_in_which_somebody_is() {
    let world = World::new().await;
    let here = node(&world, 0.0).await;
    let gone = node(&world, 60.0).await;
    let ada = world.user("ada");
    assert_eq!(ada.get("/api/admin/rooms").await.expect(StatusCode::OK)["items"], json!([]));
    let live = world.booked(10).await;
    let id = lease(&world, &live, here, world.now()).await;
    stay(&world, id, here, "ines", None).await;
    stay(&world, id, here, "jonas", None).await;
    // Of what was before, what is over, and what went with its node.
    stay(&world, id, gone, "mira", None).await;
    let empty = world.booked(200).await;
    let empty = lease(&world, &empty, here, world.now()).await;
    stay(&world, empty, here, "ines", Some([0; 4])).await;
    let lost = world.booked(400).await;
    let lost = lease(&world, &lost, gone, world.now()).await;
    stay(&world, lost, gone, "ines", None).await;

    let page = ada.get("/api/admin/rooms").await.expect(StatusCode::OK);
    let came = rfc3339(world.now());
    let person = |user: &str, name: &str, role: &str, connected: &Value| json!({ "user": user, "name": name, "role": role, "joinedAt": came, "connectedAt": connected });
    let connected = &page["items"][0]["people"][0]["connectedAt"];
    let expected = json!([{
        "sessionId": live["id"], "title": "Past tenses", "scheduledAt": live["scheduledAt"],
        "endsAt": rfc3339(world.now() + TimeDelta::minutes(70)), "node": here,
        "region": "lisbon", "since": came,
        "people": [person("ines", "ines", "teacher", connected),
                   person("jonas", "Jonas", "student", connected)],
    }]);
    assert_eq!(page["items"], expected);
    assert!(connected.is_string());
    world.user("ines").get("/api/admin/rooms").await.problem(403, "forbidden");
}

#[tokio::test]
async fn rooms_come_page_by_page() {
    let world = World::new().await;
    let here = node(&world, 0.0).await;
    for n in 0..5 {
        let lesson = world.booked(100 * n + 10).await;
        let id = lease(&world, &lesson, here, world.now() - TimeDelta::seconds(n)).await;
        stay(&world, id, here, "ines", None).await;
    }
    let (mut seen, mut path) = (Vec::new(), "/api/admin/rooms?limit=2".to_owned());
    loop {
        let page = world.user("ada").get(&path).await.expect(StatusCode::OK);
        seen.extend(
            page["items"].as_array().expect("items").iter().map(|r| r["since"].to_string()),
        );
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/api/admin/rooms?limit=2&cursor={cursor}");
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|a, b| a >= b), "{seen:?}");
}

#[tokio::test]
async fn the_participants_see_how_good_a_call_was() {
    let world = World::new().await;
    let lesson = world.booked(10).await;
    let path = format!("/api/sessions/{}/quality", lesson["id"].as_str().expect("an id"));
    let jonas = world.user("jonas");
    let nothing = jonas.get(&path).await.expect(StatusCode::OK);
    assert_eq!(nothing, json!({ "items": [], "lossRate": null }));
    let here = node(&world, 0.0).await;
    let id = lease(&world, &lesson, here, world.now()).await;
    stay(&world, id, here, "ines", Some([600, 300, 1000, 100])).await;
    stay(&world, id, here, "jonas", Some([0, 0, 900, 0])).await;
    let quality = jonas.get(&path).await.expect(StatusCode::OK);
    let expected = json!({
        "participant": "000000000000ines", "user": "ines", "role": "teacher",
        "joinedAt": rfc3339(world.now()), "connectMilliseconds": 250, "audioPacketsIn": 600,
        "videoPacketsIn": 300, "packetsOut": 1000, "lostIn": 100, "lossRate": 0.1,
    });
    assert_eq!(quality["items"][0], expected);
    assert_eq!(quality["items"][1]["lossRate"], Value::Null, "nothing was sent");
    assert_eq!(quality["lossRate"], 0.1);
}
