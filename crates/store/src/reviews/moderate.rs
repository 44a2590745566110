//! An admin takes a review from view, or gives it back.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{ReviewId, SessionId},
    person::Actor,
    review::ReviewRefused,
    text::Grounds,
};
use serde_json::json;
use sqlx::PgPool;

use super::{
    ReviewRow, list,
    tally::{self, Counted},
};
use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
    notifications::{self, NewNotice},
};

/// What becomes of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Others no longer see it, and it no longer counts.
    Hide,
    /// They do, and it does.
    Restore,
}

/// An admin's decision.
#[derive(Debug, Clone)]
pub struct Moderation {
    /// On which review.
    pub review: ReviewId,
    /// What becomes of it.
    pub action: Action,
    /// Why; its author is told.
    pub grounds: Grounds,
    /// By whom.
    pub by: Actor,
}

/// Carries the decision out. What the reviewee's numbers are follows in the
/// same transaction.
pub async fn moderate(
    pool: &PgPool,
    moderation: &Moderation,
    now: DateTime<Utc>,
) -> Result<ReviewRow, StoreError> {
    with_retries!(try_moderate(pool, moderation, now))
}

async fn try_moderate(
    pool: &PgPool,
    moderation: &Moderation,
    now: DateTime<Utc>,
) -> Result<ReviewRow, StoreError> {
    let id = moderation.review.0;
    let mut transaction = pool.begin().await?;
    sqlx::query!("SELECT FROM reviews WHERE id = $1 FOR UPDATE", id)
        .fetch_optional(&mut *transaction)
        .await?;
    let review = list::one(&mut transaction, id).await?.ok_or(StoreError::NotFound)?;
    let hide = moderation.action == Action::Hide;
    if review.hidden_at.is_some() == hide {
        let is = if hide { "hidden" } else { "in view" };
        return Err(ReviewRefused::Already { is }.into());
    }
    sqlx::query!(
        "UPDATE reviews SET hidden_at = $2, hidden_reason = $3, updated_at = $4 WHERE id = $1",
        id,
        hide.then_some(now),
        hide.then_some(moderation.grounds.as_str()),
        now,
    )
    .execute(&mut *transaction)
    .await?;
    if review.published_at.is_some() {
        let counted = Counted {
            reviewee: &review.reviewee_id,
            rating: review.rating,
            skill: &review.skill,
            level: review.skill_level,
        };
        match moderation.action {
            Action::Hide => tally::take(&mut transaction, counted).await?,
            Action::Restore => tally::add(&mut transaction, counted).await?,
        }
    }
    let action = if hide { "review_hidden" } else { "review_restored" };
    let session = SessionId(review.session_id);
    let event = Event {
        actor: Some(&moderation.by),
        action,
        session: Some(session),
        details: &json!({ "review": id, "reason": moderation.grounds }),
    };
    audit::record(&mut transaction, &event, now).await?;
    let notice = NewNotice {
        users: &[&review.reviewer_id],
        kind: action,
        session,
        payload: &json!({ "title": review.session_title, "reason": moderation.grounds }),
    };
    notifications::notify(&mut transaction, &notice, now).await?;
    let row = list::one(&mut transaction, id).await?.ok_or(StoreError::NotFound)?;
    transaction.commit().await?;
    Ok(row)
}
