//! Proposing a new time.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{ProposalId, SessionId},
    person::Actor,
    series::Reach,
    session::Session,
    text::Minutes,
    zone::Zones,
};
use sqlx::PgPool;

use super::settle;
use crate::{
    error::{StoreError, with_retries},
    sessions::{
        change::{NewStart, finish, touch},
        effects::Happening,
        series::{NewTime, Series},
    },
};

/// A new time that somebody proposes.
#[derive(Debug, Clone)]
pub struct NewProposal {
    /// Its name, if it comes to be.
    pub id: ProposalId,
    /// For which lesson.
    pub session: SessionId,
    /// Which lessons of its series would move with it.
    pub reach: Reach,
    /// Who proposes it.
    pub by: Actor,
    /// When the lesson would start.
    pub start: Option<NewStart>,
    /// How long it would be.
    pub duration: Option<Minutes>,
}

/// Proposes a new time. The lesson, and those that would move with it, keep
/// their own until the other side accepts.
pub async fn propose(
    pool: &PgPool,
    zones: &Zones,
    new: &NewProposal,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_propose(pool, zones, new, now))
}

async fn try_propose(
    pool: &PgPool,
    zones: &Zones,
    new: &NewProposal,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, series) = Series::lock(pool, new.session).await?;
    let anchor = &series.anchor;
    let to = NewTime { start: new.start.clone(), duration: new.duration };
    let timing = to.of(anchor);
    anchor.may_propose(&new.by, timing, now)?;
    let mut expires_at = anchor.may_move_until(timing, now)?;
    let changes = series.moved(&to, new.reach, &new.by, zones, now)?;
    for change in changes.iter().filter(|change| change.moves()) {
        expires_at = expires_at.min(change.before.may_move_until(change.timing, now)?);
    }
    let intent = match &new.start {
        Some(start) => start.intent.as_ref(),
        None => anchor.intent.as_ref(),
    };
    if let Some(expired) = &anchor.proposal {
        settle(&mut transaction, expired, "expired", now).await?;
    }
    sqlx::query!(
        r#"
        INSERT INTO session_proposals
            (id, session_id, proposed_by, during, time_zone, local_start, expires_at, created_at,
             sequence, reach)
        VALUES ($1, $2, $3, tstzrange($4, $5, '[)'), $6, $7, $8, $9, $10, $11)
        "#,
        new.id.0,
        new.session.0,
        new.by.id.as_str(),
        timing.start,
        timing.end(),
        intent.map(|intent| intent.time_zone.as_str()),
        intent.map(|intent| intent.local_start.as_str()),
        expires_at,
        now,
        anchor.sequence,
        new.reach.as_str(),
    )
    .execute(&mut *transaction)
    .await?;
    touch(&mut transaction, new.session, now).await?;
    finish(transaction, new.session, &new.by, Happening::ProposalMade, now).await
}
