//! What a teacher says to a request for a whole series.

use chrono::{DateTime, Utc};
use lectern_domain::{id::SessionId, person::Actor, series::Reach, session::Session};
use sqlx::PgPool;

use super::lessons::{Series, reload};
use crate::{
    error::{StoreError, with_retries},
    openings::Platform,
    sessions::{
        answer::{Decision, decide},
        effects,
    },
};

/// Answers the request for a lesson of a series and, as far as `reach` says,
/// for those of the others that wait for an answer too: for all of them or none.
/// Answers the named one.
pub async fn answer_series(
    pool: &PgPool,
    platform: Platform<'_>,
    id: SessionId,
    by: &Actor,
    decision: &Decision,
    reach: Reach,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_answer(pool, platform, id, by, decision, reach, now))
}

async fn try_answer(
    pool: &PgPool,
    platform: Platform<'_>,
    id: SessionId,
    by: &Actor,
    decision: &Decision,
    reach: Reach,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, series) = Series::lock(pool, id).await?;
    let (mut ids, mut happenings) = (Vec::new(), Vec::new());
    for before in series.reached(reach, false, now) {
        if before.id != id && before.may_answer(by, now).is_err() {
            continue;
        }
        let decided = decide(&mut transaction, platform, before, by, decision, now).await;
        happenings.push(decided.map_err(|error| match error {
            StoreError::SlotTaken => StoreError::SeriesTaken { starts: vec![before.timing.start] },
            other => other,
        })?);
        ids.push(before.id.0);
    }
    let sessions = reload(&mut transaction, &ids, happenings).await?;
    effects::record_together(&mut transaction, &sessions, by, now).await?;
    let named = sessions.into_iter().find(|(session, _)| session.id == id);
    transaction.commit().await?;
    named.map(|(session, _)| session).ok_or(StoreError::NotFound)
}
