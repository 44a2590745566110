//! Many want one slot, at once.

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::World;

const CLIENTS: usize = 16;
const ROUNDS: i64 = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_sixteen_gets_the_slot_fifty_times() {
    let world = World::new().await;
    for round in 0..ROUNDS {
        let start = world.in_minutes(60 + round * 90);
        let race = (0..CLIENTS).map(|n| {
            // All ask for slots that overlap, but not all for the same one.
            let body = json!({ "teacher": "ines", "title": "Race", "duration": 30 + n,
                "scheduledAt": start });
            let student = world.user(&format!("student-{n}"));
            async move { student.post("/api/sessions", &body).await }
        });
        let replies = join_all(race).await;
        let won = replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count();
        for reply in replies.iter().filter(|reply| reply.status != StatusCode::CREATED) {
            reply.problem(409, "slot_taken");
        }
        assert_eq!(won, 1, "round {round}");
    }
    assert_eq!(world.deadlocks().await, 0);
}

/// Everybody books, moves and cancels lessons of the same few people. Whatever
/// happens, it is one of the answers there are, and nobody is in two places.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_that_race_end_in_an_answer() {
    let world = World::new().await;
    let mut sessions = Vec::new();
    for n in 0..6 {
        let teacher = if n % 2 == 0 { "ines" } else { "daniel" };
        let student = world.user(["jonas", "mira", "tom"][n % 3]);
        let lesson = world.lesson(teacher, 100 + 100 * n as i64);
        let session = student.post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
        sessions.push(session["id"].as_str().expect("an id").to_owned());
    }
    for round in 0..10_i64 {
        let moves = sessions.iter().enumerate().map(|(n, id)| {
            let admin = world.user("ada");
            let start = world.in_minutes(100 + 100 * ((n as i64 + round) % 3));
            let (path, body) = (format!("/api/sessions/{id}"), json!({ "scheduledAt": start }));
            async move {
                let headers = [("if-match", "*")];
                admin.send(reqwest::Method::PUT, &path, Some(body.to_string()), &headers).await
            }
        });
        for reply in join_all(moves).await {
            if reply.status != StatusCode::OK {
                reply.problem(409, "slot_taken");
            }
        }
    }
    let overlaps: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM session_participants a JOIN session_participants b \
         ON a.user_id = b.user_id AND a.session_id < b.session_id AND a.during && b.during \
         WHERE a.blocking AND b.blocking",
    )
    .fetch_one(&world.database.pool)
    .await
    .expect("a count");
    assert_eq!((overlaps, world.deadlocks().await), (0, 0));
}
