//! Reviews: written unseen, published in pairs or when the window closes, and
//! counted while others can see them.
//!
//! Whoever writes, edits or publishes a lesson's reviews holds the lesson's row
//! or the review's, so that of two people who write at once the second finds
//! the first one's review and publishes both. Aggregates change in the
//! transaction of what changes them, in the order of their users.

mod answer;
mod flag;
mod list;
mod moderate;
mod publish;
mod tally;
mod write;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub(crate) use self::list::published_of;
pub use self::{
    answer::{NewReport, reply, report},
    list::{Report, State, all, mine, of, reports, reviewed_by, written_by},
    moderate::{Action, Moderation, moderate},
    publish::publish_due,
    tally::{Aggregate, SkillAggregate, aggregate, by_skill},
    write::{Change, NewReview, edit, write},
};

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
    /// What the lesson taught.
    pub skill: String,
    /// One to five.
    pub rating: i16,
    /// In words.
    pub comment: String,
    /// How far the reviewee is in the skill, one to five.
    pub skill_level: Option<i16>,
    /// What the reviewee answered.
    pub reply: Option<String>,
    /// When.
    pub replied_at: Option<DateTime<Utc>>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Since when others see it.
    pub published_at: Option<DateTime<Utc>>,
    /// Since when they do not, by an admin's decision.
    pub hidden_at: Option<DateTime<Utc>>,
    /// Why not.
    pub hidden_reason: Option<String>,
    /// What an admin should look at.
    pub flags: Vec<String>,
    /// How many people have reported it.
    pub reports: i64,
}
