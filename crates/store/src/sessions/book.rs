//! Booking: one transaction, and in it everything that a booking owes.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{SessionId, UserId},
    person::Actor,
    session::{Session, Timing},
    text::{Description, Skill, Title},
    zone::Intent,
};
use sqlx::{PgConnection, PgPool};

use super::{
    effects::{self, Happening},
    load::load,
};
use crate::{
    error::{StoreError, with_retries},
    idempotency::{self, Answer, Once},
    users,
};

/// A lesson that somebody asks for.
#[derive(Debug, Clone)]
pub struct Booking {
    /// Its name, if it comes to be.
    pub id: SessionId,
    /// What it is called.
    pub title: Title,
    /// What it is about.
    pub description: Description,
    /// What is taught.
    pub skill: Skill,
    /// Who gives it.
    pub teacher: UserId,
    /// Who takes it; not the teacher.
    pub student: UserId,
    /// When.
    pub timing: Timing,
    /// The wall clock that was meant, where there was one.
    pub intent: Option<Intent>,
    /// Who asks.
    pub by: Actor,
}

/// Books a lesson, or says that somebody is taken.
///
/// Of any number of bookings that race for one slot, one wins: each inserts
/// its participants sorted by user, waits for others that hold the slot, and
/// counts what went in. The answer, as `render` makes it, is kept with the
/// booking where the request carried an idempotency key.
pub async fn book(
    pool: &PgPool,
    booking: &Booking,
    once: Option<&Once<'_>>,
    now: DateTime<Utc>,
    render: &(dyn Fn(&Session) -> Answer + Sync),
) -> Result<Answer, StoreError> {
    with_retries!(try_book(pool, booking, once, now, render))
}

async fn try_book(
    pool: &PgPool,
    booking: &Booking,
    once: Option<&Once<'_>>,
    now: DateTime<Utc>,
    render: &(dyn Fn(&Session) -> Answer + Sync),
) -> Result<Answer, StoreError> {
    let mut transaction = pool.begin().await?;
    if let Some(once) = once
        && let Some(answer) = idempotency::claim(&mut transaction, once, now).await?
    {
        return Ok(answer);
    }
    insert(&mut transaction, booking, now).await?;
    let session =
        load(&mut transaction, &[booking.id.0]).await?.pop().ok_or(StoreError::NotFound)?;
    effects::record(&mut transaction, &session, &booking.by, Happening::Booked, now).await?;
    let answer = render(&session);
    if let Some(once) = once {
        idempotency::keep(&mut transaction, once, &answer).await?;
    }
    transaction.commit().await?;
    Ok(answer)
}

async fn insert(
    connection: &mut PgConnection,
    booking: &Booking,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut people = [(&booking.teacher, "teacher"), (&booking.student, "student")];
    people.sort();
    let users: Vec<String> = people.iter().map(|(id, _)| id.to_string()).collect();
    let roles: Vec<String> = people.iter().map(|(_, role)| (*role).to_owned()).collect();
    users::introduce(connection, &users, now).await?;
    sqlx::query!(
        r#"
        INSERT INTO sessions
            (id, title, description, skill, teacher, student, during, time_zone, local_start,
             created_by, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, tstzrange($7, $8, '[)'), $9, $10, $11, $12, $12)
        "#,
        booking.id.0,
        booking.title.as_str(),
        booking.description.as_str(),
        booking.skill.as_str(),
        booking.teacher.as_str(),
        booking.student.as_str(),
        booking.timing.start,
        booking.timing.end(),
        booking.intent.as_ref().map(|intent| intent.time_zone.as_str()),
        booking.intent.as_ref().map(|intent| intent.local_start.as_str()),
        booking.by.id.as_str(),
        now,
    )
    .execute(&mut *connection)
    .await?;
    let attending = sqlx::query!(
        r#"
        INSERT INTO session_participants
            (session_id, user_id, role, during, blocking, created_at)
        SELECT $1, p.user_id, p.role, tstzrange($4, $5, '[)'), true, $6
        FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS p (user_id, role, n)
        ORDER BY p.n
        ON CONFLICT DO NOTHING
        "#,
        booking.id.0,
        &users,
        &roles,
        booking.timing.start,
        booking.timing.end(),
        now,
    )
    .execute(connection)
    .await?
    .rows_affected();
    if attending < users.len() as u64 {
        return Err(StoreError::SlotTaken);
    }
    Ok(())
}
