//! What a teacher says to a request for a lesson.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::SessionId,
    person::Actor,
    session::{Confirmation, Session},
    text::Reason,
};
use sqlx::PgPool;

use super::{
    change::{call_off, finish, lock},
    effects::Happening,
};
use crate::{
    error::{StoreError, with_retries},
    openings::{self, Platform, Wanted},
};

/// Yes or no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The lesson stands.
    Confirm,
    /// It will not take place.
    Decline(Reason),
}

/// Answers the request. Of requests that do not take their slot, one that is
/// confirmed does, and the others can no longer be.
pub async fn answer(
    pool: &PgPool,
    platform: Platform<'_>,
    id: SessionId,
    by: &Actor,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(async {
        match decision {
            Decision::Confirm => confirm(pool, platform, id, by, now).await,
            Decision::Decline(reason) => decline(pool, id, by, reason, now).await,
        }
    })
}

async fn confirm(
    pool: &PgPool,
    platform: Platform<'_>,
    id: SessionId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, before) = lock(pool, id).await?;
    before.may_answer(by, now)?;
    let wanted = Wanted {
        teacher: &before.teacher,
        students: &before.students(),
        timing: before.timing,
        by,
        except: Some(id),
    };
    openings::check_free(&mut transaction, platform, wanted, now).await?;
    sqlx::query!(
        "UPDATE sessions SET confirmation = 'confirmed', confirm_by = NULL, blocking = true, \
         version = version + 1, updated_at = $2 WHERE id = $1",
        id.0,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    finish(transaction, id, by, Happening::Confirmed, now).await
}

async fn decline(
    pool: &PgPool,
    id: SessionId,
    by: &Actor,
    reason: &Reason,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, before) = lock(pool, id).await?;
    let next = before.declined(by, reason.clone(), now)?;
    call_off(&mut transaction, &before, &next, Confirmation::Declined).await?;
    finish(transaction, id, by, Happening::Declined, now).await
}
