//! What was written becomes visible, is counted, and its people are told.

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::id::SessionId;
use serde_json::json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::tally::{self, Counted};
use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
    notifications::{self, NewNotice},
};

/// The most reviews that one transaction of the sweeper publishes.
const BATCH: i64 = 200;

/// Publishes reviews of lessons that were over `window` ago, and says how many.
/// Any number of processes may do so: each takes what no other holds.
pub async fn publish_due(
    pool: &PgPool,
    window: TimeDelta,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    with_retries!(try_publish_due(pool, window, now))
}

async fn try_publish_due(
    pool: &PgPool,
    window: TimeDelta,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let mut transaction = pool.begin().await?;
    let due = sqlx::query_scalar!(
        r#"
        SELECT r.id FROM reviews r JOIN sessions s ON s.id = r.session_id
        WHERE r.published_at IS NULL AND s.status = 'completed' AND s.finished_at <= $1
        ORDER BY s.finished_at, r.id LIMIT $2
        FOR UPDATE OF r SKIP LOCKED
        "#,
        now - window,
        BATCH,
    )
    .fetch_all(&mut *transaction)
    .await?;
    publish(&mut transaction, &due, now).await?;
    transaction.commit().await?;
    Ok(due.len())
}

/// Publishes those of the reviews that are not yet. One that an admin has
/// hidden in advance is not counted, and nobody is told of it.
pub(super) async fn publish(
    connection: &mut PgConnection,
    reviews: &[Uuid],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let published = sqlx::query!(
        r#"
        WITH published AS (
            UPDATE reviews SET published_at = $2, updated_at = $2
            WHERE id = ANY($1) AND published_at IS NULL
            RETURNING *)
        SELECT r.id, r.session_id, r.reviewer_id, r.reviewee_id, r.rating, r.skill, r.skill_level,
               r.hidden_at IS NOT NULL AS "hidden!", s.title,
               coalesce(nullif(u.name, ''), u.id) AS "reviewer_name!"
        FROM published r
        JOIN sessions s ON s.id = r.session_id
        JOIN users u ON u.id = r.reviewer_id
        ORDER BY r.reviewee_id, lower(r.skill)
        "#,
        reviews,
        now,
    )
    .fetch_all(&mut *connection)
    .await?;
    for review in published {
        let session = SessionId(review.session_id);
        let details = json!({ "review": review.id });
        let event = Event {
            actor: None,
            action: "review_published",
            session: Some(session),
            details: &details,
        };
        audit::record(connection, &event, now).await?;
        if review.hidden {
            continue;
        }
        let counted = Counted {
            reviewee: &review.reviewee_id,
            rating: review.rating,
            skill: &review.skill,
            level: review.skill_level,
        };
        tally::add(connection, counted).await?;
        let notice = NewNotice {
            users: &[&review.reviewee_id],
            kind: "review_received",
            session,
            payload: &json!({
                "title": review.title,
                "rating": review.rating,
                "actor": review.reviewer_id,
                "actorName": review.reviewer_name,
            }),
        };
        notifications::notify(connection, &notice, now).await?;
    }
    Ok(())
}
