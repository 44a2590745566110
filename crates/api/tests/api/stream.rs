//! Notices that come by themselves.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Client, World};

/// As many as one person may have on a node.
const STREAMS_OF_ONE: usize = 8;

async fn read_all(client: &Client<'_>) {
    let read = client.post("/api/notifications/read", &json!({ "all": true })).await;
    assert_eq!(read.status, StatusCode::NO_CONTENT);
}

/// The latest notice, as the list has it.
async fn latest(client: &Client<'_>) -> Value {
    let list = client.get("/api/notifications?limit=1").await.expect(StatusCode::OK);
    list["items"][0].clone()
}

#[tokio::test]
async fn a_notice_comes_to_whom_it_is_for() {
    let world = World::new().await;
    world.booked(60).await;
    let (ines, jonas) = (world.user("ines"), world.user("jonas"));
    let (mut hers, mut his) = (ines.listen(None).await, jonas.listen(None).await);
    for (name, value) in
        [("cache-control", "no-store"), ("x-accel-buffering", "no"), ("content-encoding", "")]
    {
        let header = hers.response.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(header.unwrap_or(""), value, "{name}");
    }
    // What was there before is counted, and does not come.
    let first = hers.next().await.expect("an event");
    assert_eq!((first.event.as_str(), &first.data), ("unread", &json!({ "unread": 1 })));
    world.clock.advance(TimeDelta::seconds(1));
    let session = world.booked(180).await;
    let notice = hers.notice().await;
    assert_eq!(notice.data, latest(&ines).await);
    assert_eq!(notice.id.as_deref(), notice.data["id"].as_str());
    assert_eq!(
        (&notice.data["kind"], &notice.data["sessionId"]),
        (&json!("session_booked"), &session["id"])
    );
    hers.unread(2).await;
    read_all(&ines).await;
    hers.unread(0).await;
    // Jonas has heard of none of this, and now hears of one thing.
    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    ines.delete(&path).await.expect(StatusCode::OK);
    his.unread(0).await;
    assert_eq!(his.next().await.map(|event| event.data), Some(latest(&jonas).await));
    his.unread(1).await;
}

#[tokio::test]
async fn a_stream_goes_on_where_another_ended() {
    let world = World::new().await;
    let ines = world.user("ines");
    let mut stream = ines.listen(None).await;
    world.booked(60).await;
    let first = stream.notice().await.id.expect("an id");
    drop(stream);
    for minutes in [180, 300, 420] {
        world.booked(minutes).await;
    }
    let starts = [180, 300, 420].map(|minutes| json!(world.in_minutes(minutes)));
    let mut stream = ines.listen(Some(&first)).await;
    let mut last = String::new();
    for start in &starts {
        let notice = stream.notice().await;
        assert_eq!(&notice.data["payload"]["scheduledAt"], start);
        last = notice.id.expect("an id");
    }
    // What was read anew does not come again by the way of what is new.
    world.booked(540).await;
    let notice = stream.notice().await;
    assert_eq!(notice.data["payload"]["scheduledAt"], world.in_minutes(540));
    drop(stream);
    let mut stream = ines.listen(Some(&last)).await;
    assert_eq!(stream.notice().await, notice);
    // Another's notice is as good as none.
    let mut his = world.user("jonas").listen(Some(&last)).await;
    his.unread(0).await;
    let malformed = [("last-event-id", "7")];
    let path = "/api/notifications/stream";
    let refused = ines.send(reqwest::Method::GET, path, None, &malformed).await;
    assert_eq!(refused.pointers(), ["Last-Event-ID"]);
}

#[tokio::test]
async fn more_is_missed_than_a_page_holds() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let ines = world.user("ines");
    let first = latest(&ines).await["id"].as_str().expect("an id").to_owned();
    sqlx::query(
        "INSERT INTO notifications (user_id, kind, session_id, payload) \
         SELECT 'ines', 'session_changed', $1, jsonb_build_object('n', n) \
         FROM generate_series(1, 450) AS n",
    )
    .bind(session["id"].as_str().and_then(|id| id.parse::<uuid::Uuid>().ok()))
    .execute(&world.database.pool)
    .await
    .expect("notices are written");
    let mut stream = ines.listen(Some(&first)).await;
    for n in 1..=450 {
        assert_eq!(stream.notice().await.data["payload"]["n"], n);
    }
}

#[tokio::test]
async fn what_one_node_writes_another_tells() {
    let world = World::new().await;
    let other = world.beside().await;
    let mut here = world.user("ines").listen(None).await;
    let mut there = other.user("ines").listen(None).await;
    for (node, minutes) in [(&world, 60), (&other, 180)] {
        let session = node.booked(minutes).await;
        let (one, two) = (here.notice().await, there.notice().await);
        assert_eq!(one.data["sessionId"], session["id"]);
        assert_eq!(one, two);
    }
}

/// Places in the order are given out before a transaction commits.
#[tokio::test]
async fn a_notice_that_was_held_up_is_not_lost() {
    let world = World::new().await;
    world.booked(60).await;
    let mut stream = world.user("ines").listen(None).await;
    let insert = "INSERT INTO notifications (user_id, kind) VALUES ('ines', $1)";
    let mut slow = world.database.pool.begin().await.expect("a transaction");
    let early = sqlx::query(insert).bind("early").execute(&mut *slow);
    early.await.expect("a notice is written");
    let late = sqlx::query(insert).bind("late").execute(&world.database.pool);
    late.await.expect("a notice is written");
    assert_eq!(stream.notice().await.data["kind"], "late");
    slow.commit().await.expect("it is committed");
    assert_eq!(stream.notice().await.data["kind"], "early");
}

#[tokio::test]
async fn a_stream_ends_with_its_token_and_with_the_node() {
    let world = World::new().await;
    let soon = json!({ "sub": "ines", "exp": world.now().timestamp() + 2 });
    let mut stream = world.with_claims(&soon).listen(None).await;
    stream.unread(0).await;
    assert_eq!(stream.next().await, None, "the token has expired");
    let mut stream = world.user("ines").listen(None).await;
    stream.unread(0).await;
    world.stop.cancel();
    assert_eq!(stream.next().await, None, "the node stops");
}

#[tokio::test]
async fn a_person_has_so_many_streams_and_gets_them_back() {
    let world = World::new().await;
    let ines = world.user("ines");
    let mut open = Vec::new();
    for _ in 0..STREAMS_OF_ONE {
        open.push(ines.listen(None).await);
    }
    let path = "/api/notifications/stream";
    let refused = ines.get(path).await;
    refused.problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "20");
    world.user("jonas").listen(None).await.unread(0).await;
    assert!(gauge(&world) >= STREAMS_OF_ONE as i64);
    drop(open);
    // The server sees by and by that they have gone.
    while gauge(&world) > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    ines.listen(None).await.unread(0).await;
}

fn gauge(world: &World) -> i64 {
    let families = world.registry.gather();
    let family = families.iter().find(|family| family.name() == "lectern_notification_streams");
    family.expect("it is counted").get_metric()[0].get_gauge().get_value() as i64
}
