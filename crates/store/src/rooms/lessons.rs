//! What a room needs to know of its lesson, and what it makes of it.

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    id::{NodeId, SessionId, UserId},
    session::Status,
};
use serde_json::json;
use sqlx::PgPool;

use crate::{
    audit::{self, Event},
    error::StoreError,
    policies::length,
    sessions,
};

/// What a room is opened with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomFacts {
    /// What the lesson is.
    pub status: Status,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// How long after that its room stays open, where the teacher says so.
    pub grace: Option<TimeDelta>,
    /// The fence under which the asking node holds the room; none: it does not.
    pub fence: Option<i64>,
    /// Who takes part in the lesson, sorted.
    pub people: Vec<UserId>,
}

/// Reads the facts of a lesson for the node that means to hold its room.
pub async fn facts(
    pool: &PgPool,
    session: SessionId,
    node: NodeId,
    epoch: i64,
) -> Result<Option<RoomFacts>, StoreError> {
    let held = held(pool, &[session], node, epoch).await?;
    Ok(held.into_iter().next().map(|held| held.facts))
}

/// A lesson whose room a node believes to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The lesson.
    pub session: SessionId,
    /// What is true of it now.
    pub facts: RoomFacts,
}

/// Reads the present facts of all lessons whose rooms a node believes to hold.
/// A lesson that is gone is not among them.
pub async fn held(
    pool: &PgPool,
    sessions: &[SessionId],
    node: NodeId,
    epoch: i64,
) -> Result<Vec<Held>, StoreError> {
    let ids: Vec<_> = sessions.iter().map(|session| session.0).collect();
    let rows = sqlx::query!(
        r#"
        SELECT s.id as "id!", s.status as "status!", s.ends_at as "ends_at!",
               l.fence as "fence?",
               own.grace as "grace?",
               ARRAY(SELECT p.user_id FROM session_participants p
                     WHERE p.session_id = s.id ORDER BY p.user_id) as "people!"
        FROM sessions s
        LEFT JOIN policies own ON own.teacher = s.teacher
        LEFT JOIN room_leases l
            ON l.session_id = s.id AND l.node_id = $2 AND l.node_epoch = $3
        WHERE s.id = ANY($1)
        "#,
        &ids,
        node.0,
        epoch,
    )
    .fetch_all(pool)
    .await?;
    let corrupt = |_| StoreError::Corrupt { column: "sessions.status" };
    rows.into_iter()
        .map(|row| {
            let status = row.status.parse().map_err(corrupt)?;
            let grace = length(row.grace);
            let people = row.people.iter().map(|user| user.parse());
            let people = people.collect::<Result<_, _>>();
            let people = people.map_err(|_| StoreError::Corrupt { column: "user_id" })?;
            let (ends_at, fence) = (row.ends_at, row.fence);
            let facts = RoomFacts { status, ends_at, grace, fence, people };
            Ok(Held { session: SessionId(row.id), facts })
        })
        .collect()
}

/// Teacher and student are both connected: the lesson is in progress. That it
/// first was is kept. Nothing happens to a lesson that was cancelled.
pub async fn begin(
    pool: &PgPool,
    session: SessionId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let mut transaction = pool.begin().await?;
    let done = sqlx::query!(
        "UPDATE sessions SET status = 'in-progress', started_at = coalesce(started_at, $2), \
         finished_at = NULL, no_show = NULL, version = version + 1, updated_at = $2 \
         WHERE id = $1 AND status IN ('scheduled', 'completed')",
        session.0,
        at,
    )
    .execute(&mut *transaction)
    .await?;
    let changed = done.rows_affected() == 1;
    if changed {
        let (action, details) = ("session_started", &json!({}));
        let event = Event { actor: None, action, session: Some(session), details };
        audit::record(&mut transaction, &event, at).await?;
    }
    transaction.commit().await?;
    Ok(changed)
}

/// The lesson took place and is over.
pub async fn finish(
    pool: &PgPool,
    session: SessionId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let mut transaction = pool.begin().await?;
    let done = sqlx::query!(
        "UPDATE sessions SET status = 'completed', finished_at = $2, version = version + 1, \
         updated_at = $2 WHERE id = $1 AND status = 'in-progress'",
        session.0,
        at,
    )
    .execute(&mut *transaction)
    .await?;
    let changed = done.rows_affected() == 1;
    if changed {
        sessions::completed(&mut transaction, session, at).await?;
    }
    transaction.commit().await?;
    Ok(changed)
}
