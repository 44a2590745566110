//! New times that one side of a lesson proposes to the other.

mod accept;
mod propose;

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{ProposalId, SessionId},
    person::Actor,
    proposal::{Proposal, ProposalRefused, Rejection},
    session::Session,
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

pub use self::{
    accept::accept,
    propose::{NewProposal, propose},
};
use super::{
    change::{lock, reload, touch},
    effects::{self, Happening},
    load::load,
};
use crate::error::{StoreError, with_retries};

/// The most proposals that one sweep lets expire.
const BATCH: i64 = 100;

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
