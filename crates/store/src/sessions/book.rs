//! Booking: one transaction, and in it everything that a booking owes.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{HoldId, SeriesId, SessionId, UserId},
    person::Actor,
    policy::Policy,
    session::{Capacity, Confirmation, Session, Timing},
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
    holds,
    idempotency::{self, Answer, Once},
    openings::{self, Platform, Wanted},
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
    /// Who takes it, not the teacher; of a group lesson, who comes first, and
    /// perhaps nobody yet.
    pub student: Option<UserId>,
    /// How many students it takes.
    pub capacity: Capacity,
    /// The series that it is booked with.
    pub series: Option<SeriesId>,
    /// When.
    pub timing: Timing,
    /// The wall clock that was meant, where there was one.
    pub intent: Option<Intent>,
    /// The hold that kept the slot, where there was one.
    pub hold: Option<HoldId>,
    /// Who asks.
    pub by: Actor,
}

impl Booking {
    /// Who is in it from the start, sorted, and as what.
    fn people(&self) -> (Vec<String>, Vec<String>) {
        let student = self.student.as_ref().map(|student| (student, "student"));
        let mut people: Vec<_> =
            std::iter::once((&self.teacher, "teacher")).chain(student).collect();
        people.sort();
        people.into_iter().map(|(id, role)| (id.to_string(), role.to_owned())).unzip()
    }

    /// Who takes it, where it is one person's.
    fn only_student(&self) -> Option<&str> {
        let student = self.student.as_ref().filter(|_| !self.capacity.is_group());
        student.map(UserId::as_str)
    }
}

/// Books a lesson, or says why the slot is not to be had.
///
/// Of any number of bookings that race for one slot, one wins: each locks its
/// people and looks again. Beneath, the participants are inserted sorted by
/// user and counted, so that what the locks do not cover is refused by the
/// schema. The answer, as `render` makes it, is kept with the
/// booking where the request carried an idempotency key.
pub async fn book(
    pool: &PgPool,
    platform: Platform<'_>,
    booking: &Booking,
    once: Option<&Once<'_>>,
    now: DateTime<Utc>,
    render: &(dyn Fn(&Session) -> Answer + Sync),
) -> Result<Answer, StoreError> {
    with_retries!(try_book(pool, platform, booking, once, now, render))
}

async fn try_book(
    pool: &PgPool,
    platform: Platform<'_>,
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
    lock(&mut transaction, booking).await?;
    place(&mut transaction, platform, booking, now).await?;
    let session =
        load(&mut transaction, &[booking.id.0]).await?.pop().ok_or(StoreError::NotFound)?;
    let happening = happening(&session);
    effects::record(&mut transaction, &session, &booking.by, happening, now).await?;
    let answer = render(&session);
    if let Some(once) = once {
        idempotency::keep(&mut transaction, once, &answer).await?;
    }
    transaction.commit().await?;
    Ok(answer)
}

/// Locks the people of a lesson that is to be.
pub(super) async fn lock(
    connection: &mut PgConnection,
    booking: &Booking,
) -> Result<(), StoreError> {
    let people: Vec<&UserId> = booking.student.iter().chain([&booking.teacher]).collect();
    openings::lock(connection, &people).await
}

/// Writes a lesson whose people are locked, if its slot is to be had.
pub(super) async fn place(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    booking: &Booking,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let teacher = &booking.teacher;
    let wanted = Wanted {
        teacher,
        students: booking.student.as_slice(),
        timing: booking.timing,
        by: &booking.by,
        except: None,
    };
    let policy = openings::check(connection, platform, wanted, now).await?;
    let holders: Vec<&UserId> = booking.student.iter().chain([&booking.by.id]).collect();
    holds::consume(connection, teacher, &holders, booking.hold, now).await?;
    let standing = Standing::of(booking, &policy, now);
    insert(connection, booking, standing, now).await
}

/// What a lesson that was just written is.
pub(super) const fn happening(session: &Session) -> Happening {
    match session.confirmation {
        Confirmation::Pending => Happening::Requested,
        _ => Happening::Booked,
    }
}

/// Whether a new lesson stands, or is a request to the teacher.
#[derive(Debug, Clone, Copy)]
struct Standing {
    confirmation: Confirmation,
    /// Until when the teacher may answer.
    confirm_by: Option<DateTime<Utc>>,
    /// Whether it takes its people's time.
    blocking: bool,
}

impl Standing {
    fn of(booking: &Booking, policy: &Policy, now: DateTime<Utc>) -> Self {
        if !policy.requires_confirmation || booking.by.id == booking.teacher {
            let confirmation = Confirmation::Confirmed;
            return Self { confirmation, confirm_by: None, blocking: true };
        }
        Self {
            confirmation: Confirmation::Pending,
            confirm_by: Some(booking.timing.start.min(now + policy.confirm_within)),
            blocking: policy.pending_blocks,
        }
    }
}

async fn insert(
    connection: &mut PgConnection,
    booking: &Booking,
    standing: Standing,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (users, roles) = booking.people();
    users::introduce(connection, &users, now).await?;
    sqlx::query!(
        r#"
        INSERT INTO sessions
            (id, title, description, skill, teacher, student, during, time_zone, local_start,
             created_by, created_at, updated_at, confirmation, confirm_by, blocking, capacity,
             series_id)
        VALUES ($1, $2, $3, $4, $5, $6, tstzrange($7, $8, '[)'), $9, $10, $11, $12, $12,
                $13, $14, $15, $16, $17)
        "#,
        booking.id.0,
        booking.title.as_str(),
        booking.description.as_str(),
        booking.skill.as_str(),
        booking.teacher.as_str(),
        booking.only_student(),
        booking.timing.start,
        booking.timing.end(),
        booking.intent.as_ref().map(|intent| intent.time_zone.as_str()),
        booking.intent.as_ref().map(|intent| intent.local_start.as_str()),
        booking.by.id.as_str(),
        now,
        standing.confirmation.as_str(),
        standing.confirm_by,
        standing.blocking,
        i32::from(booking.capacity.get()),
        booking.series.map(|series| series.0),
    )
    .execute(&mut *connection)
    .await?;
    let attending = sqlx::query!(
        r#"
        INSERT INTO session_participants
            (session_id, user_id, role, during, blocking, created_at)
        SELECT $1, p.user_id, p.role, tstzrange($4, $5, '[)'), $7, $6
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
        standing.blocking,
    )
    .execute(connection)
    .await?
    .rows_affected();
    if attending < users.len() as u64 {
        return Err(StoreError::SlotTaken);
    }
    Ok(())
}
