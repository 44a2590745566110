//! Booking: one transaction, and in it everything that a booking owes.

use chrono::{DateTime, SubsecRound as _, Utc};
use lectern_domain::{
    id::{HoldId, SeriesId, SessionId, UserId},
    person::Actor,
    policy::Policy,
    session::{
        Capacity, Confirmation, Participant, ParticipantRole, Session, State, Timing, Version,
    },
    text::{Description, Skill, Title},
    zone::Intent,
};
use sqlx::{PgConnection, PgPool};

use super::effects::{self, Happening};
use crate::{
    error::{StoreError, with_retries},
    idempotency::{self, Answer, Once},
    openings::{self, Platform, Teacher, Wanted},
};

/// Begins a booking. What it asks is made for a few rows found by their keys,
/// whatever the tables hold: each statement keeps the plan that a connection made
/// first. Left to itself Postgres expects ten people where there are two, holds a
/// plan made anew to be the better one, and makes one for every booking.
const BEGIN: &str = "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan";

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
    fn people(&self) -> Vec<(&UserId, ParticipantRole)> {
        let student = self.student.as_ref().map(|student| (student, ParticipantRole::Student));
        let teacher = (&self.teacher, ParticipantRole::Teacher);
        let mut people: Vec<_> = std::iter::once(teacher).chain(student).collect();
        people.sort();
        people
    }

    /// Who takes it, where it is one person's.
    fn only_student(&self) -> Option<&UserId> {
        self.student.as_ref().filter(|_| !self.capacity.is_group())
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
    let mut transaction = pool.begin_with(BEGIN).await?;
    if let Some(once) = once
        && let Some(answer) = idempotency::claim(&mut transaction, once, now).await?
    {
        return Ok(answer);
    }
    lock(&mut transaction, booking).await?;
    let session = place(&mut transaction, platform, booking, now).await?;
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
) -> Result<Session, StoreError> {
    let wanted = Wanted {
        teacher: &booking.teacher,
        students: booking.student.as_slice(),
        timing: booking.timing,
        by: &booking.by,
        except: None,
    };
    let teacher = openings::check(connection, platform, wanted, now).await?;
    let standing = Standing::of(booking, &teacher.policy, now);
    let names = insert(connection, booking, standing, now).await?;
    Ok(written(booking, standing, &teacher, names, now))
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

/// Writes the lesson and who is in it, introduces them, and uses up whatever
/// holds they have of the teacher's time: one statement, since each is a way to
/// the database and back. Answers with their names, in order.
async fn insert(
    connection: &mut PgConnection,
    booking: &Booking,
    standing: Standing,
    now: DateTime<Utc>,
) -> Result<Vec<String>, StoreError> {
    let (users, roles): (Vec<String>, Vec<String>) = (booking.people().into_iter())
        .map(|(user, role)| (user.to_string(), role.as_str().to_owned()))
        .unzip();
    let holders: Vec<String> =
        booking.student.iter().chain([&booking.by.id]).map(ToString::to_string).collect();
    let written = sqlx::query!(
        r#"
        WITH used AS (
            DELETE FROM holds WHERE teacher = $5 AND holder = ANY($18)
            RETURNING id, expires_at > $11 AS alive
        ), introduced AS (
            INSERT INTO users (id, created_at, updated_at)
            SELECT p.id, $11, $11 FROM unnest($19::text[]) WITH ORDINALITY AS p (id, n)
            ORDER BY p.n
            ON CONFLICT (id) DO NOTHING
        ), lesson AS (
            INSERT INTO sessions
                (id, title, description, skill, teacher, student, during, time_zone,
                 local_start, created_by, created_at, updated_at, confirmation, confirm_by,
                 blocking, capacity, series_id)
            VALUES ($1, $2, $3, $4, $5, $6, tstzrange($7, $8, '[)'), $9, $10, $12, $11, $11,
                    $13, $14, $15, $16, $17)
        ), seated AS (
            INSERT INTO session_participants
                (session_id, user_id, role, during, blocking, created_at)
            SELECT $1, p.id, p.role, tstzrange($7, $8, '[)'), $15, $11
            FROM unnest($19::text[], $20::text[]) WITH ORDINALITY AS p (id, role, n)
            ORDER BY p.n
            ON CONFLICT DO NOTHING
            RETURNING user_id
        )
        SELECT (SELECT count(*) FROM seated) AS "seated!",
               EXISTS (SELECT FROM used WHERE used.id = $21 AND used.alive) AS "held!",
               ARRAY(SELECT coalesce((SELECT nullif(u.name, '') FROM users u WHERE u.id = p.id),
                                     p.id)
                     FROM unnest($19::text[]) WITH ORDINALITY AS p (id, n)
                     ORDER BY p.n) AS "names!"
        "#,
        booking.id.0,
        booking.title.as_str(),
        booking.description.as_str(),
        booking.skill.as_str(),
        booking.teacher.as_str(),
        booking.only_student().map(UserId::as_str),
        booking.timing.start,
        booking.timing.end(),
        booking.intent.as_ref().map(|intent| intent.time_zone.as_str()),
        booking.intent.as_ref().map(|intent| intent.local_start.as_str()),
        now,
        booking.by.id.as_str(),
        standing.confirmation.as_str(),
        standing.confirm_by,
        standing.blocking,
        i32::from(booking.capacity.get()),
        booking.series.map(|series| series.0),
        &holders,
        &users,
        &roles,
        booking.hold.map(|hold| hold.0),
    )
    .fetch_one(connection)
    .await?;
    if booking.hold.is_some() && !written.held {
        return Err(StoreError::HoldExpired);
    }
    if usize::try_from(written.seated) != Ok(users.len()) {
        return Err(StoreError::SlotTaken);
    }
    Ok(written.names)
}

/// The lesson that was just written, as it would be read.
fn written(
    booking: &Booking,
    standing: Standing,
    teacher: &Teacher,
    names: Vec<String>,
    now: DateTime<Utc>,
) -> Session {
    let participants = (booking.people().into_iter().zip(names))
        .map(|((user, role), name)| Participant { user: user.clone(), name, role, absent: false })
        .collect();
    Session {
        id: booking.id,
        title: booking.title.clone(),
        description: booking.description.clone(),
        skill: booking.skill.clone(),
        teacher: booking.teacher.clone(),
        student: booking.only_student().cloned(),
        participants,
        capacity: booking.capacity,
        waitlist: Vec::new(),
        timing: Timing { start: kept(booking.timing.start), ..booking.timing },
        intent: booking.intent.clone(),
        state: State::Scheduled,
        confirmation: standing.confirmation,
        no_show: None,
        confirm_by: standing.confirm_by.map(kept),
        terms: teacher.terms(),
        series: booking.series,
        proposal: None,
        version: Version(1),
        sequence: 0,
        created_at: kept(now),
    }
}

/// An instant as precise as the database keeps it.
fn kept(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}
