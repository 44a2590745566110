//! Reviews as they are read: by everybody, by their authors, by admins.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{SessionId, UserId},
    session::UnknownName,
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::ReviewRow;
use crate::{
    error::StoreError,
    page::{After, Page, PageRequest},
};

/// Which reviews an admin looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody but its author sees it yet.
    Pending,
    /// Everybody sees it.
    Published,
    /// An admin took it from view.
    Hidden,
    /// Somebody has reported it, and it is in view.
    Reported,
    /// Something about it should be looked at.
    Flagged,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Published => "published",
            Self::Hidden => "hidden",
            Self::Reported => "reported",
            Self::Flagged => "flagged",
        }
    }
}

impl FromStr for State {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Pending, Self::Published, Self::Hidden, Self::Reported, Self::Flagged]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(UnknownName { expected: "pending, published, hidden, reported, flagged" })
    }
}

/// Reviews with the names of their people; the rest of the statement narrows.
macro_rules! reviews {
    ($narrow:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            ReviewRow,
            r#"
            SELECT r.id, r.session_id, s.title AS session_title, r.skill, r.rating, r.comment,
                   r.skill_level, r.reply, r.replied_at, r.created_at, r.published_at,
                   r.hidden_at, r.hidden_reason, r.flags,
                   (SELECT count(*) FROM review_reports p WHERE p.review_id = r.id) AS "reports!",
                   r.reviewer_id, coalesce(nullif(a.name, ''), a.id) AS "reviewer_name!",
                   r.reviewee_id, coalesce(nullif(b.name, ''), b.id) AS "reviewee_name!"
            FROM reviews r
            JOIN sessions s ON s.id = r.session_id
            JOIN users a ON a.id = r.reviewer_id
            JOIN users b ON b.id = r.reviewee_id
            "# + $narrow,
            $($argument),*
        )
    };
}

/// One page of the reviews of a person that others see, the newest first.
pub async fn of(
    pool: &PgPool,
    user: &UserId,
    page: PageRequest,
) -> Result<Page<ReviewRow>, StoreError> {
    let rows = reviews!(
        r#"
        WHERE r.reviewee_id = $1 AND r.published_at IS NOT NULL AND r.hidden_at IS NULL
          AND ($2::timestamptz IS NULL OR (r.published_at, r.id) < ($2, $3::uuid))
        ORDER BY r.published_at DESC, r.id DESC
        LIMIT $4
        "#,
        user.as_str(),
        page.after.map(|after| after.at),
        page.after.map(|after| after.id),
        page.fetch(),
    )
    .fetch_all(pool)
    .await?;
    Ok(Page::cut(rows, page, |review| After {
        at: review.published_at.unwrap_or(review.created_at),
        id: review.id,
    }))
}

/// One page of what a person has written, the newest first, whoever sees it.
pub async fn written_by(
    pool: &PgPool,
    user: &UserId,
    page: PageRequest,
) -> Result<Page<ReviewRow>, StoreError> {
    let rows = reviews!(
        r#"
        WHERE r.reviewer_id = $1
          AND ($2::timestamptz IS NULL OR (r.created_at, r.id) < ($2, $3::uuid))
        ORDER BY r.created_at DESC, r.id DESC
        LIMIT $4
        "#,
        user.as_str(),
        page.after.map(|after| after.at),
        page.after.map(|after| after.id),
        page.fetch(),
    )
    .fetch_all(pool)
    .await?;
    Ok(Page::cut(rows, page, |review| After { at: review.created_at, id: review.id }))
}

/// One page of everybody's reviews, the newest first, in one state or in any.
pub async fn all(
    pool: &PgPool,
    state: Option<State>,
    page: PageRequest,
) -> Result<Page<ReviewRow>, StoreError> {
    let rows = reviews!(
        r#"
        WHERE ($1::timestamptz IS NULL OR (r.created_at, r.id) < ($1, $2::uuid))
          AND CASE $4::text
              WHEN 'pending' THEN r.published_at IS NULL AND r.hidden_at IS NULL
              WHEN 'published' THEN r.published_at IS NOT NULL AND r.hidden_at IS NULL
              WHEN 'hidden' THEN r.hidden_at IS NOT NULL
              WHEN 'reported' THEN r.hidden_at IS NULL
                  AND EXISTS (SELECT FROM review_reports p WHERE p.review_id = r.id)
              WHEN 'flagged' THEN cardinality(r.flags) > 0
              ELSE true END
        ORDER BY r.created_at DESC, r.id DESC
        LIMIT $3
        "#,
        page.after.map(|after| after.at),
        page.after.map(|after| after.id),
        page.fetch(),
        state.map(State::as_str),
    )
    .fetch_all(pool)
    .await?;
    Ok(Page::cut(rows, page, |review| After { at: review.created_at, id: review.id }))
}

/// What others see of these lessons' reviews, the first one first.
pub(crate) async fn published_of(
    pool: &PgPool,
    sessions: &[Uuid],
) -> Result<Vec<ReviewRow>, StoreError> {
    let rows = reviews!(
        r#"
        WHERE r.session_id = ANY($1) AND r.published_at IS NOT NULL AND r.hidden_at IS NULL
        ORDER BY r.created_at, r.id
        "#,
        sessions,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// What somebody has written after a lesson: in a group, of several people.
pub async fn mine(
    pool: &PgPool,
    session: SessionId,
    reviewer: &UserId,
    limit: u16,
) -> Result<Vec<ReviewRow>, StoreError> {
    let rows = reviews!(
        "WHERE r.session_id = $1 AND r.reviewer_id = $2 ORDER BY r.created_at, r.id LIMIT $3",
        session.0,
        reviewer.as_str(),
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// One review.
pub(super) async fn one(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<ReviewRow>, StoreError> {
    Ok(reviews!("WHERE r.id = $1", id).fetch_optional(connection).await?)
}

/// That somebody found a review unfair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which review.
    pub review_id: Uuid,
    /// Who.
    pub reporter_id: String,
    /// Why.
    pub reason: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// The latest reports of each of these reviews, at most `each` of one.
pub async fn reports(
    pool: &PgPool,
    reviews: &[Uuid],
    each: u16,
) -> Result<Vec<Report>, StoreError> {
    let reports = sqlx::query_as!(
        Report,
        r#"
        SELECT p.review_id, p.reporter_id, p.reason, p.created_at
        FROM unnest($1::uuid[]) AS wanted (id)
        CROSS JOIN LATERAL (
            SELECT * FROM review_reports r WHERE r.review_id = wanted.id
            ORDER BY r.created_at DESC, r.reporter_id LIMIT $2) p
        "#,
        reviews,
        i64::from(each),
    )
    .fetch_all(pool)
    .await?;
    Ok(reports)
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
