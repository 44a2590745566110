//! What a teacher says to a request for a lesson.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::SessionId,
    person::Actor,
    session::{Confirmation, Session},
    text::Reason,
};
use sqlx::{PgConnection, PgPool};

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
        let (mut transaction, before) = lock(pool, id).await?;
        let happening = decide(&mut transaction, platform, &before, by, decision, now).await?;
        finish(transaction, id, by, happening, now).await
    })
}

/// Writes what the teacher says of one lesson whose people are locked.
pub(super) async fn decide(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    before: &Session,
    by: &Actor,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Result<Happening, StoreError> {
    match decision {
        Decision::Confirm => {
            confirm(connection, platform, before, by, now).await?;
            Ok(Happening::Confirmed)
        }
        Decision::Decline(reason) => {
            let next = before.declined(by, reason.clone(), now)?;
            call_off(connection, before, &next, Confirmation::Declined).await?;
            Ok(Happening::Declined)
        }
    }
}

async fn confirm(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    before: &Session,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    before.may_answer(by, now)?;
    let wanted = Wanted {
        teacher: &before.teacher,
        students: &before.students(),
        timing: before.timing,
        by,
        except: Some(before.id),
    };
    openings::check_free(connection, platform, wanted, now).await?;
    sqlx::query!(
        "UPDATE sessions SET confirmation = 'confirmed', confirm_by = NULL, blocking = true, \
         version = version + 1, updated_at = $2 WHERE id = $1",
        before.id.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
