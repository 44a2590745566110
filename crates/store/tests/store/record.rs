//! The record of who did what: added to, read, and never changed by the service.

use chrono::TimeDelta;
use lectern_store::{
    migrate::migrate,
    retention,
    roles::{self, Guard, guard},
    testing::Database,
};
use sqlx::{Executor as _, PgPool, postgres::PgPoolOptions};

use crate::lessons::{book, now};

/// What would change the record, or what guards it.
const FORBIDDEN: [&str; 12] = [
    "UPDATE audit_events SET actor = 'ada'",
    "DELETE FROM audit_events",
    "TRUNCATE audit_events",
    "DROP TABLE audit_events",
    "DROP TRIGGER audit_events_append_only ON audit_events",
    "ALTER TABLE audit_events DISABLE TRIGGER ALL",
    "ALTER TABLE audit_events RENAME TO other",
    "ALTER TABLE audit_events DROP COLUMN actor",
    "CREATE RULE nothing AS ON INSERT TO audit_events DO INSTEAD NOTHING",
    "DROP FUNCTION refuse_change() CASCADE",
    "CREATE OR REPLACE FUNCTION prune_audit_events(before timestamptz, most bigint) RETURNS bigint \
     LANGUAGE sql AS 'SELECT 1::bigint'",
    "GRANT UPDATE ON audit_events TO lectern_app",
];

async fn refused(pool: &PgPool, sql: &'static str) {
    // With the setting that once opened the trigger, too.
    let mut transaction = pool.begin().await.expect("a transaction");
    transaction.execute("SET LOCAL lectern.retention = 'on'").await.expect("anybody may");
    let result = transaction.execute(sql).await;
    if sql.starts_with("GRANT") && result.is_ok() {
        // Who has no right to give gives nothing, and is warned.
        transaction.commit().await.expect("nothing was done");
        let right = "SELECT has_table_privilege('audit_events', 'UPDATE')";
        let has: bool = sqlx::query_scalar(right).fetch_one(pool).await.expect("an answer");
        assert!(!has, "{sql}");
        return;
    }
    let error = result.expect_err(sql);
    let code = error.as_database_error().and_then(|error| error.code());
    assert_eq!(code.as_deref(), Some("42501"), "{sql}: {error}");
}

async fn events(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM audit_events").fetch_one(pool).await.expect("a count")
}

#[tokio::test]
async fn the_service_has_no_right_to_change_it() {
    let database = Database::create().await;
    let pool = &database.pool;
    book(pool, 1, "ines", "jonas", 48).await.expect("a free slot");
    for sql in FORBIDDEN {
        refused(pool, sql).await;
    }
    assert_eq!(events(pool).await, 1);
    assert_eq!(guard(pool).await.expect("an answer"), Guard::Role);
}

/// Signed in as the role, there is no way back to the owner's rights either.
#[tokio::test]
async fn a_service_that_signs_in_as_its_role_cannot_step_back() {
    let database = Database::create().await;
    book(&database.pool, 1, "ines", "jonas", 48).await.expect("a free slot");
    let options = database.url.parse().expect("a URL");
    let options = roles::let_in(&database.owner, options).await.expect("the owner may");
    let pool =
        roles::in_service(PgPoolOptions::new()).connect_with(options).await.expect("a login");
    assert_eq!(guard(&pool).await.expect("an answer"), Guard::Login);
    for way_back in ["RESET ROLE", "SET ROLE NONE", "RESET SESSION AUTHORIZATION"] {
        let mut connection = pool.acquire().await.expect("a connection");
        connection.execute(way_back).await.expect("it leads nowhere");
        let error = connection.execute("DELETE FROM audit_events").await.expect_err(way_back);
        let code = error.as_database_error().and_then(|error| error.code());
        assert_eq!(code.as_deref(), Some("42501"), "{way_back}: {error}");
    }
    // It finds the schema as it needs it, and could not have made it.
    migrate(&pool).await.expect("there is nothing to do");
    book(&pool, 2, "ines", "mira", 50).await.expect("a free slot");
}

/// Without the role, the trigger is what there is.
#[tokio::test]
async fn a_trigger_stands_in_where_there_is_no_role() {
    let database = Database::create().await;
    book(&database.pool, 1, "ines", "jonas", 48).await.expect("a free slot");
    for sql in &FORBIDDEN[..3] {
        let error = database.owner.execute(*sql).await.expect_err(sql);
        let code = error.as_database_error().and_then(|error| error.code());
        assert_eq!(code.as_deref(), Some("42501"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn only_what_is_past_the_period_goes() {
    let database = Database::create().await;
    let pool = &database.pool;
    // By the database's own clock, whatever time the caller says it is.
    for age in ["1094 days", "1096 days"] {
        sqlx::query(
            "INSERT INTO audit_events (actor_kind, action, at) \
             VALUES ('system', $1, clock_timestamp() - $1::interval)",
        )
        .bind(age)
        .execute(pool)
        .await
        .expect("the service may add");
    }
    let later = now() + TimeDelta::days(10_000);
    retention::prune(pool, later).await.expect("a round");
    let left: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_events").fetch_all(pool).await.expect("rows");
    assert_eq!(left, ["1094 days"]);
}
