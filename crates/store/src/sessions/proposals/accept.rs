//! Accepting a proposal.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{ProposalId, SeriesId, SessionId},
    person::Actor,
    proposal::Proposal,
    series::Reach,
    session::{Session, Timing},
};
use sqlx::{PgConnection, PgPool};

use super::settle;
use crate::{
    error::{StoreError, with_retries},
    openings::{self, Platform, Wanted},
    sessions::{
        change::{NewStart, finish},
        effects::Happening,
        series::{Change, NewTime, Series, finish_together, make_way},
    },
};

/// Accepts a proposal: the lesson moves and, as far as the proposal says, those
/// of its series by as much, if everybody is free for all of them. Where lessons
/// before it stay, those that move become the series `split`.
pub async fn accept(
    pool: &PgPool,
    platform: Platform<'_>,
    session: SessionId,
    proposal: ProposalId,
    by: &Actor,
    split: SeriesId,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_accept(pool, platform, session, proposal, by, split, now))
}

async fn try_accept(
    pool: &PgPool,
    platform: Platform<'_>,
    session: SessionId,
    id: ProposalId,
    by: &Actor,
    split: SeriesId,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, series) = Series::lock(pool, session).await?;
    let anchor = &series.anchor;
    let proposal = anchor.may_answer_proposal(by, id, now)?;
    let reach = proposal.reach;
    let to = new_time(anchor, proposal);
    let mut changes = series.moved(&to, reach, by, platform.zones, now)?;
    changes.retain(Change::moves);
    make_way(&mut transaction, &mut changes).await?;
    for change in &changes {
        carry_out(&mut transaction, platform, change, reach, by, now).await?;
    }
    settle(&mut transaction, proposal, "accepted", now).await?;
    match reach {
        Reach::One => {
            let happening = Happening::Rescheduled { from: anchor.timing };
            return finish(transaction, session, by, happening, now).await;
        }
        Reach::Following => series.split(&mut transaction, split).await?,
        Reach::All => {}
    }
    finish_together(transaction, session, changes, by, now).await
}

/// What the proposal changes: a lesson keeps the length of its own where the
/// proposal is of a start, and its start where it is of a length.
fn new_time(anchor: &Session, proposal: &Proposal) -> NewTime {
    let Timing { start, duration } = proposal.timing;
    let starts = start != anchor.timing.start || proposal.intent != anchor.intent;
    NewTime {
        start: starts.then(|| NewStart { at: start, intent: proposal.intent.clone() }),
        duration: (duration != anchor.timing.duration).then_some(duration),
    }
}

/// Moves one lesson, if everybody is free.
async fn carry_out(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    change: &Change<'_>,
    reach: Reach,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (before, timing) = (change.before, change.timing);
    // The teacher has proposed the time or accepts it: no rule of theirs holds.
    let students = before.students();
    let wanted = Wanted {
        teacher: &before.teacher,
        students: &students,
        timing,
        by,
        except: Some(before.id),
    };
    let free = openings::check_free(connection, platform, wanted, now).await;
    free.map_err(|error| change.taken(error))?;
    // Both want it now: nobody waits for the teacher's answer any more.
    sqlx::query!(
        r#"
        UPDATE sessions
        SET during = tstzrange($2, $3, '[)'), time_zone = $4, local_start = $5,
            version = version + 1, sequence = sequence + 1, updated_at = $6,
            detached = detached OR ($7 AND series_id IS NOT NULL),
            confirmation = 'confirmed', confirm_by = NULL, blocking = true
        WHERE id = $1
        "#,
        before.id.0,
        timing.start,
        timing.end(),
        change.intent.as_ref().map(|intent| intent.time_zone.as_str()),
        change.intent.as_ref().map(|intent| intent.local_start.as_str()),
        now,
        reach == Reach::One,
    )
    .execute(connection)
    .await?;
    Ok(())
}
