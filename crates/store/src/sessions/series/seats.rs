//! Seats in the lessons of a series of groups.

use chrono::{DateTime, Utc};
use lectern_domain::{
    series::Reach,
    session::{Place, Refused, Session},
};
use sqlx::PgPool;

use super::lessons::Series;
use crate::{
    error::{StoreError, with_retries},
    openings::{self, Platform},
    sessions::{
        effects::{self, Happening},
        seats::{self, SeatRequest},
    },
};

/// Takes a seat in each lesson of a series that `reach` says, or where none is
/// free a place on that lesson's waitlist. In all of them or in none: somebody
/// who has another lesson at the time of one takes no seat at all. Answers
/// those lessons, in order.
pub async fn take_seats(
    pool: &PgPool,
    request: &SeatRequest,
    reach: Reach,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    with_retries!(try_take(pool, request, reach, now))
}

/// Gives back what somebody has in the lessons of a series that `reach` says: in
/// all of them, or, where one is past its deadline, in none. Answers the
/// lessons in which they had something, and the one that was named.
pub async fn give_seats_back(
    pool: &PgPool,
    platform: Platform<'_>,
    request: &SeatRequest,
    reach: Reach,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    with_retries!(try_give_back(pool, platform, request, reach, now))
}

async fn try_take(
    pool: &PgPool,
    request: &SeatRequest,
    reach: Reach,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    let SeatRequest { session, user, by } = request;
    let mut transaction = pool.begin().await?;
    openings::lock(&mut transaction, &[user]).await?;
    let series = Series::read(&mut transaction, *session).await?;
    let (mut lessons, mut seated, mut starts) = (Vec::new(), Vec::new(), Vec::new());
    for lesson in series.reached(reach, false, now) {
        match seats::take(&mut transaction, lesson.clone(), user, now).await {
            Ok((lesson, newly)) => {
                seated.extend(newly.then(|| lesson.clone()));
                lessons.push(lesson);
            }
            Err(StoreError::SlotTaken) => starts.push(lesson.timing.start),
            Err(error) => return Err(error),
        }
    }
    if !starts.is_empty() {
        return Err(StoreError::SeriesTaken { starts });
    }
    let told = seats::told(&series.anchor, user, by);
    let happening = Happening::SeatTaken;
    effects::tell_of_seats(&mut transaction, &seated, (by, user), happening, &told, now).await?;
    transaction.commit().await?;
    Ok(lessons)
}

async fn try_give_back(
    pool: &PgPool,
    platform: Platform<'_>,
    request: &SeatRequest,
    reach: Reach,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    let SeatRequest { session, user, by } = request;
    let mut transaction = pool.begin().await?;
    openings::lock(&mut transaction, &[user]).await?;
    let series = Series::read(&mut transaction, *session).await?;
    series.anchor.may_have_seat(user, now)?;
    let (mut lessons, mut vacated) = (Vec::new(), Vec::new());
    let reached = series.reached(reach, false, now);
    for before in reached.filter(|lesson| lesson.place_of(user, now) != Place::None) {
        let left = seats::let_go(&mut transaction, platform, before.clone(), user, by, now);
        let (lesson, was_seated) = left.await?;
        vacated.extend(was_seated.then(|| before.clone()));
        lessons.push(lesson);
    }
    if lessons.is_empty() {
        return Err(Refused::NotParticipant.into());
    }
    if !lessons.iter().any(|lesson| lesson.id == *session) {
        lessons.push(series.anchor.clone());
    }
    let (told, happening) = (seats::told(&series.anchor, user, by), seats::gone(user, by));
    effects::tell_of_seats(&mut transaction, &vacated, (by, user), happening, &told, now).await?;
    transaction.commit().await?;
    Ok(lessons)
}
