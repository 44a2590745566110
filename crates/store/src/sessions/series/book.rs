//! Booking a series: all of its lessons or none.

use chrono::{DateTime, Utc};
use lectern_domain::session::Session;
use sqlx::PgPool;

use crate::{
    error::{StoreError, with_retries},
    idempotency::{self, Answer, Once},
    openings::Platform,
    sessions::{
        book::{self, Booking},
        effects,
    },
};

/// Lessons that somebody asks for by one rule.
#[derive(Debug, Clone)]
pub struct SeriesBooking {
    /// The first lesson.
    pub first: Booking,
    /// Those after it, in order, with the same people.
    pub later: Vec<Booking>,
}

/// Books a whole series, or says which of its lessons meet another one. The
/// answer is made of the first lesson.
pub async fn book_series(
    pool: &PgPool,
    platform: Platform<'_>,
    booking: &SeriesBooking,
    once: Option<&Once<'_>>,
    now: DateTime<Utc>,
    render: &(dyn Fn(&Session) -> Answer + Sync),
) -> Result<Answer, StoreError> {
    with_retries!(try_book(pool, platform, booking, once, now, render))
}

async fn try_book(
    pool: &PgPool,
    platform: Platform<'_>,
    booking: &SeriesBooking,
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
    book::lock(&mut transaction, &booking.first).await?;
    let (mut booked, mut starts) = (Vec::new(), Vec::new());
    // Each is looked at with those before it in place, so that a teacher's limit
    // of lessons a day or a week counts them.
    for lesson in [&booking.first].into_iter().chain(&booking.later) {
        match book::place(&mut transaction, platform, lesson, now).await {
            Ok(session) => {
                let happening = book::happening(&session);
                booked.push((session, happening));
            }
            Err(StoreError::SlotTaken) => starts.push(lesson.timing.start),
            Err(error) => return Err(error),
        }
    }
    if !starts.is_empty() {
        return Err(StoreError::SeriesTaken { starts });
    }
    let (first, _) = booked.first().ok_or(StoreError::NotFound)?;
    let answer = render(first);
    effects::record_together(&mut transaction, &booked, &booking.first.by, now).await?;
    if let Some(once) = once {
        idempotency::keep(&mut transaction, once, &answer).await?;
    }
    transaction.commit().await?;
    Ok(answer)
}
