//! An admin decides what became of a lesson.

use chrono::{DateTime, Utc};
use lectern_domain::{
    dispute::Outcome,
    id::{DisputeId, SessionId},
    person::Actor,
    session::{Session, State},
    text::{Grounds, Reason},
};
use serde_json::json;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::{
    change::{lock, reload},
    effects::{self, Happening},
};
use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
};

/// A decision.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// On which lesson.
    pub session: SessionId,
    /// What became of it.
    pub outcome: Outcome,
    /// Why; its people are told.
    pub grounds: Grounds,
    /// By whom.
    pub by: Actor,
}

/// Decides what became of a lesson, without anybody's complaint.
pub async fn rule(
    pool: &PgPool,
    ruling: &Ruling,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_rule(pool, ruling, now))
}

async fn try_rule(
    pool: &PgPool,
    ruling: &Ruling,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, before) = lock(pool, ruling.session).await?;
    let session = carry_out(&mut transaction, &before, ruling, None, now).await?;
    transaction.commit().await?;
    Ok(session)
}

/// Locks the people of a lesson, then the lesson, for a decision on it.
pub(crate) async fn lock_to_rule(
    pool: &PgPool,
    session: SessionId,
) -> Result<(Transaction<'static, Postgres>, Session), StoreError> {
    lock(pool, session).await
}

/// Carries a decision out on a lesson that is locked; of a complaint, if
/// `dispute` says which.
pub(crate) async fn carry_out(
    connection: &mut PgConnection,
    before: &Session,
    ruling: &Ruling,
    dispute: Option<DisputeId>,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let reason: Reason =
        ruling.grounds.as_str().parse().map_err(|_| StoreError::Corrupt { column: "reason" })?;
    let next = before.ruled(ruling.outcome, &ruling.by, reason, now)?;
    if let Some(next) = &next {
        put(connection, before.id, next, now).await?;
    }
    if let Outcome::NoShow(role) = ruling.outcome {
        sqlx::query!(
            "UPDATE sessions SET no_show = $2, no_show_decided_at = $3, version = version + 1, updated_at = $3 \
             WHERE id = $1",
            before.id.0,
            role.as_str(),
            now,
        )
        .execute(&mut *connection)
        .await?;
    }
    if ruling.outcome == Outcome::Complete {
        // It counts for everybody in it.
        sqlx::query!(
            "UPDATE session_participants SET absent = false WHERE session_id = $1 AND absent",
            before.id.0,
        )
        .execute(&mut *connection)
        .await?;
    }
    let event = Event {
        actor: Some(&ruling.by),
        action: "session_ruled",
        session: Some(before.id),
        details: &json!({
            "outcome": ruling.outcome.as_str(),
            "reason": ruling.grounds,
            "dispute": dispute,
        }),
    };
    audit::record(connection, &event, now).await?;
    let after = reload(connection, before.id).await?;
    let happening = match next {
        Some(State::Cancelled { .. }) => Happening::Cancelled,
        Some(_) => Happening::Completed,
        None => return Ok(after),
    };
    effects::record(connection, &after, &ruling.by, happening, now).await?;
    Ok(after)
}

/// Puts a lesson into the state that was decided. A lesson that took place
/// after all does not take its people's time back: that has passed.
async fn put(
    connection: &mut PgConnection,
    id: SessionId,
    state: &State,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (finished_at, cancelled) = match state {
        State::Completed { finished_at, .. } => (Some(*finished_at), None),
        State::Cancelled { at, by, reason, .. } => (None, Some((*at, by, reason))),
        State::Scheduled | State::InProgress { .. } => (None, None),
    };
    sqlx::query!(
        r#"
        UPDATE sessions
        SET status = $2, started_at = $3, finished_at = coalesce($4, finished_at),
            cancelled_at = $5, cancelled_by = $6, cancel_reason = $7, no_show = NULL,
            no_show_decided_at = $8,
            blocking = blocking AND $2 <> 'cancelled', version = version + 1,
            sequence = sequence + 1, updated_at = $8
        WHERE id = $1
        "#,
        id.0,
        state.status().as_str(),
        state.started_at(),
        finished_at,
        cancelled.as_ref().map(|(at, _, _)| *at),
        cancelled.as_ref().map(|(_, by, _)| by.as_str()),
        cancelled.as_ref().map(|(_, _, reason)| reason.as_str()),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
