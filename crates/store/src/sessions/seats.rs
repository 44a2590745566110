//! Seats of group lessons: taken, given back, waited for and offered.
//!
//! Whoever changes a seat holds the lesson's row, so that seats are counted by
//! one at a time; before it they take the lock of whose seat it is, as every
//! change does.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{SessionId, UserId},
    person::Actor,
    session::{Capacity, Place, Refused, Session, State},
};
use serde_json::json;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::{
    change::{reload, touch},
    effects::{self, Happening},
    load::load,
    series::taken,
};
use crate::{
    error::{StoreError, with_retries},
    notifications::{self, NewNotice},
    openings::{self, Platform},
    page::{After, Page, PageRequest},
    users,
};

/// The most lessons whose offers one sweep passes on.
const BATCH: i64 = 100;

/// A seat that somebody is to have, or no longer.
#[derive(Debug, Clone)]
pub struct SeatRequest {
    /// In which lesson.
    pub session: SessionId,
    /// Whose.
    pub user: UserId,
    /// Who says so.
    pub by: Actor,
}

/// Takes a seat, also one that was offered; where none is free, a place on the
/// waitlist. Whoever has one already keeps it.
pub async fn take_seat(
    pool: &PgPool,
    request: &SeatRequest,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_take(pool, request, now))
}

/// Gives a seat or a place on the waitlist back. A free seat is offered to who
/// waits for it.
pub async fn give_seat_back(
    pool: &PgPool,
    platform: Platform<'_>,
    request: &SeatRequest,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_give_back(pool, platform, request, now))
}

/// Passes seats on whose offers have ended, and says in how many lessons. Any
/// number of processes may: each takes what no other holds.
pub async fn pass_on_offers(pool: &PgPool, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let mut transaction = pool.begin().await?;
    let due: Vec<Uuid> = sqlx::query_scalar!(
        r#"
        SELECT id FROM sessions s
        WHERE id IN (SELECT session_id FROM session_waitlist WHERE offered_until <= $1)
        ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
        "#,
        now,
        BATCH,
    )
    .fetch_all(&mut *transaction)
    .await?;
    let mut passed = 0;
    // Another process may have been here since they were found.
    for session in load(&mut transaction, &due).await? {
        let version = session.version;
        let session = offer_free_seats(&mut transaction, session, now).await?;
        passed += usize::from(session.version != version);
    }
    transaction.commit().await?;
    Ok(passed)
}

/// One page of a teacher's group lessons that have not begun, by start.
pub async fn open_groups(
    pool: &PgPool,
    teacher: &UserId,
    now: DateTime<Utc>,
    page: PageRequest,
) -> Result<Page<Session>, StoreError> {
    let mut connection = pool.acquire().await?;
    let ids: Vec<Uuid> = sqlx::query_scalar!(
        r#"
        SELECT id FROM sessions
        WHERE teacher = $1 AND capacity > 1 AND status = 'scheduled'
          AND confirmation = 'confirmed' AND scheduled_at > $2
          AND ($3::timestamptz IS NULL OR (scheduled_at, id) > ($3, $4::uuid))
        ORDER BY scheduled_at, id LIMIT $5
        "#,
        teacher.as_str(),
        now,
        page.after.map(|after| after.at),
        page.after.map(|after| after.id),
        page.fetch(),
    )
    .fetch_all(&mut *connection)
    .await?;
    let sessions = load(&mut connection, &ids).await?;
    Ok(Page::cut(sessions, page, |session| After { at: session.timing.start, id: session.id.0 }))
}

async fn try_take(
    pool: &PgPool,
    request: &SeatRequest,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, session) = lock(pool, request).await?;
    let (user, by) = (&request.user, &request.by);
    let (session, seated) = take(&mut transaction, session, user, now).await?;
    if seated {
        let told = told(&session, user, by);
        let happening = Happening::SeatTaken;
        effects::tell_of_seat(&mut transaction, &session, (by, user), happening, &told, now)
            .await?;
    }
    transaction.commit().await?;
    Ok(session)
}

/// Gives `user` a seat or a place on the waitlist, in a lesson whose row is
/// locked, and says whether it is a seat that they had not. Nobody is told.
pub(super) async fn take(
    connection: &mut PgConnection,
    session: Session,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(Session, bool), StoreError> {
    session.may_have_seat(user, now)?;
    let session = offer_free_seats(connection, session, now).await?;
    Ok(match session.place_of(user, now) {
        Place::Seat | Place::Waiting { .. } => (session, false),
        Place::None if session.seats_free(now) == 0 => {
            users::introduce(connection, &[user.to_string()], now).await?;
            wait(connection, &session, user, now).await?;
            (renew(connection, session.id, now).await?, false)
        }
        Place::None | Place::Offered { .. } => {
            users::introduce(connection, &[user.to_string()], now).await?;
            sit(connection, &session, user, now).await?;
            let session = renew(connection, session.id, now).await?;
            effects::remind(connection, &session, user, now).await?;
            (session, true)
        }
    })
}

async fn try_give_back(
    pool: &PgPool,
    platform: Platform<'_>,
    request: &SeatRequest,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, session) = lock(pool, request).await?;
    let (user, by) = (&request.user, &request.by);
    let session = leave(&mut transaction, platform, session, user, by, now).await?;
    transaction.commit().await?;
    Ok(session)
}

/// Gives back what `user` has, in a lesson whose row is locked.
pub(super) async fn leave(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    before: Session,
    user: &UserId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (session, was_seated) = let_go(connection, platform, before.clone(), user, by, now).await?;
    if was_seated {
        let (told, happening) = (told(&before, user, by), gone(user, by));
        effects::tell_of_seat(connection, &before, (by, user), happening, &told, now).await?;
    }
    Ok(session)
}

/// The same, telling nobody but those who wait; and whether it was a seat.
pub(super) async fn let_go(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    session: Session,
    user: &UserId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(Session, bool), StoreError> {
    let removed = by.id != *user;
    match removed {
        true => session.may_lose_seat(user, now)?,
        false => session.may_have_seat(user, now)?,
    }
    let was_seated = match session.place_of(user, now) {
        Place::None => return Err(Refused::NotParticipant.into()),
        Place::Waiting { .. } | Place::Offered { .. } => {
            forget(connection, session.id, user).await?;
            false
        }
        Place::Seat => {
            if !removed {
                session.may_still_leave(session.terms.cancel_deadline(platform.policy), now)?;
            }
            stand_up(connection, &session, user, by, now).await?;
            true
        }
    };
    let session = renew(connection, session.id, now).await?;
    Ok((offer_free_seats(connection, session, now).await?, was_seated))
}

/// What happened to a seat that somebody has no more.
pub(super) fn gone(user: &UserId, by: &Actor) -> Happening {
    if by.id == *user { Happening::SeatGivenBack } else { Happening::SeatRemoved }
}

/// Gives back the seat of somebody who is erased, in a lesson whose row is
/// locked: whatever the deadline, and to whomever waits.
pub(super) async fn vacate(
    connection: &mut PgConnection,
    session: Session,
    user: &UserId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let told: Vec<&str> = std::iter::once(&session.teacher)
        .filter(|teacher| **teacher != by.id)
        .map(UserId::as_str)
        .collect();
    let happening = Happening::SeatGivenBack;
    effects::tell_of_seat(connection, &session, (by, user), happening, &told, now).await?;
    stand_up(connection, &session, user, by, now).await?;
    let session = renew(connection, session.id, now).await?;
    offer_free_seats(connection, session, now).await.map(drop)
}

/// Takes somebody from the waitlist of a lesson whose row is locked. A seat that
/// was kept for them is the next one's.
pub(super) async fn stop_waiting(
    connection: &mut PgConnection,
    session: Session,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    forget(connection, session.id, user).await?;
    let session = renew(connection, session.id, now).await?;
    offer_free_seats(connection, session, now).await.map(drop)
}

/// Who is told of a seat: whose it is and the teacher, but not who did it.
pub(super) fn told<'a>(session: &'a Session, user: &'a UserId, by: &Actor) -> Vec<&'a str> {
    let people = [user, &session.teacher].into_iter().filter(|person| **person != by.id);
    people.map(UserId::as_str).collect()
}

/// Ends offers that nobody took in time, and offers what is free to those who
/// wait for it, in order.
async fn offer_free_seats(
    connection: &mut PgConnection,
    session: Session,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let ended = sqlx::query_scalar!(
        "DELETE FROM session_waitlist WHERE session_id = $1 AND offered_until <= $2 \
         RETURNING user_id",
        session.id.0,
        now,
    )
    .fetch_all(&mut *connection)
    .await?;
    let until = session.offer_until(now);
    let free = i64::try_from(session.seats_free(now)).unwrap_or(0);
    let offered = match until > now && session.state == State::Scheduled {
        true => offer(connection, session.id, free, until).await?,
        false => Vec::new(),
    };
    // That a lesson is called off, they know.
    let off = matches!(session.state, State::Cancelled { .. });
    if off || (ended.is_empty() && offered.is_empty()) {
        return Ok(session);
    }
    let session = renew(connection, session.id, now).await?;
    let notices = [("seat_offer_expired", ended, None), ("seat_offered", offered, Some(until))];
    for (kind, users, until) in notices {
        let users: Vec<&str> = users.iter().map(String::as_str).collect();
        let payload = json!({
            "title": session.title,
            "scheduledAt": effects::rfc3339(session.timing.start),
            "duration": session.timing.duration,
            "offerExpiresAt": until.map(effects::rfc3339),
        });
        let notice = NewNotice { users: &users, kind, session: session.id, payload: &payload };
        notifications::notify(connection, &notice, now).await?;
    }
    Ok(session)
}

/// Keeps as many seats as are free for the first who wait, and says for whom.
async fn offer(
    connection: &mut PgConnection,
    session: SessionId,
    free: i64,
    until: DateTime<Utc>,
) -> Result<Vec<String>, StoreError> {
    let offered = sqlx::query_scalar!(
        r#"
        UPDATE session_waitlist SET offered_until = $3
        WHERE session_id = $1 AND user_id IN (
            SELECT user_id FROM session_waitlist
            WHERE session_id = $1 AND offered_until IS NULL ORDER BY place LIMIT $2)
        RETURNING user_id
        "#,
        session.0,
        free,
        until,
    )
    .fetch_all(connection)
    .await?;
    Ok(offered)
}

async fn lock(
    pool: &PgPool,
    request: &SeatRequest,
) -> Result<(Transaction<'static, Postgres>, Session), StoreError> {
    let mut transaction = pool.begin().await?;
    openings::lock(&mut transaction, &[&request.user]).await?;
    sqlx::query!("SELECT FROM sessions WHERE id = $1 FOR UPDATE", request.session.0)
        .fetch_optional(&mut *transaction)
        .await?
        .ok_or(StoreError::NotFound)?;
    let session = reload(&mut transaction, request.session).await?;
    Ok((transaction, session))
}

/// Gives somebody a seat, if they are free.
async fn sit(
    connection: &mut PgConnection,
    session: &Session,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    forget(connection, session.id, user).await?;
    let users = [user.to_string()];
    if !taken(connection, &users, &[session.timing], &[session.id.0]).await?.is_empty() {
        return Err(StoreError::SlotTaken);
    }
    let seated = sqlx::query!(
        r#"
        WITH taken_again AS (
            DELETE FROM returned_seats WHERE session_id = $1 AND user_id = $2
        )
        INSERT INTO session_participants (session_id, user_id, role, during, blocking, created_at)
        SELECT id, $2, 'student', during, blocking, $3 FROM sessions WHERE id = $1
        ON CONFLICT DO NOTHING
        "#,
        session.id.0,
        user.as_str(),
        now,
    )
    .execute(connection)
    .await?
    .rows_affected();
    if seated == 0 { Err(StoreError::SlotTaken) } else { Ok(()) }
}

/// Takes a seat from somebody, and keeps that they had it.
async fn stand_up(
    connection: &mut PgConnection,
    session: &Session,
    user: &UserId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let returned_by = match &by.id {
        id if id == user => "student",
        id if *id == session.teacher => "teacher",
        _ => "other",
    };
    sqlx::query!(
        r#"
        WITH gone AS (
            DELETE FROM session_participants WHERE session_id = $1 AND user_id = $2
            RETURNING session_id, user_id
        )
        INSERT INTO returned_seats
            (session_id, user_id, teacher, returned_by, returned_at, starts_at)
        SELECT session_id, user_id, $3, $4, $5, $6 FROM gone
        "#,
        session.id.0,
        user.as_str(),
        session.teacher.as_str(),
        returned_by,
        now,
        session.timing.start,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn wait(
    connection: &mut PgConnection,
    session: &Session,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if session.waitlist.len() >= Capacity::MAX_WAITING {
        return Err(StoreError::WaitlistFull);
    }
    sqlx::query!(
        "INSERT INTO session_waitlist (session_id, user_id, created_at) VALUES ($1, $2, $3)",
        session.id.0,
        user.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn forget(
    connection: &mut PgConnection,
    session: SessionId,
    user: &UserId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM session_waitlist WHERE session_id = $1 AND user_id = $2",
        session.0,
        user.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The lesson in its new version.
async fn renew(
    connection: &mut PgConnection,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    touch(connection, id, now).await?;
    reload(connection, id).await
}
