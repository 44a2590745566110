//! A review is written, and changed as long as nobody else sees it.

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    id::{ReviewId, SessionId, UserId},
    person::Actor,
    review::{self, Review, ReviewRefused, Reviewer},
    text::{Comment, Rating, SkillLevel},
};
use serde_json::json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{ReviewRow, flag, list, publish};
use crate::{
    attendance,
    audit::{self, Event},
    error::{StoreError, with_retries},
    idempotency::{self, Answer, Once},
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
    /// How far the other is in the lesson's skill.
    pub skill_level: Option<SkillLevel>,
}

/// What becomes of a review that somebody has written.
#[derive(Debug, Clone)]
pub struct Change {
    /// After which lesson.
    pub session: SessionId,
    /// Who wrote it.
    pub by: Actor,
    /// Of whom; nobody: of the other participant.
    pub of: Option<UserId>,
    /// How good it was.
    pub rating: Rating,
    /// In words.
    pub comment: Comment,
    /// How far the other is in the lesson's skill.
    pub skill_level: Option<SkillLevel>,
}

/// Writes a review, as the rules allow it. Where the other has written too,
/// both are published.
pub async fn write(
    pool: &PgPool,
    new: &NewReview,
    window: TimeDelta,
    once: Option<&Once<'_>>,
    now: DateTime<Utc>,
    render: &(dyn Fn(&Review) -> Answer + Sync),
) -> Result<Answer, StoreError> {
    with_retries!(try_write(pool, new, window, once, now, render))
}

async fn try_write(
    pool: &PgPool,
    new: &NewReview,
    window: TimeDelta,
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
    let session = sessions::lock(&mut transaction, new.session).await?;
    let attended = attendance::counts(&mut transaction, new.session, &new.by.id).await?;
    let reviewer = Reviewer { user: &new.by.id, attended };
    let mut review = Review {
        id: new.id,
        reviewer: new.by.id.clone(),
        reviewee: review::reviewee(&session, reviewer, new.of.as_ref(), window, now)?,
        session: new.session,
        skill: session.skill,
        rating: new.rating,
        comment: new.comment.clone(),
        skill_level: new.skill_level,
        created_at: now,
        published_at: None,
    };
    insert(&mut transaction, &review).await?;
    flag::raise(&mut transaction, review.id, now).await?;
    note(&mut transaction, "review_written", &new.by, review.id.0, review.session, now).await?;
    if let Some(other) = counterpart(&mut transaction, &review).await? {
        // A ruling can open the time for reviews again, for whoever has not read
        // the other's.
        if other.published {
            return Err(ReviewRefused::WindowClosed.into());
        }
        publish::publish(&mut transaction, &[review.id.0, other.id], now).await?;
        review.published_at = Some(now);
    }
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
            (id, session_id, reviewer_id, reviewee_id, skill, rating, comment, skill_level,
             created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
        ON CONFLICT (session_id, reviewer_id, reviewee_id) DO NOTHING
        "#,
        review.id.0,
        review.session.0,
        review.reviewer.as_str(),
        review.reviewee.as_str(),
        review.skill.as_str(),
        i16::from(review.rating.get()),
        review.comment.as_str(),
        review.skill_level.map(|level| i16::from(level.get())),
        review.created_at,
    )
    .execute(connection)
    .await?
    .rows_affected();
    if inserted == 0 { Err(StoreError::AlreadyReviewed) } else { Ok(()) }
}

/// What the other wrote of the same lesson.
struct Counterpart {
    id: Uuid,
    published: bool,
}

/// The review of the other, if it is there.
async fn counterpart(
    connection: &mut PgConnection,
    review: &Review,
) -> Result<Option<Counterpart>, StoreError> {
    let other = sqlx::query_as!(
        Counterpart,
        r#"
        SELECT id, published_at IS NOT NULL AS "published!" FROM reviews
        WHERE session_id = $1 AND reviewer_id = $2 AND reviewee_id = $3
        "#,
        review.session.0,
        review.reviewee.as_str(),
        review.reviewer.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(other)
}

/// Changes a review that nobody else has seen.
pub async fn edit(
    pool: &PgPool,
    change: &Change,
    window: TimeDelta,
    now: DateTime<Utc>,
) -> Result<ReviewRow, StoreError> {
    with_retries!(try_edit(pool, change, window, now))
}

async fn try_edit(
    pool: &PgPool,
    change: &Change,
    window: TimeDelta,
    now: DateTime<Utc>,
) -> Result<ReviewRow, StoreError> {
    let mut transaction = pool.begin().await?;
    let session = sessions::lock(&mut transaction, change.session).await?;
    // Whoever has written was there; whoever has not finds nothing to change.
    let reviewer = Reviewer { user: &change.by.id, attended: true };
    let reviewee = review::reviewee(&session, reviewer, change.of.as_ref(), TimeDelta::MAX, now)?;
    let written = sqlx::query!(
        "SELECT id, published_at FROM reviews \
         WHERE session_id = $1 AND reviewer_id = $2 AND reviewee_id = $3 FOR UPDATE",
        change.session.0,
        reviewer.user.as_str(),
        reviewee.as_str(),
    )
    .fetch_optional(&mut *transaction)
    .await?
    .ok_or(StoreError::NotFound)?;
    if written.published_at.is_some() {
        return Err(ReviewRefused::Published.into());
    }
    // Past the window it is as good as published, by the next sweep.
    review::reviewee(&session, reviewer, Some(&reviewee), window, now)?;
    sqlx::query!(
        "UPDATE reviews SET rating = $2, comment = $3, skill_level = $4, updated_at = $5 \
         WHERE id = $1",
        written.id,
        i16::from(change.rating.get()),
        change.comment.as_str(),
        change.skill_level.map(|level| i16::from(level.get())),
        now,
    )
    .execute(&mut *transaction)
    .await?;
    note(&mut transaction, "review_edited", &change.by, written.id, change.session, now).await?;
    let row = list::one(&mut transaction, written.id).await?.ok_or(StoreError::NotFound)?;
    transaction.commit().await?;
    Ok(row)
}

/// For the record, which does not say what stands in a review: participants
/// read it before they may read that.
async fn note(
    connection: &mut PgConnection,
    action: &str,
    by: &Actor,
    review: Uuid,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let details = json!({ "review": review });
    let event = Event { actor: Some(by), action, session: Some(session), details: &details };
    audit::record(connection, &event, now).await
}
