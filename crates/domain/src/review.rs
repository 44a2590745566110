//! Who may review whom, and when.

use chrono::{DateTime, Utc};

use crate::{
    id::{ReviewId, SessionId, UserId},
    session::{Session, State},
    text::{Comment, Rating},
};

/// What one participant of a lesson says of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Its name.
    pub id: ReviewId,
    /// Who says it.
    pub reviewer: UserId,
    /// Of whom.
    pub reviewee: UserId,
    /// After which lesson.
    pub session: SessionId,
    /// How good it was.
    pub rating: Rating,
    /// In words.
    pub comment: Comment,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// Why a review is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReviewRefused {
    /// Only participants review.
    #[error("only participants of the lesson may review it")]
    NotParticipant,
    /// The lesson is not over, or nobody was there.
    #[error("a lesson can be reviewed once it is completed")]
    NotReviewable,
    /// The reviewee is nobody whom the reviewer learned from or taught, or one
    /// of several who is not named.
    #[error("the reviewee must be the other participant of the lesson; of several, name one")]
    WrongReviewee,
}

/// Whom `reviewer` may review after `session`. Where `named` says somebody,
/// it must be that person.
pub fn reviewee(
    session: &Session,
    reviewer: &UserId,
    named: Option<&UserId>,
) -> Result<UserId, ReviewRefused> {
    if session.role_of(reviewer).is_none() {
        return Err(ReviewRefused::NotParticipant);
    }
    if !matches!(session.state, State::Completed { .. }) {
        return Err(ReviewRefused::NotReviewable);
    }
    // Whoever gives the lesson and whoever takes it review each other.
    let teaches = *reviewer == session.teacher;
    let mut others = (session.participants.iter().map(|p| &p.user))
        .filter(|user| *user != reviewer && (teaches || **user == session.teacher));
    match (others.next(), others.next(), named) {
        (Some(only), None, None) => Ok(only.clone()),
        (first, second, Some(named)) => (first.into_iter().chain(second).chain(others))
            .find(|other| *other == named)
            .cloned()
            .ok_or(ReviewRefused::WrongReviewee),
        _ => Err(ReviewRefused::WrongReviewee),
    }
}
