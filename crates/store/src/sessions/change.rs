//! Changes of a lesson: its words, its time, its end.
//!
//! A change takes the advisory locks of everybody in the lesson, sorted, before
//! any row: two changes never wait for each other in a circle.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::SessionId,
    person::Actor,
    policy::Policy,
    session::{Confirmation, Session, State, Timing, Version},
    text::{Description, Minutes, Reason, Skill, Title},
    zone::Intent,
};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::{
    effects::{self, Happening},
    load::load,
    seats,
};
use crate::{
    error::{StoreError, with_retries},
    holds,
    openings::{self, Platform, Wanted},
};

/// Which version of a lesson the caller means to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Whichever it is.
    Any,
    /// One of these.
    OneOf(Vec<Version>),
}

impl Expected {
    /// Whether `current` is the version that is meant.
    pub(crate) fn check(&self, current: Version) -> Result<(), StoreError> {
        match self {
            Self::OneOf(versions) if !versions.contains(&current) => {
                Err(StoreError::VersionConflict { current })
            }
            Self::Any | Self::OneOf(_) => Ok(()),
        }
    }
}

/// Another start of a lesson.
#[derive(Debug, Clone)]
pub struct NewStart {
    /// The instant.
    pub at: DateTime<Utc>,
    /// The wall clock that was meant, where there was one.
    pub intent: Option<Intent>,
}

/// What is to change; `None` leaves it.
#[derive(Debug, Clone)]
pub struct Edit {
    /// Which lesson.
    pub id: SessionId,
    /// In which version.
    pub expected: Expected,
    /// Who changes it.
    pub by: Actor,
    /// What it is called.
    pub title: Option<Title>,
    /// What it is about.
    pub description: Option<Description>,
    /// What is taught.
    pub skill: Option<Skill>,
    /// When it starts.
    pub start: Option<NewStart>,
    /// How long it is.
    pub duration: Option<Minutes>,
}

/// A lesson to call off.
#[derive(Debug, Clone)]
pub struct Cancellation {
    /// Which lesson.
    pub id: SessionId,
    /// In which version.
    pub expected: Expected,
    /// Who calls it off.
    pub by: Actor,
    /// Why.
    pub reason: Reason,
}

/// Changes the words or the time of a lesson. One UPDATE re-checks every
/// participant's time.
pub async fn edit(
    pool: &PgPool,
    platform: Platform<'_>,
    edit: &Edit,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_edit(pool, platform, edit, now))
}

/// Calls a lesson off, and frees its people's time. A student of a group lesson
/// gives back a seat by it, and the lesson stands.
pub async fn cancel(
    pool: &PgPool,
    platform: Platform<'_>,
    cancellation: &Cancellation,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_cancel(pool, platform, cancellation, now))
}

async fn try_edit(
    pool: &PgPool,
    platform: Platform<'_>,
    edit: &Edit,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, before) = lock(pool, edit.id).await?;
    let timing = Timing {
        start: edit.start.as_ref().map_or(before.timing.start, |start| start.at),
        duration: edit.duration.unwrap_or(before.timing.duration),
    };
    before.may_edit(&edit.by, timing, now)?;
    edit.expected.check(before.version)?;
    let moved = timing != before.timing;
    let mut confirm_by = before.confirm_by;
    if moved {
        let policy = reschedule(&mut transaction, platform, &before, edit, timing, now).await?;
        // Another time is another question to the teacher.
        confirm_by = confirm_by.map(|_| timing.start.min(now + policy.confirm_within));
    }
    let intent = match &edit.start {
        Some(start) => start.intent.as_ref(),
        None => before.intent.as_ref(),
    };
    sqlx::query!(
        r#"
        UPDATE sessions
        SET title = $2, description = $3, skill = $4, during = tstzrange($5, $6, '[)'),
            time_zone = $7, local_start = $8, version = version + 1,
            sequence = sequence + $9, updated_at = $10, confirm_by = $11,
            detached = detached OR (series_id IS NOT NULL AND $9 > 0)
        WHERE id = $1
        "#,
        edit.id.0,
        edit.title.as_ref().unwrap_or(&before.title).as_str(),
        edit.description.as_ref().unwrap_or(&before.description).as_str(),
        edit.skill.as_ref().unwrap_or(&before.skill).as_str(),
        timing.start,
        timing.end(),
        intent.map(|intent| intent.time_zone.as_str()),
        intent.map(|intent| intent.local_start.as_str()),
        i32::from(moved),
        now,
        confirm_by,
    )
    .execute(&mut *transaction)
    .await?;
    let happening =
        if moved { Happening::Rescheduled { from: before.timing } } else { Happening::Changed };
    finish(transaction, edit.id, &edit.by, happening, now).await
}

/// Whether the lesson may take place at its new time, and lets go of holds on
/// the way: whoever moves a lesson has their slot.
pub(super) async fn reschedule(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    before: &Session,
    edit: &Edit,
    timing: Timing,
    now: DateTime<Utc>,
) -> Result<Policy, StoreError> {
    let students = before.students();
    let wanted = Wanted {
        teacher: &before.teacher,
        students: &students,
        timing,
        by: &edit.by,
        except: Some(before.id),
    };
    let policy = openings::check(connection, platform, wanted, now).await?.policy;
    let holders: Vec<_> = students.iter().chain([&edit.by.id]).collect();
    let deadline = before.terms.cancel_deadline(platform.policy);
    before.may_move(&edit.by, policy.reschedule_needs_consent, deadline, now)?;
    holds::consume(connection, &before.teacher, &holders).await?;
    Ok(policy)
}

async fn try_cancel(
    pool: &PgPool,
    platform: Platform<'_>,
    cancellation: &Cancellation,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, before) = lock(pool, cancellation.id).await?;
    before.may_see(&cancellation.by)?;
    if before.only_has_seat(&cancellation.by) {
        cancellation.expected.check(before.version)?;
        let (user, by) = (&cancellation.by.id, &cancellation.by);
        let session = seats::leave(&mut transaction, platform, before, user, by, now).await?;
        transaction.commit().await?;
        return Ok(session);
    }
    let deadline = before.terms.cancel_deadline(platform.policy);
    let reason = cancellation.reason.clone();
    let next = before.cancelled(&cancellation.by, reason, deadline, now)?;
    cancellation.expected.check(before.version)?;
    call_off(&mut transaction, &before, &next, before.confirmation).await?;
    finish(transaction, cancellation.id, &cancellation.by, Happening::Cancelled, now).await
}

/// Writes that a lesson is called off, and frees its people's time.
pub(super) async fn call_off(
    connection: &mut PgConnection,
    before: &Session,
    next: &State,
    confirmation: Confirmation,
) -> Result<(), StoreError> {
    let State::Cancelled { at, by, reason, late, .. } = next else { return Ok(()) };
    sqlx::query!(
        r#"
        UPDATE sessions
        SET status = 'cancelled', blocking = false, cancelled_at = $2, cancelled_by = $3,
            cancel_reason = $4, late_cancel = $5, confirmation = $6, version = version + 1,
            sequence = sequence + 1, updated_at = $2
        WHERE id = $1
        "#,
        before.id.0,
        at,
        by.as_str(),
        reason.as_str(),
        late,
        confirmation.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Locks the people of a lesson, then the lesson, and reads it.
pub(super) async fn lock(
    pool: &PgPool,
    id: SessionId,
) -> Result<(Transaction<'static, Postgres>, Session), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query!(
        r#"
        SELECT pg_advisory_xact_lock(people.key) AS "locked: ()"
        FROM (SELECT hashtextextended(user_id, 0) AS key
              FROM session_participants WHERE session_id = $1 ORDER BY key) people
        "#,
        id.0,
    )
    .fetch_all(&mut *transaction)
    .await?;
    sqlx::query!("SELECT FROM sessions WHERE id = $1 FOR UPDATE", id.0)
        .fetch_optional(&mut *transaction)
        .await?
        .ok_or(StoreError::NotFound)?;
    let session = reload(&mut transaction, id).await?;
    Ok((transaction, session))
}

pub(super) async fn finish(
    mut transaction: Transaction<'static, Postgres>,
    id: SessionId,
    by: &Actor,
    happening: Happening,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let session = reload(&mut transaction, id).await?;
    effects::record(&mut transaction, &session, by, happening, now).await?;
    transaction.commit().await?;
    Ok(session)
}

pub(super) async fn reload(
    connection: &mut PgConnection,
    id: SessionId,
) -> Result<Session, StoreError> {
    load(connection, &[id.0]).await?.pop().ok_or(StoreError::NotFound)
}

/// The lesson looks different now: a new version of it.
pub(super) async fn touch(
    connection: &mut PgConnection,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sessions SET version = version + 1, updated_at = $2 WHERE id = $1",
        id.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
