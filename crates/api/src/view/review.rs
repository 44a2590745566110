//! Reviews.

use chrono::{DateTime, Utc};
use lectern_store::reviews;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who sees a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReviewState {
    /// Its author, until the other has written too or the window has closed.
    Pending,
    /// Everybody.
    Published,
    /// Admins.
    Hidden,
}

impl ReviewState {
    fn of(published_at: Option<DateTime<Utc>>, hidden_at: Option<DateTime<Utc>>) -> Self {
        match (published_at, hidden_at) {
            (_, Some(_)) => Self::Hidden,
            (Some(_), None) => Self::Published,
            (None, None) => Self::Pending,
        }
    }
}

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
    /// What the lesson taught.
    skill: String,
    /// How good it was.
    #[schema(minimum = 1, maximum = 5)]
    pub(crate) rating: i16,
    /// In words.
    pub(crate) comment: String,
    /// How far the reviewee is in the skill, as the reviewer sees it: from who
    /// begins to who masters it.
    #[schema(required = true, minimum = 1, maximum = 5)]
    skill_level: Option<i16>,
    /// When it was written.
    pub(crate) created_at: DateTime<Utc>,
    /// Who sees it.
    state: ReviewState,
    /// Since when others see it.
    #[schema(required = true)]
    published_at: Option<DateTime<Utc>>,
    /// What the reviewee answered.
    #[schema(required = true)]
    reply: Option<String>,
    /// When.
    #[schema(required = true)]
    replied_at: Option<DateTime<Utc>>,
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
            skill: row.skill,
            rating: row.rating,
            comment: row.comment,
            skill_level: row.skill_level,
            created_at: row.created_at,
            state: ReviewState::of(row.published_at, row.hidden_at),
            published_at: row.published_at,
            reply: row.reply,
            replied_at: row.replied_at,
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
            skill: review.skill.to_string(),
            rating: i16::from(review.rating.get()),
            comment: review.comment.to_string(),
            skill_level: review.skill_level.map(|level| i16::from(level.get())),
            created_at: review.created_at,
            state: ReviewState::of(review.published_at, None),
            published_at: review.published_at,
            reply: None,
            replied_at: None,
            reviewer_name: None,
            reviewee_name: None,
            session_title: None,
        }
    }
}

/// A review as admins see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModeratedReview {
    #[serde(flatten)]
    review: Review,
    /// Why it is hidden.
    #[schema(required = true)]
    hidden_reason: Option<String>,
    /// What makes it look as if it were not meant honestly. `shared_contact`:
    /// reviewer and reviewee have the same e-mail address or phone;
    /// `duplicate_reviewer`: the reviewer and another of the same person have;
    /// `short_lesson`: there was less than five minutes of media;
    /// `burst`: one of more than three of this pair within a day.
    #[schema(value_type = Vec<ReviewFlag>)]
    flags: Vec<String>,
    /// How many people have reported it.
    report_count: i64,
    /// The latest reports.
    #[schema(max_items = 10)]
    reports: Vec<ReviewReport>,
}

impl ModeratedReview {
    /// With those of `reports` that are about it.
    pub(crate) fn new(row: reviews::ReviewRow, reports: &[reviews::Report]) -> Self {
        let about = reports.iter().filter(|report| report.review_id == row.id);
        Self {
            hidden_reason: row.hidden_reason.clone(),
            flags: row.flags.clone(),
            report_count: row.reports,
            reports: about.cloned().map(ReviewReport::from).collect(),
            review: Review::listed(row, true),
        }
    }
}

/// Something that an admin should look at.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it documents the closed set of lectern_domain::review")]
pub(crate) enum ReviewFlag {
    /// Reviewer and reviewee have the same e-mail address or phone.
    SharedContact,
    /// The reviewer and another reviewer of the same person have.
    DuplicateReviewer,
    /// There was less than five minutes of media between the two.
    ShortLesson,
    /// One of more than three of this pair within a day.
    Burst,
}

/// That somebody found a review unfair.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReviewReport {
    /// Who: the platform's id.
    reporter_id: String,
    /// Why.
    reason: String,
    /// When.
    created_at: DateTime<Utc>,
}

impl From<reviews::Report> for ReviewReport {
    fn from(report: reviews::Report) -> Self {
        Self {
            reporter_id: report.reporter_id,
            reason: report.reason,
            created_at: report.created_at,
        }
    }
}

/// Somebody's reviews in numbers, overall and by what the lessons taught.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FullAggregate {
    #[serde(flatten)]
    ratings: Aggregate,
    /// By skill, the most reviewed first.
    #[schema(max_items = 50)]
    by_skill: Vec<SkillAggregate>,
}

/// The reviews after lessons that taught one skill.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SkillAggregate {
    /// The skill.
    skill: String,
    #[serde(flatten)]
    ratings: Aggregate,
    /// How far the person is in it, on average; null as long as nobody said.
    #[schema(required = true, minimum = 1, maximum = 5)]
    level: Option<f64>,
    /// How many said.
    level_count: i64,
}

impl FullAggregate {
    pub(crate) fn new(ratings: Aggregate, skills: Vec<reviews::SkillAggregate>) -> Self {
        let by_skill = skills.into_iter().map(|skill| SkillAggregate {
            ratings: skill.ratings.into(),
            level: skill.level(),
            level_count: skill.level_count,
            skill: skill.skill,
        });
        Self { ratings, by_skill: by_skill.collect() }
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
