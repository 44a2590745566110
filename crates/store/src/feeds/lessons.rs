//! The lessons that a subscribed calendar shows.

use chrono::{DateTime, Utc};
use lectern_domain::{id::UserId, session::Session};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{error::StoreError, sessions};

/// The lessons that somebody is in, those that were called off aside, from those
/// that start at `since` on, at most so many; each with when it last changed.
pub async fn lessons(
    pool: &PgPool,
    person: &UserId,
    since: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(Session, DateTime<Utc>)>, StoreError> {
    let mut connection = pool.acquire().await?;
    let rows = sqlx::query!(
        r#"
        SELECT s.id, s.updated_at
        FROM session_participants p JOIN sessions s ON s.id = p.session_id
        WHERE p.user_id = $1 AND lower(p.during) >= $2 AND s.status <> 'cancelled'
        ORDER BY lower(p.during), p.session_id LIMIT $3
        "#,
        person.as_str(),
        since,
        most,
    )
    .fetch_all(&mut *connection)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let sessions = sessions::load(&mut connection, &ids).await?;
    Ok(sessions.into_iter().zip(rows.into_iter().map(|row| row.updated_at)).collect())
}
