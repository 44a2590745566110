//! What others do with a review that they see: reply to it, report it.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{ReviewId, SessionId},
    person::Actor,
    review::ReviewRefused,
    text::{Grounds, Reply},
};
use serde_json::json;
use sqlx::{PgConnection, PgPool};

use super::{ReviewRow, list};
use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
    notifications::{self, NewNotice},
};

/// The reviewee answers, once.
pub async fn reply(
    pool: &PgPool,
    id: ReviewId,
    text: &Reply,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<ReviewRow, StoreError> {
    with_retries!(try_reply(pool, id, text, by, now))
}

async fn try_reply(
    pool: &PgPool,
    id: ReviewId,
    text: &Reply,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<ReviewRow, StoreError> {
    let mut transaction = pool.begin().await?;
    let review = lock_visible(&mut transaction, id).await?;
    if review.reviewee_id != by.id.as_str() {
        return Err(ReviewRefused::NotReviewee.into());
    }
    if review.reply.is_some() {
        return Err(ReviewRefused::AlreadyReplied.into());
    }
    sqlx::query!(
        "UPDATE reviews SET reply = $2, replied_at = $3, updated_at = $3 WHERE id = $1",
        id.0,
        text.as_str(),
        now,
    )
    .execute(&mut *transaction)
    .await?;
    note(&mut transaction, "review_replied", &review, by, now).await?;
    let notice = NewNotice {
        users: &[&review.reviewer_id],
        kind: "review_replied",
        session: SessionId(review.session_id),
        payload: &json!({
            "title": review.session_title,
            "actor": review.reviewee_id,
            "actorName": review.reviewee_name,
        }),
    };
    notifications::notify(&mut transaction, &notice, now).await?;
    let row = list::one(&mut transaction, id.0).await?.ok_or(StoreError::NotFound)?;
    transaction.commit().await?;
    Ok(row)
}

/// That somebody finds a review unfair.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// Which.
    pub review: ReviewId,
    /// Who does.
    pub by: Actor,
    /// Why.
    pub grounds: Grounds,
}

/// Reports a review to the admins. Whoever has done so already has said enough.
pub async fn report(
    pool: &PgPool,
    report: &NewReport,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    with_retries!(try_report(pool, report, now))
}

async fn try_report(
    pool: &PgPool,
    report: &NewReport,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    let review = lock_visible(&mut transaction, report.review).await?;
    let reported = sqlx::query!(
        "INSERT INTO review_reports (review_id, reporter_id, reason, created_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (review_id, reporter_id) DO NOTHING",
        report.review.0,
        report.by.id.as_str(),
        report.grounds.as_str(),
        now,
    )
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    if reported == 1 {
        note(&mut transaction, "review_reported", &review, &report.by, now).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// A review that everybody sees; of any other, nobody is told.
async fn lock_visible(
    connection: &mut PgConnection,
    id: ReviewId,
) -> Result<ReviewRow, StoreError> {
    sqlx::query!("SELECT FROM reviews WHERE id = $1 FOR UPDATE", id.0)
        .fetch_optional(&mut *connection)
        .await?;
    list::one(connection, id.0)
        .await?
        .filter(|review| review.published_at.is_some() && review.hidden_at.is_none())
        .ok_or(StoreError::NotFound)
}

async fn note(
    connection: &mut PgConnection,
    action: &str,
    review: &ReviewRow,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let event = Event {
        actor: Some(by),
        action,
        session: Some(SessionId(review.session_id)),
        details: &json!({ "review": review.id }),
    };
    audit::record(connection, &event, now).await
}
