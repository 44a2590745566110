//! When the rules of a time zone change, a lesson that was booked by a wall
//! clock keeps it: its instant is computed anew, and its people are told.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{SessionId, UserId},
    session::{Session, State, Timing},
    zone::{Intent, Strictness, WallClock, ZoneName, Zones},
};
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    change::{lock, reload},
    effects::{self, Happening},
    proposals,
    series::taken,
};
use crate::error::{StoreError, with_retries};

/// Lessons that are looked at in one question.
const BATCH: i64 = 1_000;

/// What new rules have come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recomputed {
    /// Lessons that have another instant now.
    pub moved: usize,
    /// Lessons that would have one at which somebody is taken: they stay, and
    /// their people are told.
    pub conflicts: usize,
}

/// Applies the edition in use to the lessons ahead, once: an edition that was
/// applied before, or is older than one that was, changes nothing. Each lesson
/// is a transaction of its own.
pub async fn apply_zone_rules(
    pool: &PgPool,
    zones: &Zones,
    now: DateTime<Utc>,
) -> Result<Recomputed, StoreError> {
    let mut done = Recomputed::default();
    if is_applied(pool, zones.version()).await? {
        return Ok(done);
    }
    let mut after: Option<(DateTime<Utc>, Uuid)> = None;
    let mut blocked = Vec::new();
    loop {
        let lessons = sqlx::query!(
            r#"
            SELECT id, scheduled_at AS "scheduled_at!", time_zone AS "time_zone!",
                   local_start AS "local_start!"
            FROM sessions
            WHERE status = 'scheduled' AND scheduled_at > $1 AND local_start IS NOT NULL
              AND ($2::timestamptz IS NULL OR (scheduled_at, id) > ($2, $3::uuid))
            ORDER BY scheduled_at, id LIMIT $4
            "#,
            now,
            after.map(|after| after.0),
            after.map(|after| after.1),
            BATCH,
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = lessons.last() else { break };
        after = Some((last.scheduled_at, last.id));
        for lesson in lessons {
            let time_zone = ZoneName::stored(lesson.time_zone);
            let intent = Intent { time_zone, local_start: lesson.local_start };
            if instant_of(&intent, zones).is_some_and(|at| at != lesson.scheduled_at) {
                let id = SessionId(lesson.id);
                match with_retries!(recompute(pool, id, zones, now))? {
                    Outcome::Blocked => blocked.push(id),
                    Outcome::Moved => done.moved += 1,
                    Outcome::Stays => {}
                }
            }
        }
    }
    // A lesson goes where the next one was, once that has gone: the last go
    // first, until none can.
    loop {
        let before = blocked.len();
        let mut still = Vec::new();
        for id in blocked.into_iter().rev() {
            match with_retries!(recompute(pool, id, zones, now))? {
                Outcome::Blocked => still.push(id),
                Outcome::Moved => done.moved += 1,
                Outcome::Stays => {}
            }
        }
        blocked = still;
        blocked.reverse();
        if blocked.is_empty() || blocked.len() == before {
            break;
        }
    }
    for id in blocked {
        done.conflicts += usize::from(with_retries!(tell_of_conflict(pool, id, zones, now))?);
    }
    sqlx::query!(
        "INSERT INTO zone_rules (version, applied_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        zones.version(),
        now,
    )
    .execute(pool)
    .await?;
    Ok(done)
}

/// Editions are named by year and letter, and sort by age.
async fn is_applied(pool: &PgPool, version: &str) -> Result<bool, StoreError> {
    let applied = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM zone_rules WHERE version >= $1) AS "applied!""#,
        version,
    )
    .fetch_one(pool)
    .await?;
    Ok(applied)
}

/// The instant that a wall clock means by these rules. One that was given with
/// an offset means the instant it was given for.
fn instant_of(intent: &Intent, zones: &Zones) -> Option<DateTime<Utc>> {
    let clock: WallClock = intent.local_start.parse().ok()?;
    if clock.names_an_instant() {
        return None;
    }
    zones.instant(clock, &intent.time_zone, Strictness::Lenient).ok()
}

/// What has become of one lesson.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    /// It is where its wall clock is now.
    Moved,
    /// Somebody is taken then.
    Blocked,
    /// It was there already, or is not ahead any more.
    Stays,
}

/// Moves one lesson to where its wall clock is now, unless somebody is taken
/// then.
async fn recompute(
    pool: &PgPool,
    id: SessionId,
    zones: &Zones,
    now: DateTime<Utc>,
) -> Result<Outcome, StoreError> {
    let (mut transaction, before) = lock(pool, id).await?;
    let Some(at) = meant(&before, zones, now) else { return Ok(Outcome::Stays) };
    let timing = Timing { start: at, duration: before.timing.duration };
    let users: Vec<String> = before.participants.iter().map(|p| p.user.to_string()).collect();
    if !taken(&mut transaction, &users, &[timing], &[id.0]).await?.is_empty() {
        return Ok(Outcome::Blocked);
    }
    sqlx::query!(
        "UPDATE sessions SET during = tstzrange($2, $3, '[)'), version = version + 1, \
         sequence = sequence + 1, updated_at = $4 WHERE id = $1",
        id.0,
        timing.start,
        timing.end(),
        now,
    )
    .execute(&mut *transaction)
    .await?;
    proposals::supersede(&mut transaction, id, now).await?;
    let session = reload(&mut transaction, id).await?;
    let happening = Happening::Rescheduled { from: before.timing };
    let everybody: Vec<&str> =
        effects::concerned(&session, None, happening).map(UserId::as_str).collect();
    effects::tell(&mut transaction, &session, None, happening, &everybody, now).await?;
    for participant in &session.participants {
        effects::remind(&mut transaction, &session, &participant.user, now).await?;
    }
    transaction.commit().await?;
    Ok(Outcome::Moved)
}

/// Tells the people of a lesson that it stays where its wall clock is not, and
/// says whether it does.
async fn tell_of_conflict(
    pool: &PgPool,
    id: SessionId,
    zones: &Zones,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (mut transaction, session) = lock(pool, id).await?;
    if meant(&session, zones, now).is_none() {
        return Ok(false);
    }
    let happening = Happening::ZoneConflict;
    let everybody: Vec<&str> =
        effects::concerned(&session, None, happening).map(UserId::as_str).collect();
    effects::tell(&mut transaction, &session, None, happening, &everybody, now).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Where the wall clock of a lesson ahead is now, if that is not where it is.
fn meant(session: &Session, zones: &Zones, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let at = session.intent.as_ref().and_then(|intent| instant_of(intent, zones))?;
    let ahead = session.state == State::Scheduled && session.timing.start > now;
    (ahead && at != session.timing.start).then_some(at)
}
