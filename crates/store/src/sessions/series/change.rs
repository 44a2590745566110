//! Changing and calling off lessons of a series.

use chrono::{DateTime, Utc};
use lectern_domain::{id::SeriesId, series::Reach, session::Session};
use sqlx::{PgConnection, PgPool};

use super::{
    lessons::{Series, reload},
    moves::{Change, NewTime, finish_together, make_way},
};
use crate::{
    error::{StoreError, with_retries},
    openings::Platform,
    sessions::{
        change::{Cancellation, Edit, call_off, reschedule},
        effects::{self, Happening},
    },
};

/// Changes a lesson of a series and, as far as `reach` says, the others: a new
/// time moves them by as much, on the clocks of the zone it is given in. Where
/// lessons before it stay, those that are changed become the series `split`.
pub async fn edit_series(
    pool: &PgPool,
    platform: Platform<'_>,
    edit: &Edit,
    reach: Reach,
    split: SeriesId,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_edit(pool, platform, edit, reach, split, now))
}

/// Calls off a lesson of a series and, as far as `reach` says, the others.
/// Answers all that were called off, in order.
pub async fn cancel_series(
    pool: &PgPool,
    platform: Platform<'_>,
    cancellation: &Cancellation,
    reach: Reach,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    with_retries!(try_cancel(pool, platform, cancellation, reach, now))
}

async fn try_edit(
    pool: &PgPool,
    platform: Platform<'_>,
    edit: &Edit,
    reach: Reach,
    split: SeriesId,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, series) = Series::lock(pool, edit.id).await?;
    let time = NewTime { start: edit.start.clone(), duration: edit.duration };
    series.anchor.may_edit(&edit.by, time.of(&series.anchor), now)?;
    edit.expected.check(series.anchor.version)?;
    let mut changes = series.moved(&time, reach, &edit.by, platform.zones, now)?;
    make_way(&mut transaction, &mut changes).await?;
    for change in &changes {
        write(&mut transaction, platform, edit, change, now).await?;
    }
    if reach == Reach::Following {
        series.split(&mut transaction, split).await?;
    }
    finish_together(transaction, edit.id, changes, &edit.by, now).await
}

async fn try_cancel(
    pool: &PgPool,
    platform: Platform<'_>,
    cancellation: &Cancellation,
    reach: Reach,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    let (mut transaction, series) = Series::lock(pool, cancellation.id).await?;
    series.anchor.may_see(&cancellation.by)?;
    cancellation.expected.check(series.anchor.version)?;
    let mut ids = Vec::new();
    for before in series.reached(reach, false, now) {
        let deadline = before.terms.cancel_deadline(platform.policy);
        let reason = cancellation.reason.clone();
        let next = before.cancelled(&cancellation.by, reason, deadline, now)?;
        call_off(&mut transaction, before, &next, before.confirmation).await?;
        ids.push(before.id.0);
    }
    let happenings = vec![Happening::Cancelled; ids.len()];
    let sessions = reload(&mut transaction, &ids, happenings).await?;
    effects::record_together(&mut transaction, &sessions, &cancellation.by, now).await?;
    transaction.commit().await?;
    Ok(sessions.into_iter().map(|(session, _)| session).collect())
}

/// Writes one of the changes, if everybody is free.
async fn write(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    edit: &Edit,
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (before, timing) = (change.before, change.timing);
    let mut confirm_by = before.confirm_by;
    if change.moves() {
        let policy = reschedule(connection, platform, before, edit, timing, now).await;
        let policy = policy.map_err(|error| change.taken(error))?;
        confirm_by = confirm_by.map(|_| timing.start.min(now + policy.confirm_within));
    }
    sqlx::query!(
        r#"
        UPDATE sessions
        SET title = $2, description = $3, skill = $4, during = tstzrange($5, $6, '[)'),
            time_zone = $7, local_start = $8, version = version + 1,
            sequence = sequence + $9, updated_at = $10, confirm_by = $11
        WHERE id = $1
        "#,
        before.id.0,
        edit.title.as_ref().unwrap_or(&before.title).as_str(),
        edit.description.as_ref().unwrap_or(&before.description).as_str(),
        edit.skill.as_ref().unwrap_or(&before.skill).as_str(),
        timing.start,
        timing.end(),
        change.intent.as_ref().map(|intent| intent.time_zone.as_str()),
        change.intent.as_ref().map(|intent| intent.local_start.as_str()),
        i32::from(change.moves()),
        now,
        confirm_by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
