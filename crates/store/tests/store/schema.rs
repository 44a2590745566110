//! The schema's versions: forward only, and each on top of the one before.

use std::collections::BTreeSet;

use lectern_store::{
    migrate::{MIGRATIONS, is_current, migrate},
    testing::Database,
};
use sqlx::migrate::Migrate as _;

#[test]
fn versions_go_forward_without_a_gap() {
    let versions: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    let expected: Vec<i64> = (1..).take(versions.len()).collect();
    assert_eq!(versions, expected);
    for migration in MIGRATIONS.iter() {
        let kind = migration.migration_type;
        assert!(!kind.is_down_migration(), "{} goes back", migration.description);
        assert!(!migration.no_tx, "{} is not one transaction", migration.description);
    }
}

/// Expand and contract: a version of the server goes on working while the next
/// migrates. What it reads is not taken away or renamed by the very next one.
#[test]
fn nothing_is_taken_from_under_a_running_server() {
    for migration in MIGRATIONS.iter().skip(1) {
        let sql = migration.sql.as_str().to_uppercase();
        let words: Vec<&str> = sql.split_whitespace().collect();
        for pair in words.windows(2) {
            let taken = matches!(pair, ["DROP", "TABLE" | "COLUMN"] | ["RENAME", "TO" | "COLUMN"]);
            assert!(!taken, "{}: {}", migration.description, pair.join(" "));
        }
    }
}

/// Every version applies to the one before it, and the way there does not
/// matter.
#[tokio::test]
async fn step_by_step_is_the_same_as_at_once() {
    let step_by_step = Database::create_empty().await;
    assert!(!is_current(&step_by_step.owner).await.expect("an answer"));
    let mut connection = step_by_step.owner.acquire().await.expect("a connection");
    let table = MIGRATIONS.table_name.as_ref();
    connection.ensure_migrations_table(table).await.expect("a table of versions");
    for migration in MIGRATIONS.iter() {
        connection.apply(table, migration).await.expect("applies to the version before");
    }
    drop(connection);
    assert!(is_current(&step_by_step.owner).await.expect("an answer"));
    let at_once = Database::create_empty().await;
    migrate(&at_once.owner).await.expect("migrates");
    migrate(&at_once.owner).await.expect("does nothing");
    let (left, right) = tokio::join!(columns(&step_by_step.owner), columns(&at_once.owner));
    assert_eq!(left, right);
    assert!(left.contains("sessions.during tstzrange"), "{left:?}");
}

async fn columns(pool: &sqlx::PgPool) -> BTreeSet<String> {
    sqlx::query_scalar(
        "SELECT table_name || '.' || column_name || ' ' || data_type \
         FROM information_schema.columns WHERE table_schema = 'public'",
    )
    .fetch_all(pool)
    .await
    .expect("the columns")
    .into_iter()
    .collect()
}
