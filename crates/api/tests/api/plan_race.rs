//! Sixteen at once, for what only one of them can have.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Reply, World};

const CLIENTS: usize = 16;
const ROUNDS: i64 = 8;

fn path(session: &Value) -> String {
    format!("/api/sessions/{}", session["id"].as_str().expect("an id"))
}

/// Counts those that succeeded; the others have the problem that is expected.
#[track_caller]
fn winners(replies: &[Reply], success: StatusCode, otherwise: &str) -> usize {
    for reply in replies.iter().filter(|reply| reply.status != success) {
        reply.problem(409, otherwise);
    }
    replies.iter().filter(|reply| reply.status == success).count()
}

async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&world.database.pool).await.expect("a count")
}

/// No person is in two lessons at once, and no lesson has more than its seats.
async fn nothing_is_double(world: &World) {
    let overlaps = count(
        world,
        "SELECT count(*) FROM session_participants a JOIN session_participants b \
         ON a.user_id = b.user_id AND a.session_id < b.session_id AND a.during && b.during \
         WHERE a.blocking AND b.blocking AND a.attending AND b.attending",
    )
    .await;
    let full = count(
        world,
        "SELECT count(*) FROM sessions s WHERE capacity < (SELECT count(*) \
         FROM session_participants p WHERE p.session_id = s.id AND p.role = 'student') \
         + (SELECT count(*) FROM session_waitlist w \
            WHERE w.session_id = s.id AND w.offered_until IS NOT NULL)",
    )
    .await;
    assert_eq!((overlaps, full), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_seat_is_taken_once() {
    let world = World::new().await;
    for round in 0..ROUNDS {
        let mut lesson = world.lesson("ines", 600 + round * 90);
        lesson["capacity"] = json!(2);
        let ines = world.user("ines");
        let lesson = ines.post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
        let seats = format!("{}/seats", path(&lesson));
        world.user("first").post(&seats, &json!({})).await.expect(StatusCode::OK);
        let race = (0..CLIENTS).map(|n| {
            let (student, seats) = (world.user(&format!("student-{n}")), seats.clone());
            async move { student.post(&seats, &json!({})).await }
        });
        let replies = join_all(race).await;
        let mine: Vec<Value> =
            replies.iter().map(|r| r.expect(StatusCode::OK)["seats"]["mine"].clone()).collect();
        assert_eq!(mine.iter().filter(|mine| **mine == "taken").count(), 1, "round {round}");
        assert_eq!(mine.iter().filter(|mine| **mine == "waiting").count(), CLIENTS - 1);
        // The seat is given back by whoever has it, and offered to one who waits,
        // while everybody asks again.
        let holder = mine.iter().position(|mine| *mine == "taken").expect("a holder");
        let leaver = world.user(&format!("student-{holder}"));
        let (left, again) = tokio::join!(
            leaver.delete(&seats),
            join_all((0..CLIENTS).filter(|n| *n != holder).map(|n| {
                let (student, seats) = (world.user(&format!("student-{n}")), seats.clone());
                async move { student.post(&seats, &json!({})).await }
            }))
        );
        left.expect(StatusCode::OK);
        let taken = again
            .iter()
            .filter(|reply| reply.expect(StatusCode::OK)["seats"]["mine"] == "taken")
            .count();
        assert!(taken <= 1, "round {round}: {taken}");
        nothing_is_double(&world).await;
    }
    assert_eq!(world.deadlocks().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_ends_is_passed_on_once() {
    let world = World::new().await;
    let mut lesson = world.lesson("ines", 6000);
    lesson["capacity"] = json!(2);
    let lesson = world.user("ines").post("/api/sessions", &lesson).await;
    let lesson = lesson.expect(StatusCode::CREATED);
    let seats = format!("{}/seats", path(&lesson));
    for n in 0..CLIENTS {
        let student = world.user(&format!("student-{n:02}"));
        student.post(&seats, &json!({})).await.expect(StatusCode::OK);
    }
    world.user("student-00").delete(&seats).await.expect(StatusCode::OK);
    for round in 0..4 {
        world.clock.advance(chrono::TimeDelta::minutes(121));
        let (pool, now) = (&world.database.pool, world.now());
        let sweeps = (0..CLIENTS).map(|_| lectern_store::sessions::pass_on_offers(pool, now));
        let passed: Vec<usize> =
            join_all(sweeps).await.into_iter().map(|passed| passed.expect("passes on")).collect();
        assert_eq!(passed.iter().sum::<usize>(), 1, "round {round}: {passed:?}");
        let offered =
            count(&world, "SELECT count(*) FROM session_waitlist WHERE offered_until IS NOT NULL");
        assert_eq!(offered.await, 1);
    }
    let told = "SELECT count(*) FROM notifications WHERE kind = 'seat_offered'";
    assert_eq!(count(&world, told).await, 5);
    assert_eq!(world.deadlocks().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn series_and_single_lessons_race_for_one_slot() {
    let world = World::new().await;
    for round in 0..ROUNDS {
        // Each round has an hour of its own; all want its third week.
        let hour = 6 + round;
        let race = (0..CLIENTS).map(|n| {
            let student = world.user(&format!("student-{n}"));
            let (day, rule) = match n % 2 {
                0 => ("2027-02-01", Some("FREQ=WEEKLY;COUNT=4")),
                _ => ("2027-02-15", None),
            };
            let mut body = json!({ "teacher": "ines", "title": "Race", "duration": 45 + n,
                "localStart": format!("{day}T{hour:02}:00"), "timeZone": "Europe/Lisbon" });
            if let Some(rule) = rule {
                body["series"] = json!({ "rrule": rule });
            }
            async move { student.post("/api/sessions", &body).await }
        });
        let replies = join_all(race).await;
        assert_eq!(winners(&replies, StatusCode::CREATED, "slot_taken"), 1, "round {round}");
    }
    // A series is whole or not there.
    let broken = "SELECT count(*) FROM (SELECT FROM sessions WHERE series_id IS NOT NULL \
                  GROUP BY series_id HAVING count(*) <> 4) broken";
    assert_eq!(count(&world, broken).await, 0);
    nothing_is_double(&world).await;
    assert_eq!(world.deadlocks().await, 0);
}

/// Everybody moves a series of theirs with the same teacher at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn series_that_move_at_once_end_in_an_answer() {
    let world = World::new().await;
    let mut series = Vec::new();
    for n in 0..4 {
        let body = json!({ "teacher": "ines", "title": "Race", "duration": 60,
            "localStart": format!("2027-02-01T{:02}:00", 8 + n), "timeZone": "Europe/Lisbon",
            "series": { "rrule": "FREQ=WEEKLY;COUNT=4" } });
        let student = world.user(&format!("student-{n}"));
        series.push(student.post("/api/sessions", &body).await.expect(StatusCode::CREATED));
    }
    for round in 0..ROUNDS {
        let moves = (0..CLIENTS).map(|n| {
            let (admin, lesson) = (world.user("ada"), &series[n % 4]);
            let path = format!("{}?scope=all", path(lesson));
            let hour = 8 + (n as i64 + round) % 6;
            let body = json!({ "localStart": format!("2027-02-01T{hour:02}:00"),
                "timeZone": "Europe/Lisbon" });
            async move {
                let any = [("if-match", "*")];
                admin.send(Method::PUT, &path, Some(body.to_string()), &any).await
            }
        });
        winners(&join_all(moves).await, StatusCode::OK, "slot_taken");
    }
    nothing_is_double(&world).await;
    assert_eq!(world.deadlocks().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposal_is_answered_once() {
    let world = World::new().await;
    for round in 0..ROUNDS {
        let lesson = world.booked(600 + round * 300).await;
        let proposals = format!("{}/proposals", path(&lesson));
        let body = json!({ "scheduledAt": world.in_minutes(700 + round * 300) });
        let made = join_all((0..CLIENTS).map(|n| {
            let proposer = world.user(["jonas", "ines"][n % 2]);
            let (proposals, body) = (proposals.clone(), body.clone());
            async move { proposer.post(&proposals, &body).await }
        }));
        let made = made.await;
        assert_eq!(winners(&made, StatusCode::CREATED, "proposal_open"), 1, "round {round}");
        let seen = world.user("ines").get(&path(&lesson)).await.expect(StatusCode::OK);
        let proposal = &seen["proposal"];
        let id = proposal["id"].as_str().expect("an id");
        let answerer = if proposal["proposedBy"] == "jonas" { "ines" } else { "jonas" };
        let answers = join_all((0..CLIENTS).map(|n| {
            let answerer = world.user(answerer);
            let verb = ["accept", "decline"][n % 2];
            let answer = format!("{proposals}/{id}/{verb}");
            async move { answerer.post(&answer, &json!({})).await }
        }));
        let answers = answers.await;
        assert_eq!(winners(&answers, StatusCode::OK, "proposal_closed"), 1, "round {round}");
    }
    let settled = "SELECT count(*) FROM session_proposals WHERE state IN ('accepted', 'declined')";
    assert_eq!(count(&world, settled).await, ROUNDS);
    assert_eq!(world.deadlocks().await, 0);
}

/// Four students ask to move their series to one hour, and their teacher says yes
/// to all of them at once, four times each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_proposals_for_one_hour_one_is_accepted() {
    let world = World::new().await;
    let ines = world.user("ines");
    let mut series = Vec::new();
    for n in 0..4 {
        let body = json!({ "teacher": "ines", "title": "Race", "duration": 60,
            "localStart": format!("2027-02-01T{:02}:00", 6 + n), "timeZone": "Europe/Lisbon",
            "series": { "rrule": "FREQ=WEEKLY;COUNT=4" } });
        let student = world.user(&format!("student-{n}"));
        series.push(student.post("/api/sessions", &body).await.expect(StatusCode::CREATED));
    }
    for round in 0..4 {
        let mut proposals = Vec::new();
        for (n, lesson) in series.iter().enumerate() {
            let body = json!({ "localStart": format!("2027-02-01T{:02}:00", 12 + round),
                "timeZone": "Europe/Lisbon" });
            let student = world.user(&format!("student-{n}"));
            let made = student.post(&format!("{}/proposals?scope=all", path(lesson)), &body).await;
            made.expect(StatusCode::CREATED);
            proposals.push(made.header("location").to_owned());
        }
        let answers = join_all((0..CLIENTS).map(|n| {
            let (ines, accept) = (world.user("ines"), format!("{}/accept", proposals[n % 4]));
            async move { ines.post(&accept, &json!({})).await }
        }));
        let answers = answers.await;
        let accepted: Vec<usize> =
            (0..CLIENTS).filter(|n| answers[*n].status == StatusCode::OK).collect();
        let [accepted] = accepted[..] else { panic!("round {round}: {accepted:?}") };
        for (n, answer) in answers.iter().enumerate().filter(|(n, _)| *n != accepted) {
            let same = n % 4 == accepted % 4;
            answer.problem(409, if same { "proposal_closed" } else { "slot_taken" });
        }
        for (n, proposal) in proposals.iter().enumerate().filter(|(n, _)| *n != accepted % 4) {
            let declined = ines.post(&format!("{proposal}/decline"), &json!({})).await;
            assert_eq!(declined.expect(StatusCode::OK)["proposal"], Value::Null, "{n}");
        }
        nothing_is_double(&world).await;
    }
    // A series has moved whole, or not at all.
    let torn = "SELECT count(*) FROM (SELECT FROM sessions GROUP BY series_id \
                HAVING count(DISTINCT substr(local_start, 12, 5)) > 1) torn";
    assert_eq!(count(&world, torn).await, 0);
    assert_eq!(world.deadlocks().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_series_that_is_repeated_is_booked_once() {
    let world = World::new().await;
    let body = json!({ "teacher": "ines", "title": "Race", "duration": 60,
        "localStart": "2027-02-01T08:00", "timeZone": "Europe/Lisbon",
        "series": { "rrule": "FREQ=WEEKLY;COUNT=4" } });
    let book = || {
        let (jonas, body) = (world.user("jonas"), Some(body.to_string()));
        let key = [("idempotency-key", "one")];
        async move { jonas.send(Method::POST, "/api/sessions", body, &key).await }
    };
    let replies = join_all((0..CLIENTS).map(|_| book())).await;
    let ids: Vec<Value> =
        replies.iter().map(|reply| reply.expect(StatusCode::CREATED)["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(count(&world, "SELECT count(*) FROM sessions").await, 4);
    assert_eq!(world.deadlocks().await, 0);
}

/// Seats that sixteen give back at once go to those who wait, in their order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seats_that_are_given_back_at_once_are_offered_in_order() {
    let world = World::new().await;
    let mut lesson = world.lesson("ines", 6000);
    lesson["capacity"] = json!(CLIENTS);
    let lesson = world.user("ines").post("/api/sessions", &lesson).await;
    let seats = format!("{}/seats", path(&lesson.expect(StatusCode::CREATED)));
    let seats = seats.as_str();
    let name = |kind: &str, n: usize| format!("{kind}-{n:02}");
    for n in 0..CLIENTS {
        let reply = world.user(&name("seated", n)).post(seats, &json!({})).await;
        assert_eq!(reply.expect(StatusCode::OK)["seats"]["mine"], "taken");
    }
    for n in 0..2 * CLIENTS {
        let reply = world.user(&name("waiting", n)).post(seats, &json!({})).await;
        assert_eq!(reply.expect(StatusCode::OK)["seats"]["mine"], "waiting");
    }
    let leave = (0..CLIENTS).map(|n| {
        let client = world.user(&name("seated", n));
        async move { client.delete(seats).await }
    });
    for reply in join_all(leave).await {
        reply.expect(StatusCode::OK);
    }
    nothing_is_double(&world).await;
    // Everybody asks at once: the first sixteen have a seat each, and the others
    // wait as before.
    let ask = (0..2 * CLIENTS).map(|n| {
        let client = world.user(&name("waiting", n));
        async move { client.post(seats, &json!({})).await }
    });
    for (n, reply) in join_all(ask).await.iter().enumerate() {
        let expected = if n < CLIENTS { "taken" } else { "waiting" };
        assert_eq!(reply.expect(StatusCode::OK)["seats"]["mine"], expected, "{n}");
    }
    nothing_is_double(&world).await;
    assert_eq!(world.deadlocks().await, 0);
}

/// One key with two bodies: whichever comes first is booked and repeated, and
/// the other is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_for_one_request() {
    let world = World::new().await;
    let book = |n: i64| {
        let body = Some(world.lesson("ines", 600 + 300 * (n % 2)).to_string());
        let jonas = world.user("jonas");
        async move {
            jonas.send(Method::POST, "/api/sessions", body, &[("idempotency-key", "one")]).await
        }
    };
    let replies = join_all((0..16).map(book)).await;
    let (booked, refused): (Vec<&Reply>, Vec<&Reply>) =
        replies.iter().partition(|reply| reply.status == StatusCode::CREATED);
    assert_eq!((booked.len(), refused.len()), (8, 8));
    for reply in refused {
        reply.problem(422, "idempotency_mismatch");
    }
    let first = booked[0].expect(StatusCode::CREATED);
    assert!(booked.iter().all(|reply| reply.expect(StatusCode::CREATED)["id"] == first["id"]));
    assert_eq!(count(&world, "SELECT count(*) FROM sessions").await, 1);
    assert_eq!(world.deadlocks().await, 0);
}
