//! What the database server says of itself, for those who look after it.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::error::StoreError;

/// Which Postgres it is, such as `15.20`.
pub async fn version(pool: &PgPool) -> Result<String, StoreError> {
    let version = sqlx::query_scalar("SHOW server_version").fetch_one(pool).await?;
    Ok(version)
}

/// What its clock shows.
pub async fn clock(pool: &PgPool) -> Result<DateTime<Utc>, StoreError> {
    let clock = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(pool).await?;
    Ok(clock)
}
