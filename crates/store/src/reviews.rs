//! Reviews, and their aggregate in numbers.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{ReviewId, SessionId, UserId},
    person::Actor,
    review::{self, Review},
    text::{Comment, Rating},
};
use serde_json::json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
    idempotency::{self, Answer, Once},
    notifications::{self, NewNotice},
    page::{After, Page, PageRequest},
    sessions,
};

/// A review that somebody writes.
#[derive(Debug, Clone)]
pub struct NewReview {
    /// Its name, if it comes to be.
    pub id: ReviewId,
    /// After which lesson.
    pub session: SessionId,
    /// Who writes.
    pub by: Actor,
    /// Of whom; nobody: of the other participant.
    pub of: Option<UserId>,
    /// How good it was.
    pub rating: Rating,
    /// In words.
    pub comment: Comment,
}

/// A review as its readers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// Its name.
    pub id: Uuid,
    /// After which lesson.
    pub session_id: Uuid,
    /// What the lesson was called.
    pub session_title: String,
    /// Who wrote it.
    pub reviewer_id: String,
    /// What others see as their name.
    pub reviewer_name: String,
    /// Of whom.
    pub reviewee_id: String,
    /// What others see as their name.
    pub reviewee_name: String,
    /// One to five.
    pub rating: i16,
    /// In words.
    pub comment: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// How many reviews of each rating somebody has: of one star first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aggregate {
    /// From one star to five.
    pub histogram: [i64; 5],
}

impl Aggregate {
    /// How many reviews.
    pub fn count(self) -> i64 {
        self.histogram.iter().sum()
    }

    /// The mean rating, if there is any review.
    pub fn average(self) -> Option<f64> {
        let stars: i64 = self.histogram.iter().zip(1..).map(|(count, stars)| count * stars).sum();
        // Counts of reviews are far below 2^53, where f64 stops being exact.
        (self.count() > 0).then(|| stars as f64 / self.count() as f64)
    }
}

/// Writes and publishes a review, as the rules allow it, and tells the reviewee.
pub async fn write(
    pool: &PgPool,
    new: &NewReview,
    once: Option<&Once<'_>>,
    now: DateTime<Utc>,
    render: &(dyn Fn(&Review) -> Answer + Sync),
) -> Result<Answer, StoreError> {
    with_retries!(try_write(pool, new, once, now, render))
}

async fn try_write(
    pool: &PgPool,
    new: &NewReview,
    once: Option<&Once<'_>>,
    now: DateTime<Utc>,
    render: &(dyn Fn(&Review) -> Answer + Sync),
) -> Result<Answer, StoreError> {
    let mut transaction = pool.begin().await?;
    if let Some(once) = once
        && let Some(answer) = idempotency::claim(&mut transaction, once, now).await?
    {
        return Ok(answer);
    }
    let session = sessions::lock_shared(&mut transaction, new.session).await?;
    let review = Review {
        id: new.id,
        reviewer: new.by.id.clone(),
        reviewee: review::reviewee(&session, &new.by.id, new.of.as_ref())?,
        session: new.session,
        rating: new.rating,
        comment: new.comment.clone(),
        created_at: now,
    };
    insert(&mut transaction, &review).await?;
    count(&mut transaction, &review).await?;
    let details = json!({
        "title": session.title,
        "rating": review.rating,
        "actor": review.reviewer,
        "actorName": session.name_of(&review.reviewer),
    });
    let event = Event {
        actor: Some(&new.by),
        action: "review_written",
        session: Some(review.session),
        details: &details,
    };
    audit::record(&mut transaction, &event, now).await?;
    let notice = NewNotice {
        users: &[review.reviewee.as_str()],
        kind: "review_received",
        session: review.session,
        payload: &details,
    };
    notifications::notify(&mut transaction, &notice, now).await?;
    let answer = render(&review);
    if let Some(once) = once {
        idempotency::keep(&mut transaction, once, &answer).await?;
    }
    transaction.commit().await?;
    Ok(answer)
}

async fn insert(connection: &mut PgConnection, review: &Review) -> Result<(), StoreError> {
    let inserted = sqlx::query!(
        r#"
        INSERT INTO reviews
            (id, session_id, reviewer_id, reviewee_id, rating, comment, published_at,
             created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7)
        ON CONFLICT (session_id, reviewer_id, reviewee_id) DO NOTHING
        "#,
        review.id.0,
        review.session.0,
        review.reviewer.as_str(),
        review.reviewee.as_str(),
        i16::from(review.rating.get()),
        review.comment.as_str(),
        review.created_at,
    )
    .execute(connection)
    .await?
    .rows_affected();
    if inserted == 0 { Err(StoreError::AlreadyReviewed) } else { Ok(()) }
}

/// Counts a published review.
async fn count(connection: &mut PgConnection, review: &Review) -> Result<(), StoreError> {
    let stars = |stars: u8| i64::from(review.rating.get() == stars);
    sqlx::query!(
        r#"
        INSERT INTO review_aggregates AS a (user_id, ones, twos, threes, fours, fives)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (user_id) DO UPDATE
        SET ones = a.ones + $2, twos = a.twos + $3, threes = a.threes + $4,
            fours = a.fours + $5, fives = a.fives + $6
        "#,
        review.reviewee.as_str(),
        stars(1),
        stars(2),
        stars(3),
        stars(4),
        stars(5),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// One page of the published reviews of a person, the newest first.
pub async fn of(
    pool: &PgPool,
    user: &UserId,
    page: PageRequest,
) -> Result<Page<ReviewRow>, StoreError> {
    list(pool, Some(user), page).await
}

/// One page of everybody's reviews, the newest first.
pub async fn all(pool: &PgPool, page: PageRequest) -> Result<Page<ReviewRow>, StoreError> {
    list(pool, None, page).await
}

async fn list(
    pool: &PgPool,
    user: Option<&UserId>,
    page: PageRequest,
) -> Result<Page<ReviewRow>, StoreError> {
    let reviews = sqlx::query_as!(
        ReviewRow,
        r#"
        SELECT r.id, r.session_id, s.title AS session_title, r.rating, r.comment, r.created_at,
               r.reviewer_id, coalesce(nullif(a.name, ''), a.id) AS "reviewer_name!",
               r.reviewee_id, coalesce(nullif(b.name, ''), b.id) AS "reviewee_name!"
        FROM reviews r
        JOIN sessions s ON s.id = r.session_id
        JOIN users a ON a.id = r.reviewer_id
        JOIN users b ON b.id = r.reviewee_id
        WHERE ($1::text IS NULL OR (r.reviewee_id = $1 AND r.published_at IS NOT NULL))
          AND ($2::timestamptz IS NULL OR (r.created_at, r.id) < ($2, $3::uuid))
        ORDER BY r.created_at DESC, r.id DESC
        LIMIT $4
        "#,
        user.map(UserId::as_str),
        page.after.map(|after| after.at),
        page.after.map(|after| after.id),
        page.fetch(),
    )
    .fetch_all(pool)
    .await?;
    Ok(Page::cut(reviews, page, |review| After { at: review.created_at, id: review.id }))
}

/// The published reviews of these lessons, the first one first.
pub(crate) async fn published_of(
    pool: &PgPool,
    sessions: &[Uuid],
) -> Result<Vec<ReviewRow>, StoreError> {
    let reviews = sqlx::query_as!(
        ReviewRow,
        r#"
        SELECT r.id, r.session_id, s.title AS session_title, r.rating, r.comment, r.created_at,
               r.reviewer_id, coalesce(nullif(a.name, ''), a.id) AS "reviewer_name!",
               r.reviewee_id, coalesce(nullif(b.name, ''), b.id) AS "reviewee_name!"
        FROM reviews r
        JOIN sessions s ON s.id = r.session_id
        JOIN users a ON a.id = r.reviewer_id
        JOIN users b ON b.id = r.reviewee_id
        WHERE r.session_id = ANY($1) AND r.published_at IS NOT NULL
        ORDER BY r.created_at, r.id
        "#,
        sessions,
    )
    .fetch_all(pool)
    .await?;
    Ok(reviews)
}

/// A person's published reviews in numbers.
pub async fn aggregate(pool: &PgPool, user: &UserId) -> Result<Aggregate, StoreError> {
    let row = sqlx::query!(
        "SELECT ones, twos, threes, fours, fives FROM review_aggregates WHERE user_id = $1",
        user.as_str(),
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map_or_else(Aggregate::default, |row| Aggregate {
        histogram: [row.ones, row.twos, row.threes, row.fours, row.fives],
    }))
}

/// Which of these lessons a person has reviewed.
pub async fn reviewed_by(
    pool: &PgPool,
    reviewer: &UserId,
    sessions: &[SessionId],
) -> Result<Vec<SessionId>, StoreError> {
    let ids: Vec<Uuid> = sessions.iter().map(|id| id.0).collect();
    let reviewed = sqlx::query_scalar!(
        "SELECT DISTINCT session_id FROM reviews WHERE reviewer_id = $1 AND session_id = ANY($2)",
        reviewer.as_str(),
        &ids,
    )
    .fetch_all(pool)
    .await?;
    Ok(reviewed.into_iter().map(SessionId).collect())
}
