//! The circumstances of a review, for the rules that raise flags.

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    id::ReviewId,
    review::{self, BURST_WITHIN, Signs},
};
use sqlx::PgConnection;

use crate::error::StoreError;

/// Notes what an admin should look at in a review that was just written.
///
/// Each of the two was connected for as long as their presences in the room
/// lasted; one that was never closed lasted until the lesson was over.
pub(super) async fn raise(
    connection: &mut PgConnection,
    review: ReviewId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let facts = sqlx::query!(
        r#"
        SELECT
            (lower(a.email) = lower(b.email) OR a.phone = b.phone) IS TRUE AS "shared_contact!",
            EXISTS (
                SELECT FROM users u
                WHERE (lower(u.email) = lower(a.email) OR u.phone = a.phone)
                  AND u.id NOT IN (a.id, b.id)
                  AND EXISTS (SELECT FROM reviews o
                              WHERE o.reviewee_id = b.id AND o.reviewer_id = u.id))
                AS "duplicate_reviewer!",
            (SELECT coalesce(min(presence.seconds), 0) FROM (
                SELECT coalesce(sum(extract(epoch FROM
                    greatest(coalesce(t.left_at, s.finished_at, $2), t.connected_at)
                    - t.connected_at)), 0)::bigint AS seconds
                FROM unnest(ARRAY[a.id, b.id]) AS person (id)
                LEFT JOIN attendance t ON t.session_id = s.id AND t.user_id = person.id
                    AND t.connected_at IS NOT NULL
                GROUP BY person.id) presence) AS "together!",
            (SELECT count(*) FROM reviews o
             WHERE o.reviewer_id = a.id AND o.reviewee_id = b.id AND o.created_at > $3)
                AS "recent!"
        FROM reviews r
        JOIN sessions s ON s.id = r.session_id
        JOIN users a ON a.id = r.reviewer_id
        JOIN users b ON b.id = r.reviewee_id
        WHERE r.id = $1
        "#,
        review.0,
        now,
        now - BURST_WITHIN,
    )
    .fetch_one(&mut *connection)
    .await?;
    let signs = Signs {
        shared_contact: facts.shared_contact,
        duplicate_reviewer: facts.duplicate_reviewer,
        together: TimeDelta::try_seconds(facts.together).unwrap_or(TimeDelta::MAX),
        recent: facts.recent,
    };
    let flags: Vec<String> = review::flags(&signs).iter().map(ToString::to_string).collect();
    if !flags.is_empty() {
        sqlx::query!("UPDATE reviews SET flags = $2 WHERE id = $1", review.0, &flags)
            .execute(connection)
            .await?;
    }
    Ok(())
}
