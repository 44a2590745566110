//! Reviews: of whom, when, how often, and who sees them.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{World, publish_due, rfc3339};

fn review(session: &Value, rating: i64) -> Value {
    json!({ "sessionId": session["id"], "rating": rating, "comment": "Patient.\nClear." })
}

fn own(session: &Value) -> String {
    format!("/api/sessions/{}/review", session["id"].as_str().expect("an id"))
}

async fn put(world: &World, who: &str, session: &Value, body: Value) -> crate::support::Reply {
    world.user(who).send(Method::PUT, &own(session), Some(body.to_string()), &[]).await
}

/// A lesson that both have reviewed: Jonas with these stars.
async fn both_wrote(world: &World, rating: i64) -> Value {
    let session = world.took_place().await;
    let written = world.user("jonas").post("/api/reviews", &review(&session, rating)).await;
    world.user("ines").post("/api/reviews", &review(&session, 5)).await.expect(StatusCode::CREATED);
    written.expect(StatusCode::CREATED)
}

/// What anybody learns who asks everywhere.
async fn seen_by(world: &World, who: &str) -> String {
    let mut seen = String::new();
    for path in [
        "/api/reviews/ines",
        "/api/reviews/jonas",
        "/api/teachers",
        "/api/notifications",
        "/api/sessions",
        "/api/history",
    ] {
        seen += &world.user(who).get(path).await.expect(StatusCode::OK).to_string();
    }
    seen
}

#[tokio::test]
async fn nobody_sees_a_review_before_both_have_written() {
    let world = World::new().await;
    let session = world.took_place().await;
    let before = (seen_by(&world, "ines").await, seen_by(&world, "mira").await);
    let jonas = world.user("jonas");
    let written =
        jonas.post("/api/reviews", &review(&session, 4)).await.expect(StatusCode::CREATED);
    let expected = json!({
        "id": written["id"], "reviewerId": "jonas", "revieweeId": "ines",
        "sessionId": session["id"], "skill": "", "rating": 4, "comment": "Patient.\nClear.",
        "skillLevel": null, "createdAt": rfc3339(world.now()), "state": "pending",
        "publishedAt": null, "reply": null, "repliedAt": null,
    });
    assert_eq!(written, expected);
    jonas.post("/api/reviews", &review(&session, 5)).await.problem(409, "already_reviewed");
    // Neither a text nor a number anywhere says that there is one.
    assert_eq!((seen_by(&world, "ines").await, seen_by(&world, "mira").await), before);
    let id = written["id"].as_str().expect("an id");
    for path in ["reply", "report"] {
        let body = if path == "reply" { json!({ "text": "x" }) } else { json!({ "reason": "x" }) };
        let reply = world.user("ines").post(&format!("/api/reviews/{id}/{path}"), &body).await;
        reply.problem(404, "not_found");
    }
    let events = format!("/api/sessions/{}/events", session["id"].as_str().expect("an id"));
    let record = world.user("ines").get(&events).await.expect(StatusCode::OK);
    assert!(!record.to_string().contains("review"), "{record}");
    assert!(jonas.get(&events).await.expect(StatusCode::OK).to_string().contains("review_written"));

    let hers = world.user("ines").post("/api/reviews", &review(&session, 5)).await;
    assert_eq!(hers.expect(StatusCode::CREATED)["state"], "published");
    let of_ines = world.user("mira").get("/api/reviews/ines").await.expect(StatusCode::OK);
    assert_eq!(of_ines["average"], 4.0);
    assert_eq!((&of_ines["count"], &of_ines["histogram"]), (&json!(1), &json!([0, 0, 0, 1, 0])));
    let listed = &of_ines["items"][0];
    assert_eq!((&listed["id"], &listed["reviewerName"]), (&written["id"], &json!("Jonas")));
    assert_eq!(listed.get("sessionTitle"), None, "the lesson is not a stranger's business");
    let own = world.user("ines").get("/api/reviews/ines").await.expect(StatusCode::OK);
    assert_eq!(own["items"][0]["sessionTitle"], "Past tenses");
    let notices = world.user("ines").get("/api/notifications").await.expect(StatusCode::OK);
    assert_eq!(notices["items"][0]["kind"], "review_received");
    assert_eq!(notices["items"][0]["payload"]["rating"], 4);
    let path = format!("/api/sessions/{}", session["id"].as_str().expect("an id"));
    assert_eq!(jonas.get(&path).await.expect(StatusCode::OK)["reviewed"], true);
    assert_eq!(world.user("ada").get(&path).await.expect(StatusCode::OK)["reviewed"], false);
}

#[tokio::test]
async fn the_window_closes_for_everybody_at_once() {
    let world = World::new().await;
    let (session, silent) = (world.took_place().await, world.took_place().await);
    let written = world.user("jonas").post("/api/reviews", &review(&session, 4)).await;
    written.expect(StatusCode::CREATED);
    // The last lesson was over a minute ago, the first two hours before.
    world.clock.advance(TimeDelta::days(14) - TimeDelta::minutes(123));
    assert_eq!(publish_due(&world).await, 0);
    put(&world, "jonas", &session, json!({ "rating": 3 })).await.expect(StatusCode::OK);
    world.clock.advance(TimeDelta::minutes(123));
    // What the sweeper has not come to is closed all the same.
    put(&world, "jonas", &session, json!({ "rating": 1 })).await.problem(409, "not_reviewable");
    for who in ["ines", "jonas"] {
        let late = world.user(who).post("/api/reviews", &review(&silent, 5)).await;
        late.problem(409, "not_reviewable");
    }
    assert_eq!(publish_due(&world).await, 1);
    assert_eq!(publish_due(&world).await, 0);
    put(&world, "jonas", &session, json!({ "rating": 1 })).await.problem(409, "review_published");
    let late = world.user("ines").post("/api/reviews", &review(&session, 1)).await;
    late.problem(409, "not_reviewable");
    let of_ines = world.user("mira").get("/api/reviews/ines").await.expect(StatusCode::OK);
    assert_eq!(of_ines["histogram"], json!([0, 0, 1, 0, 0]));
}

#[tokio::test]
async fn a_review_is_its_authors_until_it_is_published() {
    let world = World::new().await;
    let session = world.took_place().await;
    put(&world, "jonas", &session, json!({ "rating": 5 })).await.problem(404, "not_found");
    let jonas = world.user("jonas");
    jonas.post("/api/reviews", &review(&session, 2)).await.expect(StatusCode::CREATED);
    let change = json!({ "rating": 5, "comment": "On reflection.", "skillLevel": 3 });
    let changed = put(&world, "jonas", &session, change).await.expect(StatusCode::OK);
    assert_eq!((&changed["rating"], &changed["skillLevel"]), (&json!(5), &json!(3)));
    let mine = jonas.get(&own(&session)).await.expect(StatusCode::OK);
    assert_eq!(mine["items"], json!([changed]));
    let hers = world.user("ines").get(&own(&session)).await.expect(StatusCode::OK);
    assert_eq!(hers["items"], json!([]));
    let bad = json!({ "rating": 0, "skillLevel": 6 });
    assert_eq!(put(&world, "jonas", &session, bad).await.pointers(), ["/rating", "/skillLevel"]);
    put(&world, "mira", &session, json!({ "rating": 1 })).await.problem(403, "not_participant");
    let both = world.user("ines").post("/api/reviews", &review(&session, 5)).await;
    both.expect(StatusCode::CREATED);
    put(&world, "jonas", &session, json!({ "rating": 1 })).await.problem(409, "review_published");
}

#[tokio::test]
async fn only_a_lesson_that_took_place_is_reviewed_and_by_its_people() {
    let world = World::new().await;
    let missed = world.booked(60).await;
    let jonas = world.user("jonas");
    jonas.post("/api/reviews", &review(&missed, 5)).await.problem(409, "not_reviewable");
    world.clock.advance(TimeDelta::hours(3));
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
async fn of_reviews_that_race_each_counts_once_and_both_appear() {
    let world = World::new().await;
    let session = world.took_place().await;
    let (jonas, ines, body) = (world.user("jonas"), world.user("ines"), review(&session, 5));
    let people = (0..8).map(|n| if n % 2 == 0 { &jonas } else { &ines });
    let racing = people.map(|who| who.post("/api/reviews", &body));
    let replies = futures_util::future::join_all(racing).await;
    let written = replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count();
    for reply in replies.iter().filter(|reply| reply.status != StatusCode::CREATED) {
        reply.problem(409, "already_reviewed");
    }
    assert_eq!(written, 2);
    for who in ["ines", "jonas"] {
        let of = jonas.get(&format!("/api/reviews/{who}")).await.expect(StatusCode::OK);
        assert_eq!((&of["count"], &of["histogram"]), (&json!(1), &json!([0, 0, 0, 0, 1])));
    }
}

#[tokio::test]
async fn numbers_and_pages_of_many() {
    let world = World::new().await;
    for rating in [5, 3, 4, 5] {
        both_wrote(&world, rating).await;
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
    let numbers = json!({ "average": null, "count": 0, "histogram": [0, 0, 0, 0, 0] });
    let mut aggregate = numbers.clone();
    aggregate["bySkill"] = json!([]);
    let mut empty = numbers;
    empty["items"] = json!([]);
    empty["nextCursor"] = json!(null);
    empty["aggregate"] = aggregate;
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

#[tokio::test]
async fn the_reviewee_replies_once() {
    let world = World::new().await;
    let written = both_wrote(&world, 2).await;
    let path = format!("/api/reviews/{}/reply", written["id"].as_str().expect("an id"));
    let reply = json!({ "text": "I was ill that day." });
    for other in ["jonas", "mira", "ada"] {
        world.user(other).post(&path, &reply).await.problem(403, "forbidden");
    }
    let ines = world.user("ines");
    assert_eq!(ines.post(&path, &json!({ "text": " " })).await.pointers(), ["/text"]);
    let replied = ines.post(&path, &reply).await.expect(StatusCode::OK);
    assert_eq!(replied["reply"], "I was ill that day.");
    ines.post(&path, &reply).await.problem(409, "already_replied");
    let seen = world.user("mira").get("/api/reviews/ines").await.expect(StatusCode::OK);
    assert_eq!(seen["items"][0]["repliedAt"], rfc3339(world.now()));
    let notices = world.user("jonas").get("/api/notifications").await.expect(StatusCode::OK);
    assert!(notices.to_string().contains("review_replied"), "{notices}");
}

#[tokio::test]
async fn what_is_reported_is_hidden_and_given_back_with_reasons() {
    let world = World::new().await;
    let written = both_wrote(&world, 1).await;
    let id = written["id"].as_str().expect("an id");
    let ada = world.user("ada");
    for _ in 0..2 {
        let path = format!("/api/reviews/{id}/report");
        let reported = world.user("ines").post(&path, &json!({ "reason": "Not true." })).await;
        assert_eq!(reported.status, StatusCode::NO_CONTENT);
    }
    let reported = ada.get("/api/admin/reviews?state=reported").await.expect(StatusCode::OK);
    assert_eq!(reported["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(reported["items"][0]["reportCount"], 1);
    assert_eq!(reported["items"][0]["reports"][0]["reason"], "Not true.");
    assert_eq!(reported["items"][0]["reports"][0]["reporterId"], "ines");

    let moderate = format!("/api/admin/reviews/{id}/moderate");
    let hide = json!({ "action": "hide", "reason": "It names an address." });
    let restore = json!({ "action": "restore", "reason": "It does not, after all." });
    assert_eq!(ada.post(&moderate, &json!({})).await.pointers(), ["/action", "/reason"]);
    ada.post(&moderate, &restore).await.problem(409, "invalid_transition");
    let hidden = ada.post(&moderate, &hide).await.expect(StatusCode::OK);
    assert_eq!((&hidden["state"], &hidden["hiddenReason"]), (&json!("hidden"), &hide["reason"]));
    ada.post(&moderate, &hide).await.problem(409, "invalid_transition");
    let of_ines = world.user("mira").get("/api/reviews/ines").await.expect(StatusCode::OK);
    assert_eq!((&of_ines["items"], &of_ines["count"]), (&json!([]), &json!(0)));
    assert_eq!(ratings_in_figures(&world).await, [0, 1]);
    let listed = ada.get("/api/admin/reviews?state=hidden").await.expect(StatusCode::OK);
    assert_eq!(listed["items"][0]["id"], id);
    let notices = world.user("jonas").get("/api/notifications").await.expect(StatusCode::OK);
    assert!(notices.to_string().contains("It names an address."), "{notices}");

    ada.post(&moderate, &restore).await.expect(StatusCode::OK);
    let of_ines = world.user("mira").get("/api/reviews/ines").await.expect(StatusCode::OK);
    assert_eq!((&of_ines["count"], &of_ines["average"]), (&json!(1), &json!(1.0)));
    assert_eq!(ratings_in_figures(&world).await, [1, 2]);
    let reasons: Vec<Value> = sqlx::query_scalar(
        "SELECT details -> 'reason' FROM audit_events \
         WHERE actor = 'ada' AND actor_kind = 'admin' ORDER BY id",
    )
    .fetch_all(&world.database.pool)
    .await
    .expect("the record");
    assert_eq!(reasons, [hide["reason"].clone(), restore["reason"].clone()]);
    assert_eq!(ada.get("/api/admin/reviews?state=x").await.pointers(), ["?state"]);
}

/// How many ratings the figures count: those of Inês, and everybody's, which
/// have what she said of the student beside them.
async fn ratings_in_figures(world: &World) -> [i64; 2] {
    let (from, to) = (world.in_minutes(-100_000), world.in_minutes(1));
    let mut counts = [0; 2];
    for (count, (who, path)) in
        counts.iter_mut().zip([("ines", "/api/analytics"), ("ada", "/api/admin/analytics")])
    {
        let figures = world.user(who).get(&format!("{path}?from={from}&to={to}")).await;
        let figures = figures.expect(StatusCode::OK);
        *count = figures["totals"]["ratings"]["count"].as_i64().expect("a count");
    }
    counts
}

/// What looks dishonest is not refused: an admin is shown it.
#[tokio::test]
async fn what_looks_dishonest_is_flagged() {
    let world = World::new().await;
    let pool = &world.database.pool;
    for (who, email) in [("jonas", "J@example.org"), ("ines", "ines@example.org")] {
        let claims = json!({ "sub": who, "name": who, "email": email,
            "exp": world.now().timestamp() + 3_600_000 });
        world.with_claims(&claims).get("/api/me").await.expect(StatusCode::OK);
    }
    let flags = async |session: &Value| -> Vec<String> {
        let id: uuid::Uuid = session["id"].as_str().expect("an id").parse().expect("a UUID");
        sqlx::query_scalar(
            "SELECT unnest(flags) FROM reviews WHERE session_id = $1 AND reviewer_id = 'jonas'",
        )
        .bind(id)
        .fetch_all(pool)
        .await
        .expect("the review")
    };
    let write = async |minutes: i64| {
        let session = world.took_place().await;
        for (n, who) in ["ines", "jonas"].iter().enumerate() {
            sqlx::query(
                "INSERT INTO attendance (session_id, participant, user_id, role, node_id, \
                 joined_at, connected_at, left_at) SELECT id, $2, $3, 'student', id, \
                 scheduled_at, scheduled_at, scheduled_at + make_interval(mins => $4::int) \
                 FROM sessions WHERE id = $1::uuid",
            )
            .bind(session["id"].as_str().and_then(|id| id.parse::<uuid::Uuid>().ok()))
            .bind(format!("{n:016x}"))
            .bind(who)
            .bind(minutes + n as i64)
            .execute(pool)
            .await
            .expect("a presence");
        }
        let reply = world.user("jonas").post("/api/reviews", &review(&session, 5)).await;
        reply.expect(StatusCode::CREATED);
        session
    };
    assert_eq!(flags(&write(50).await).await, [""; 0]);
    assert_eq!(flags(&write(4).await).await, ["short_lesson"]);
    sqlx::query("UPDATE users SET email = 'j@EXAMPLE.org' WHERE id = 'ines'")
        .execute(pool)
        .await
        .expect("an address");
    let shared = write(50).await;
    assert_eq!(flags(&shared).await, ["shared_contact"]);
    sqlx::query("UPDATE users SET email = NULL WHERE id = 'ines'")
        .execute(pool)
        .await
        .expect("no address");
    // Mira, who has reviewed Inês too, has the address of Jonas.
    sqlx::query(
        "WITH mira AS (INSERT INTO users (id, email) VALUES ('mira', 'j@example.org') \
         RETURNING id) INSERT INTO reviews (id, session_id, reviewer_id, reviewee_id, rating) \
         SELECT gen_random_uuid(), $1, 'mira', 'ines', 5",
    )
    .bind(shared["id"].as_str().and_then(|id| id.parse::<uuid::Uuid>().ok()))
    .execute(pool)
    .await
    .expect("another review");
    assert_eq!(flags(&write(50).await).await, ["duplicate_reviewer", "burst"]);
    let flagged = world.user("ada").get("/api/admin/reviews?state=flagged").await;
    let flagged = flagged.expect(StatusCode::OK);
    assert_eq!(flagged["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(flagged["items"][0]["flags"], json!(["duplicate_reviewer", "burst"]));
}

#[tokio::test]
async fn a_ruling_lets_nobody_answer_a_review_with_one() {
    let world = World::new().await;
    let session = world.took_place().await;
    let written = world.user("jonas").post("/api/reviews", &review(&session, 2)).await;
    written.expect(StatusCode::CREATED);
    world.clock.advance(TimeDelta::days(15));
    assert_eq!(publish_due(&world).await, 1);
    let id = session["id"].as_str().expect("an id");
    for what in ["cancel", "complete"] {
        let path = format!("/api/admin/sessions/{id}/{what}");
        let why = json!({ "reason": "By what both wrote." });
        world.user("ada").post(&path, &why).await.expect(StatusCode::OK);
    }
    let answer = world.user("ines").post("/api/reviews", &review(&session, 1)).await;
    answer.problem(409, "not_reviewable");
}
