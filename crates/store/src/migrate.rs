//! The schema's versions, built into the binary. They go forward only.

use sqlx::{PgPool, migrate::Migrator};

/// Every version of the schema, oldest first.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Brings the database to the newest version. Two processes that do this at
/// once take turns, by an advisory lock. A login that may not make tables finds
/// the work done already, or fails.
pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    let owner: bool = sqlx::query_scalar("SELECT has_schema_privilege('public', 'CREATE')")
        .fetch_one(pool)
        .await?;
    if !owner && is_current(pool).await? {
        return Ok(());
    }
    MIGRATIONS.run(pool).await?;
    // The service's role may have been made since.
    sqlx::query("SELECT admit_service()").execute(pool).await?;
    Ok(())
}

/// Whether the database is at this binary's version or, as in a rolling
/// upgrade, ahead of it.
pub async fn is_current(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
    let applied: Result<Option<i64>, sqlx::Error> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
            .fetch_one(pool)
            .await;
    match applied {
        Ok(applied) => Ok(applied >= Some(newest)),
        // The table of versions is made by the first migration that runs.
        Err(error)
            if error.as_database_error().is_some_and(|e| e.code().as_deref() == Some("42P01")) =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
