//! Which times are free, before the constraint is asked.

use chrono::{DateTime, Utc};
use lectern_domain::session::Timing;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::StoreError;

/// The starts of those times at which one of `users` has another lesson than
/// those of `ids`. Whoever asks holds the people's locks; a booking that races
/// and does not is found by the constraint.
pub(in crate::sessions) async fn taken(
    connection: &mut PgConnection,
    users: &[String],
    times: &[Timing],
    ids: &[Uuid],
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    let starts: Vec<DateTime<Utc>> = times.iter().map(|time| time.start).collect();
    let ends: Vec<DateTime<Utc>> = times.iter().map(|time| time.end()).collect();
    let taken = sqlx::query_scalar!(
        r#"
        SELECT DISTINCT t.starts AS "starts!"
        FROM unnest($1::timestamptz[], $2::timestamptz[]) AS t (starts, ends)
        JOIN session_participants p
            ON p.user_id = ANY($3) AND p.during && tstzrange(t.starts, t.ends, '[)')
        WHERE p.blocking AND p.attending AND p.session_id <> ALL($4)
        ORDER BY 1
        "#,
        &starts,
        &ends,
        users,
        ids,
    )
    .fetch_all(connection)
    .await?;
    Ok(taken)
}
