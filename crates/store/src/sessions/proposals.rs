//! New times that one side of a lesson proposes to the other.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{ProposalId, SessionId},
    person::Actor,
    proposal::{Proposal, ProposalRefused, Rejection},
    session::{Session, Timing},
    text::Minutes,
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{
    change::{NewStart, finish, lock, reload, touch},
    effects::{self, Happening},
    load::load,
};
use crate::{
    error::{StoreError, with_retries},
    openings::{self, Platform, Wanted},
};

/// The most proposals that one sweep lets expire.
const BATCH: i64 = 100;

/// A new time that somebody proposes.
#[derive(Debug, Clone)]
pub struct NewProposal {
    /// Its name, if it comes to be.
    pub id: ProposalId,
    /// For which lesson.
    pub session: SessionId,
    /// Who proposes it.
    pub by: Actor,
    /// When the lesson would start.
    pub start: Option<NewStart>,
    /// How long it would be.
    pub duration: Option<Minutes>,
}

/// Proposes a new time. The lesson keeps its own until the other side accepts.
pub async fn propose(
    pool: &PgPool,
    new: &NewProposal,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_propose(pool, new, now))
}

/// Accepts a proposal: the lesson moves, if everybody is free.
pub async fn accept(
    pool: &PgPool,
    platform: Platform<'_>,
    session: SessionId,
    proposal: ProposalId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_accept(pool, platform, session, proposal, by, now))
}

/// Declines or withdraws a proposal: the lesson stays where it is.
pub async fn reject(
    pool: &PgPool,
    session: SessionId,
    proposal: ProposalId,
    rejection: Rejection,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_reject(pool, session, proposal, rejection, by, now))
}

/// Lets proposals expire whose time has come, and says how many. Any number of
/// processes may: each takes what no other holds.
pub async fn expire_proposals(pool: &PgPool, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let mut transaction = pool.begin().await?;
    let due: Vec<Uuid> = sqlx::query_scalar!(
        r#"
        SELECT id FROM sessions
        WHERE id IN (SELECT session_id FROM session_proposals
                     WHERE state = 'open' AND expires_at <= $1)
        ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
        "#,
        now,
        BATCH,
    )
    .fetch_all(&mut *transaction)
    .await?;
    let mut expired = 0;
    for session in load(&mut transaction, &due).await? {
        // Another process may have been here since it was found.
        let over = session.proposal.as_ref().filter(|proposal| !proposal.is_open(now));
        let Some(proposal) = over else { continue };
        expired += 1;
        settle(&mut transaction, proposal, "expired", now).await?;
        touch(&mut transaction, session.id, now).await?;
        let everybody: Vec<&str> =
            session.participants.iter().map(|participant| participant.user.as_str()).collect();
        let happening = Happening::ProposalExpired;
        effects::tell(&mut transaction, &session, None, happening, &everybody, now).await?;
    }
    transaction.commit().await?;
    Ok(expired)
}

async fn try_propose(
    pool: &PgPool,
    new: &NewProposal,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, before) = lock(pool, new.session).await?;
    let timing = Timing {
        start: new.start.as_ref().map_or(before.timing.start, |start| start.at),
        duration: new.duration.unwrap_or(before.timing.duration),
    };
    let expires_at = before.may_propose(&new.by, timing, now)?;
    let intent = match &new.start {
        Some(start) => start.intent.as_ref(),
        None => before.intent.as_ref(),
    };
    if let Some(expired) = &before.proposal {
        settle(&mut transaction, expired, "expired", now).await?;
    }
    sqlx::query!(
        r#"
        INSERT INTO session_proposals
            (id, session_id, proposed_by, during, time_zone, local_start, expires_at, created_at,
             sequence)
        VALUES ($1, $2, $3, tstzrange($4, $5, '[)'), $6, $7, $8, $9, $10)
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
        before.sequence,
    )
    .execute(&mut *transaction)
    .await?;
    touch(&mut transaction, new.session, now).await?;
    finish(transaction, new.session, &new.by, Happening::ProposalMade, now).await
}

async fn try_accept(
    pool: &PgPool,
    platform: Platform<'_>,
    session: SessionId,
    id: ProposalId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, before) = lock(pool, session).await?;
    let proposal = before.may_answer_proposal(by, id, now)?;
    before.may_edit(by, proposal.timing, now)?;
    // The teacher has proposed the time or accepts it: no rule of theirs holds.
    let wanted = Wanted {
        teacher: &before.teacher,
        students: &before.students(),
        timing: proposal.timing,
        by,
        except: Some(session),
    };
    openings::check_free(&mut transaction, platform, wanted, now).await?;
    settle(&mut transaction, proposal, "accepted", now).await?;
    // Both want it now: nobody waits for the teacher's answer any more.
    sqlx::query!(
        r#"
        UPDATE sessions
        SET during = tstzrange($2, $3, '[)'), time_zone = $4, local_start = $5,
            version = version + 1, sequence = sequence + 1, updated_at = $6,
            detached = detached OR series_id IS NOT NULL,
            confirmation = 'confirmed', confirm_by = NULL, blocking = true
        WHERE id = $1
        "#,
        session.0,
        proposal.timing.start,
        proposal.timing.end(),
        proposal.intent.as_ref().map(|intent| intent.time_zone.as_str()),
        proposal.intent.as_ref().map(|intent| intent.local_start.as_str()),
        now,
    )
    .execute(&mut *transaction)
    .await?;
    let happening = Happening::Rescheduled { from: before.timing };
    finish(transaction, session, by, happening, now).await
}

async fn try_reject(
    pool: &PgPool,
    session: SessionId,
    id: ProposalId,
    rejection: Rejection,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, before) = lock(pool, session).await?;
    let (proposal, happening) = match rejection {
        Rejection::Declined => {
            (before.may_answer_proposal(by, id, now)?, Happening::ProposalDeclined)
        }
        Rejection::Withdrawn => (before.may_withdraw(by, id, now)?, Happening::ProposalWithdrawn),
    };
    settle(&mut transaction, proposal, rejection.as_str(), now).await?;
    touch(&mut transaction, session, now).await?;
    let others: Vec<&str> = (before.participants.iter())
        .filter(|participant| participant.user != by.id)
        .map(|participant| participant.user.as_str())
        .collect();
    effects::tell(&mut transaction, &before, Some(by), happening, &others, now).await?;
    let session = reload(&mut transaction, session).await?;
    transaction.commit().await?;
    Ok(session)
}

/// A lesson has another time now, or none: what was proposed for the old one
/// is no longer open.
pub(super) async fn supersede(
    connection: &mut PgConnection,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE session_proposals SET state = 'superseded', settled_at = $2 \
         WHERE session_id = $1 AND state = 'open'",
        session.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// An open proposal becomes something else, once.
async fn settle(
    connection: &mut PgConnection,
    proposal: &Proposal,
    state: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let settled = sqlx::query!(
        "UPDATE session_proposals SET state = $2, settled_at = $3 WHERE id = $1 AND state = 'open'",
        proposal.id.0,
        state,
        now,
    )
    .execute(connection)
    .await?
    .rows_affected();
    if settled == 0 { Err(ProposalRefused::Closed.into()) } else { Ok(()) }
}
