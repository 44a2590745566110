//! Notices to the other person, and what else a change owes.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::World;

async fn notices(world: &World, who: &str) -> Value {
    world.user(who).get("/api/notifications").await.expect(StatusCode::OK)
}

#[tokio::test]
async fn the_other_person_is_told() {
    let world = World::new().await;
    let session = world.booked(60).await;
    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    let ines = world.user("ines");
    ines.put(&path, 1, &json!({ "title": "Subjunctive" })).await.expect(StatusCode::OK);
    let later = json!({ "scheduledAt": world.in_minutes(300) });
    ines.put(&path, 2, &later).await.expect(StatusCode::OK);
    world.user("ada").delete(&path).await.expect(StatusCode::OK);

    let kinds = |notices: &Value| -> Vec<String> {
        let items = notices["items"].as_array().expect("items");
        let mut kinds: Vec<String> =
            items.iter().map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect();
        // All happened in one second of the world's clock.
        kinds.sort();
        kinds
    };
    let (hers, his) = (notices(&world, "ines").await, notices(&world, "jonas").await);
    assert_eq!(kinds(&hers), ["session_booked", "session_cancelled"]);
    assert_eq!(kinds(&his), ["session_cancelled", "session_changed", "session_rescheduled"]);
    assert_eq!((&hers["unread"], &his["unread"]), (&json!(2), &json!(3)));
    assert_eq!(notices(&world, "mira").await["items"], json!([]));
    let moved = his["items"].as_array().expect("items").iter();
    let moved = moved.filter(|item| item["kind"] == "session_rescheduled").collect::<Vec<_>>();
    assert_eq!(moved[0]["sessionId"], session["id"]);
    assert_eq!(moved[0]["payload"]["actorName"], "Ines");
    assert_eq!(moved[0]["payload"]["scheduledAt"], later["scheduledAt"]);
    assert_eq!(moved[0]["payload"]["previously"]["scheduledAt"], session["scheduledAt"]);
}

#[tokio::test]
async fn notices_are_read_by_whom_they_are_for() {
    let world = World::new().await;
    for minutes in [60, 180, 300] {
        world.booked(minutes).await;
    }
    let ines = world.user("ines");
    let page = ines.get("/api/notifications?limit=2").await.expect(StatusCode::OK);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(page["unread"], 3);
    let cursor = page["nextCursor"].as_str().expect("a cursor");
    let rest =
        ines.get(&format!("/api/notifications?cursor={cursor}")).await.expect(StatusCode::OK);
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));

    let ids = json!({ "ids": [page["items"][0]["id"]] });
    let read = "/api/notifications/read";
    assert_eq!(world.user("mira").post(read, &ids).await.status, StatusCode::NO_CONTENT);
    assert_eq!(notices(&world, "ines").await["unread"], 3, "they are not Mira's");
    assert_eq!(ines.post(read, &ids).await.status, StatusCode::NO_CONTENT);
    let after = notices(&world, "ines").await;
    assert_eq!(after["unread"], 2);
    assert_eq!(ines.post(read, &json!({ "all": true })).await.status, StatusCode::NO_CONTENT);
    assert_eq!(notices(&world, "ines").await["unread"], 0);

    for bad in [json!({}), json!({ "all": false }), json!({ "all": true, "ids": [] })] {
        assert_eq!(ines.post(read, &bad).await.pointers(), ["/ids"], "{bad}");
    }
    assert_eq!(ines.post(read, &json!({ "ids": ["x"] })).await.pointers(), ["/ids/0"]);
    let many = vec![uuid::Uuid::nil().to_string(); 201];
    assert_eq!(ines.post(read, &json!({ "ids": many })).await.pointers(), ["/ids"]);
}

/// The record, the notices and the messages are there with the change, or not
/// at all.
#[tokio::test]
async fn what_a_change_owes_is_written_with_it() {
    let world = World::new().await;
    let two_days = 2 * 24 * 60;
    let session = world.booked(two_days).await;
    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    let counts = async || {
        let count = |table: &'static str| {
            let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
            sqlx::query_scalar::<_, i64>(sql).fetch_one(&world.database.pool)
        };
        let (audit, notices, outbox) =
            tokio::join!(count("audit_events"), count("notifications"), count("outbox"));
        [audit, notices, outbox].map(|count| count.expect("a count"))
    };
    // Three reminders for each of the two.
    assert_eq!(counts().await, [1, 1, 6]);
    world
        .user("mira")
        .post("/api/sessions", &world.lesson("ines", two_days))
        .await
        .problem(409, "slot_taken");
    assert_eq!(counts().await, [1, 1, 6]);
    let sooner = json!({ "scheduledAt": world.in_minutes(120) });
    world.user("jonas").put(&path, 1, &sooner).await.expect(StatusCode::OK);
    // The reminder of a day before has no time any more.
    assert_eq!(counts().await, [2, 2, 10]);
    world.user("jonas").delete(&path).await.expect(StatusCode::OK);
    assert_eq!(counts().await, [3, 3, 10]);
}
