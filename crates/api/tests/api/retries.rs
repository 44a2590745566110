//! What the database gives up on for the sake of others is tried again, whole,
//! and the caller never knows.

use reqwest::{Method, StatusCode};

use crate::support::World;

/// Lets the database give up `times` on a lesson that is written.
async fn give_up(world: &World, code: &'static str, times: i64) {
    let statements = format!(
        "DROP TRIGGER IF EXISTS gives_up ON sessions; \
         DROP SEQUENCE IF EXISTS given_up; CREATE SEQUENCE given_up; \
         CREATE OR REPLACE FUNCTION give_up() RETURNS trigger SECURITY DEFINER \
         LANGUAGE plpgsql AS $$ BEGIN \
             IF nextval('given_up') <= {times} THEN \
                 RAISE EXCEPTION 'for the sake of others' USING ERRCODE = '{code}'; \
             END IF; \
             RETURN NULL; \
         END $$; \
         CREATE TRIGGER gives_up AFTER INSERT OR UPDATE ON sessions \
             FOR EACH ROW EXECUTE FUNCTION give_up()",
    );
    let statements = sqlx::raw_sql(sqlx::AssertSqlSafe(statements));
    statements.execute(&world.database.owner).await.expect("makes the trigger");
}

/// Everything that a booking leaves behind.
async fn written(world: &World) -> [i64; 5] {
    let counts: (i64, i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM session_participants), \
                (SELECT count(*) FROM audit_events), (SELECT count(*) FROM notifications), \
                (SELECT count(*) FROM outbox)",
    )
    .fetch_one(&world.database.pool)
    .await
    .expect("counts");
    [counts.0, counts.1, counts.2, counts.3, counts.4]
}

#[tokio::test]
async fn a_transaction_that_is_given_up_is_tried_again() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let before = written(&world).await;
    let plain = jonas.post("/api/sessions", &world.lesson("ines", 3_000)).await;
    plain.expect(StatusCode::CREATED);
    let one = written(&world).await;
    let mut expected = one;
    for (n, code) in [(0, "40001"), (1, "40P01")] {
        give_up(&world, code, 3).await;
        let lesson = world.lesson("ines", 6_000 + 100 * n);
        let booked = jonas.post("/api/sessions", &lesson).await.expect(StatusCode::CREATED);
        for (sum, (one, before)) in expected.iter_mut().zip(one.iter().zip(&before)) {
            *sum += one - before;
        }
        assert_eq!(written(&world).await, expected, "{code}");
        give_up(&world, code, 3).await;
        let path = format!("/api/sessions/{}", booked["id"].as_str().expect("an id"));
        let off = jonas.delete(&path).await.expect(StatusCode::OK);
        assert_eq!((&off["status"], &off["version"]), (&"cancelled".into(), &2.into()), "{code}");
        expected = written(&world).await;
    }
}

#[tokio::test]
async fn what_never_succeeds_writes_nothing() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    let before = written(&world).await;
    let (key, body) = ([("idempotency-key", "one")], world.lesson("ines", 3_000).to_string());
    let book = || jonas.send(Method::POST, "/api/sessions", Some(body.clone()), &key);
    give_up(&world, "40P01", 1_000).await;
    book().await.problem(503, "unavailable");
    assert_eq!(written(&world).await, before);
    // The key was not used up.
    give_up(&world, "40P01", 0).await;
    book().await.expect(StatusCode::CREATED);
}
