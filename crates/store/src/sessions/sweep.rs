//! Lessons whose end has passed, and requests whose answer is overdue.

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{id::SessionId, session::NoShow};
use sqlx::PgPool;

use super::{effects, ended, load::load};
use crate::error::StoreError;

/// The most lessons that one sweep completes or decides on.
const BATCH: i64 = 500;
/// How long after its end a lesson may be held open by somebody who is still
/// there: longer than any grace, after which rooms close by themselves. Past
/// it, the one who seems to be there was left behind by a node that died.
const OVERSTAY: TimeDelta = TimeDelta::hours(3);
/// How long after a room has closed a presence may still be on its way from
/// its node to the database.
const LATE_WORD: TimeDelta = TimeDelta::minutes(5);

/// Completes the lessons that are in progress, whose end has passed and whose
/// rooms are empty, and says which. Any number of processes may sweep: each
/// takes what no other holds. A lesson that nobody attended stays scheduled.
pub async fn complete_ended(
    pool: &PgPool,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, StoreError> {
    let mut transaction = pool.begin().await?;
    let completed = sqlx::query_scalar!(
        r#"
        WITH ended AS (
            SELECT id FROM sessions s
            WHERE status = 'in-progress' AND ends_at <= $1
              AND (ends_at <= $3 OR NOT EXISTS (
                  SELECT FROM attendance a WHERE a.session_id = s.id AND a.left_at IS NULL))
            ORDER BY ends_at LIMIT $2
            FOR UPDATE SKIP LOCKED)
        UPDATE sessions s
        SET status = 'completed', finished_at = $1, version = version + 1, updated_at = $1
        FROM ended WHERE s.id = ended.id
        RETURNING s.id
        "#,
        now,
        BATCH,
        now - OVERSTAY,
    )
    .fetch_all(&mut *transaction)
    .await?;
    let completed: Vec<SessionId> = completed.into_iter().map(SessionId).collect();
    for id in &completed {
        ended::completed(&mut transaction, *id, now).await?;
    }
    transaction.commit().await?;
    Ok(completed)
}

/// Decides of lessons that stood, whose rooms have closed and that did not take
/// place, who did not come, and says how many were decided. Each is decided
/// once, by one process. `grace` is how long after their end rooms close, where
/// the teacher says nothing else.
pub async fn decide_no_shows(
    pool: &PgPool,
    grace: TimeDelta,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let mut transaction = pool.begin().await?;
    let passed = sqlx::query!(
        r#"
        SELECT s.id,
            EXISTS (SELECT FROM attendance a WHERE a.session_id = s.id
                AND a.role = 'teacher' AND a.connected_at IS NOT NULL) AS "teacher_came!",
            EXISTS (SELECT FROM attendance a WHERE a.session_id = s.id
                AND a.role = 'student' AND a.connected_at IS NOT NULL) AS "student_came!",
            EXISTS (SELECT FROM session_participants p WHERE p.session_id = s.id
                AND p.role = 'student' AND p.attending) AS "has_students!"
        FROM sessions s LEFT JOIN policies own ON own.teacher = s.teacher
        WHERE s.status = 'scheduled' AND s.confirmation = 'confirmed' AND s.provider = 'lectern'
          AND s.no_show_decided_at IS NULL AND s.ends_at <= $1
          AND s.ends_at + make_interval(mins => coalesce(own.grace, $3)) <= $1
        ORDER BY s.ends_at LIMIT $2
        FOR UPDATE OF s SKIP LOCKED
        "#,
        now - LATE_WORD,
        BATCH,
        i32::try_from(grace.num_minutes()).unwrap_or(i32::MAX),
    )
    .fetch_all(&mut *transaction)
    .await?;
    for lesson in &passed {
        // Nobody misses a group lesson that nobody wanted.
        let no_show = lesson
            .has_students
            .then(|| NoShow::of(lesson.teacher_came, lesson.student_came))
            .flatten();
        sqlx::query!(
            "UPDATE sessions SET no_show = $2, no_show_decided_at = $3, version = version + 1, \
             updated_at = $3 WHERE id = $1",
            lesson.id,
            no_show.map(NoShow::as_str),
            now,
        )
        .execute(&mut *transaction)
        .await?;
        if let Some(no_show) = no_show {
            ended::missed(&mut transaction, SessionId(lesson.id), no_show, now).await?;
        }
    }
    transaction.commit().await?;
    Ok(passed.len())
}

/// Calls off the requests that nobody answered in time, in the name of the
/// teacher who did not, and tells their people. Any number of processes may
/// do so: each takes what no other holds.
pub async fn expire_unanswered(pool: &PgPool, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let mut transaction = pool.begin().await?;
    let expired = sqlx::query_scalar!(
        r#"
        WITH unanswered AS (
            SELECT id FROM sessions
            WHERE confirmation = 'pending' AND status = 'scheduled' AND confirm_by <= $1
            ORDER BY confirm_by LIMIT $2
            FOR UPDATE SKIP LOCKED)
        UPDATE sessions s
        SET status = 'cancelled', confirmation = 'expired', blocking = false, cancelled_at = $1,
            cancelled_by = s.teacher, cancel_reason = '', version = version + 1,
            sequence = sequence + 1, updated_at = $1
        FROM unanswered WHERE s.id = unanswered.id
        RETURNING s.id
        "#,
        now,
        BATCH,
    )
    .fetch_all(&mut *transaction)
    .await?;
    for session in load(&mut transaction, &expired).await? {
        effects::expired(&mut transaction, &session, now).await?;
    }
    transaction.commit().await?;
    Ok(expired.len())
}
