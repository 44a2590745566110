//! Reviews: of whom, when, how often, and in numbers.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{World, rfc3339};

fn review(session: &Value, rating: i64) -> Value {
    json!({ "sessionId": session["id"], "rating": rating, "comment": "Patient.\nClear." })
}

#[tokio::test]
async fn both_review_each_other_once() {
    let world = World::new().await;
    let session = world.took_place().await;
    let (ines, jonas) = (world.user("ines"), world.user("jonas"));
    let written =
        jonas.post("/api/reviews", &review(&session, 4)).await.expect(StatusCode::CREATED);
    assert_eq!(
        written,
        json!({
            "id": written["id"], "reviewerId": "jonas", "revieweeId": "ines",
            "sessionId": session["id"], "rating": 4, "comment": "Patient.\nClear.",
            "createdAt": rfc3339(world.now()),
        })
    );
    jonas.post("/api/reviews", &review(&session, 5)).await.problem(409, "already_reviewed");
    let mut hers = review(&session, 5);
    hers["revieweeId"] = json!("jonas");
    ines.post("/api/reviews", &hers).await.expect(StatusCode::CREATED);

    let of_ines = world.user("mira").get("/api/reviews/ines").await.expect(StatusCode::OK);
    assert_eq!(of_ines["average"], 4.0);
    assert_eq!((&of_ines["count"], &of_ines["histogram"]), (&json!(1), &json!([0, 0, 0, 1, 0])));
    let listed = &of_ines["items"][0];
    assert_eq!((&listed["id"], &listed["reviewerName"]), (&written["id"], &json!("Jonas")));
    assert_eq!(listed.get("sessionTitle"), None, "the lesson is not a stranger's business");
    let own = ines.get("/api/reviews/ines").await.expect(StatusCode::OK);
    assert_eq!(own["items"][0]["sessionTitle"], "Past tenses");

    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    assert_eq!(jonas.get(&path).await.expect(StatusCode::OK)["reviewed"], true);
    assert_eq!(world.user("ada").get(&path).await.expect(StatusCode::OK)["reviewed"], false);
    let notices = ines.get("/api/notifications").await.expect(StatusCode::OK);
    assert_eq!(notices["items"][0]["kind"], "review_received");
    assert_eq!(notices["items"][0]["payload"]["rating"], 4);
    let all = world.user("ada").get("/api/admin/reviews?limit=1").await.expect(StatusCode::OK);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1));
    assert!(all["nextCursor"].is_string());
}

#[tokio::test]
async fn only_a_lesson_that_took_place_is_reviewed_and_by_its_people() {
    let world = World::new().await;
    let missed = world.booked(60).await;
    let jonas = world.user("jonas");
    jonas.post("/api/reviews", &review(&missed, 5)).await.problem(409, "not_reviewable");
    world.clock.advance(chrono::TimeDelta::hours(3));
    jonas.post("/api/reviews", &review(&missed, 5)).await.problem(409, "not_reviewable");
    let session = world.took_place().await;
    for stranger in ["mira", "daniel", "ada"] {
        let reply = world.user(stranger).post("/api/reviews", &review(&session, 1)).await;
        reply.problem(403, "not_participant");
    }
    for other in ["jonas", "mira"] {
        let mut of = review(&session, 1);
        of["revieweeId"] = json!(other);
        assert_eq!(jonas.post("/api/reviews", &of).await.pointers(), ["/revieweeId"]);
    }
}

#[tokio::test]
async fn of_reviews_that_race_one_counts() {
    let world = World::new().await;
    let session = world.took_place().await;
    let (jonas, body) = (world.user("jonas"), review(&session, 5));
    let replies =
        futures_util::future::join_all((0..8).map(|_| jonas.post("/api/reviews", &body))).await;
    let written = replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count();
    for reply in replies.iter().filter(|reply| reply.status != StatusCode::CREATED) {
        reply.problem(409, "already_reviewed");
    }
    assert_eq!(written, 1);
    let of = jonas.get("/api/reviews/ines").await.expect(StatusCode::OK);
    assert_eq!((&of["count"], &of["histogram"]), (&json!(1), &json!([0, 0, 0, 0, 1])));
}

#[tokio::test]
async fn numbers_and_pages_of_many() {
    let world = World::new().await;
    let ratings = [5, 3, 4, 5];
    for rating in ratings {
        let session = world.took_place().await;
        let reply = world.user("jonas").post("/api/reviews", &review(&session, rating)).await;
        reply.expect(StatusCode::CREATED);
    }
    let jonas = world.user("jonas");
    let mut seen = Vec::new();
    let mut path = "/api/reviews/ines?limit=3".to_owned();
    loop {
        let page = jonas.get(&path).await.expect(StatusCode::OK);
        assert_eq!((&page["average"], &page["count"]), (&json!(4.25), &json!(4)));
        let items = page["items"].as_array().expect("items").clone();
        seen.extend(items.iter().map(|item| item["rating"].as_i64().expect("a rating")));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/api/reviews/ines?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, [5, 4, 3, 5], "the newest first");
    let nobody = jonas.get("/api/reviews/nobody").await.expect(StatusCode::OK);
    let empty = json!({ "items": [], "nextCursor": null, "average": null, "count": 0,
        "histogram": [0, 0, 0, 0, 0] });
    assert_eq!(nobody, empty);
}

#[tokio::test]
async fn a_repeated_review_is_written_once() {
    let world = World::new().await;
    let session = world.took_place().await;
    let jonas = world.user("jonas");
    let write = async |rating| {
        let body = Some(review(&session, rating).to_string());
        let headers = [("idempotency-key", "one")];
        jonas.send(Method::POST, "/api/reviews", body, &headers).await
    };
    let first = write(5).await.expect(StatusCode::CREATED);
    assert_eq!(write(5).await.expect(StatusCode::CREATED), first);
    write(4).await.problem(422, "idempotency_mismatch");
}
