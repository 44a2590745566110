//! Who may review whom, when, and what others see of it.
//!
//! Reviews are double-blind. Nobody sees the other's before both have written
//! or the window has closed, and after that nothing is written any more: so
//! neither answers the other.

mod flags;

use chrono::{DateTime, TimeDelta, Utc};

pub use self::flags::{BURST, BURST_WITHIN, Flag, SHORT_LESSON, Signs, flags};
use crate::{
    id::{ReviewId, SessionId, UserId},
    session::{ParticipantRole, Session, State},
    text::{Comment, Rating, Skill, SkillLevel},
};

/// How long after a lesson reviews may be written, where nobody says.
pub const WINDOW: TimeDelta = TimeDelta::days(14);

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
    /// What the lesson taught.
    pub skill: Skill,
    /// How good it was.
    pub rating: Rating,
    /// In words.
    pub comment: Comment,
    /// How far the reviewee is in the lesson's skill, as the reviewer sees it.
    pub skill_level: Option<SkillLevel>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Since when others see it.
    pub published_at: Option<DateTime<Utc>>,
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
    /// The lesson of a group took place without them.
    #[error("a group lesson is reviewed by those who were there")]
    NotAttended,
    /// It has been too long.
    #[error("the time to review this lesson has passed")]
    WindowClosed,
    /// The reviewee is not whom the reviewer had the lesson with.
    #[error("students review the teacher, and the teacher a student of the lesson")]
    WrongReviewee,
    /// In a lesson with several students the teacher says which.
    #[error("a lesson with several students needs a revieweeId")]
    WhichStudent,
    /// What others can see stays as it is.
    #[error("a review that is published cannot be changed")]
    Published,
    /// One answer to a review.
    #[error("the review has a reply already")]
    AlreadyReplied,
    /// Only the person it is about.
    #[error("only the person a review is about may reply to it")]
    NotReviewee,
    /// Hidden or shown already.
    #[error("the review is {is} already")]
    Already {
        /// What it is.
        is: &'static str,
    },
}

/// Who wants to review.
#[derive(Debug, Clone, Copy)]
pub struct Reviewer<'a> {
    /// Who.
    pub user: &'a UserId,
    /// Whether they count as having been there: by the media plane's account,
    /// or since an admin has decided that the lesson took place.
    pub attended: bool,
}

/// Whom `reviewer` may review after `session` at `now`: the teacher each
/// student, and each student the teacher. Where `named` says somebody, it must
/// be one of those. A lesson of two took place with both; in a group somebody
/// may have been missing, and reviews nobody.
pub fn reviewee(
    session: &Session,
    reviewer: Reviewer<'_>,
    named: Option<&UserId>,
    window: TimeDelta,
    now: DateTime<Utc>,
) -> Result<UserId, ReviewRefused> {
    let Reviewer { user: reviewer, attended } = reviewer;
    let role = session.role_of(reviewer).ok_or(ReviewRefused::NotParticipant)?;
    let State::Completed { finished_at, .. } = session.state else {
        return Err(ReviewRefused::NotReviewable);
    };
    if session.is_group() && !attended {
        return Err(ReviewRefused::NotAttended);
    }
    let others: Vec<&UserId> = match role {
        ParticipantRole::Student => vec![&session.teacher],
        ParticipantRole::Teacher => {
            let students = session.participants.iter().map(|p| &p.user);
            students.filter(|user| *user != reviewer).collect()
        }
    };
    let other = match (named, others.as_slice()) {
        (Some(named), others) if others.contains(&named) => named,
        (None, [other]) => other,
        (None, [_, _, ..]) => return Err(ReviewRefused::WhichStudent),
        _ => return Err(ReviewRefused::WrongReviewee),
    };
    let closes = finished_at.checked_add_signed(window);
    if closes.is_some_and(|closes| now >= closes) {
        return Err(ReviewRefused::WindowClosed);
    }
    Ok(other.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        policy::Terms,
        session::{Confirmation, Participant, Timing, Version},
    };

    fn at(days: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + days)
    }

    fn user(id: &str) -> UserId {
        id.parse().expect("a user id")
    }

    fn lesson(students: &[&str], state: State) -> Session {
        let participant = |id: &str, role| Participant {
            user: user(id),
            name: String::new(),
            role,
            absent: false,
        };
        let mut participants: Vec<_> =
            students.iter().map(|id| participant(id, ParticipantRole::Student)).collect();
        participants.push(participant("ines", ParticipantRole::Teacher));
        Session {
            id: SessionId(uuid::Uuid::nil()),
            title: "Past tenses".parse().expect("a title"),
            description: "".parse().expect("a description"),
            skill: "Portuguese".parse().expect("a skill"),
            teacher: user("ines"),
            student: students.first().filter(|_| students.len() == 1).map(|id| user(id)),
            participants,
            capacity: i64::try_from(students.len()).expect("a few").try_into().expect("seats"),
            waitlist: Vec::new(),
            timing: Timing { start: at(0), duration: 60.try_into().expect("minutes") },
            intent: None,
            state,
            no_show: None,
            confirm_by: None,
            terms: Terms::default(),
            series: None,
            proposal: None,
            confirmation: Confirmation::Confirmed,
            version: Version(1),
            sequence: 0,
            created_at: at(-1),
        }
    }

    #[test]
    fn people_review_whom_they_met_and_in_time() {
        use ReviewRefused::*;
        let over = || State::Completed { started_at: at(0), finished_at: at(0) };
        let alone = lesson(&["jonas"], over());
        let group = lesson(&["jonas", "mira"], over());
        let missed = lesson(&["jonas"], State::Scheduled);
        let begun = lesson(&["jonas"], State::InProgress { started_at: at(0) });
        for (session, who, of, day, expected) in [
            (&alone, "jonas", None, 1, Ok("ines")),
            (&alone, "ines", None, 1, Ok("jonas")),
            (&alone, "ines", Some("jonas"), 1, Ok("jonas")),
            (&alone, "jonas", Some("jonas"), 1, Err(WrongReviewee)),
            (&alone, "ines", Some("ines"), 1, Err(WrongReviewee)),
            (&alone, "jonas", Some("mira"), 1, Err(WrongReviewee)),
            (&alone, "mira", None, 1, Err(NotParticipant)),
            (&alone, "jonas", None, 13, Ok("ines")),
            (&alone, "jonas", None, 14, Err(WindowClosed)),
            (&group, "mira", None, 1, Ok("ines")),
            (&group, "mira", Some("jonas"), 1, Err(WrongReviewee)),
            (&group, "ines", None, 1, Err(WhichStudent)),
            (&group, "ines", Some("mira"), 1, Ok("mira")),
            (&missed, "jonas", None, 1, Err(NotReviewable)),
            (&begun, "jonas", None, 1, Err(NotReviewable)),
        ] {
            let (of, who) = (of.map(user), user(who));
            for attended in [true, false] {
                let reviewer = Reviewer { user: &who, attended };
                let found = reviewee(session, reviewer, of.as_ref(), WINDOW, at(day));
                let missing = session.is_group() && !attended;
                let expected = if missing { Err(NotAttended) } else { expected.map(user) };
                assert_eq!(found, expected, "{who} of {of:?} on day {day}");
            }
        }
    }
}
