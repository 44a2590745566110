//! Reviews.

use chrono::{DateTime, Utc};
use lectern_store::reviews;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What one participant of a lesson says of another.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Review {
    /// Its name.
    pub(crate) id: Uuid,
    /// Who wrote it: the platform's id.
    pub(crate) reviewer_id: String,
    /// Of whom: the platform's id.
    pub(crate) reviewee_id: String,
    /// After which lesson.
    pub(crate) session_id: Uuid,
    /// How good it was.
    #[schema(minimum = 1, maximum = 5)]
    pub(crate) rating: i16,
    /// In words.
    pub(crate) comment: String,
    /// When it was written.
    pub(crate) created_at: DateTime<Utc>,
    /// What others see as the reviewer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) reviewer_name: Option<String>,
    /// What others see as the reviewee's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) reviewee_name: Option<String>,
    /// What the lesson was called; only its people and admins are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) session_title: Option<String>,
}

impl Review {
    /// A review in a list; `private` adds what only some may know.
    pub(crate) fn listed(row: reviews::ReviewRow, private: bool) -> Self {
        Self {
            id: row.id,
            reviewer_id: row.reviewer_id,
            reviewee_id: row.reviewee_id,
            session_id: row.session_id,
            rating: row.rating,
            comment: row.comment,
            created_at: row.created_at,
            reviewer_name: Some(row.reviewer_name),
            reviewee_name: Some(row.reviewee_name),
            session_title: private.then_some(row.session_title),
        }
    }
}

impl From<&lectern_domain::review::Review> for Review {
    fn from(review: &lectern_domain::review::Review) -> Self {
        Self {
            id: review.id.0,
            reviewer_id: review.reviewer.to_string(),
            reviewee_id: review.reviewee.to_string(),
            session_id: review.session.0,
            rating: i16::from(review.rating.get()),
            comment: review.comment.to_string(),
            created_at: review.created_at,
            reviewer_name: None,
            reviewee_name: None,
            session_title: None,
        }
    }
}

/// Somebody's reviews in numbers.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct Aggregate {
    /// The mean rating; null as long as there is none.
    #[schema(required = true)]
    average: Option<f64>,
    /// How many there are.
    count: i64,
    /// How many of one star, of two, up to five.
    #[schema(value_type = Vec<i64>, min_items = 5, max_items = 5)]
    histogram: [i64; 5],
}

impl From<reviews::Aggregate> for Aggregate {
    fn from(aggregate: reviews::Aggregate) -> Self {
        Self {
            average: aggregate.average(),
            count: aggregate.count(),
            histogram: aggregate.histogram,
        }
    }
}
