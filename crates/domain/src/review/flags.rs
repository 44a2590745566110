//! What makes a review look as if it were not meant honestly. Nothing is
//! refused for it: an admin looks, and decides.

use std::fmt;

use chrono::TimeDelta;

/// A lesson in which the two had less media than this was hardly one.
pub const SHORT_LESSON: TimeDelta = TimeDelta::minutes(5);
/// More reviews than this from one person of one other, within
/// [`BURST_WITHIN`], are a burst.
pub const BURST: i64 = 3;
/// The time in which reviews make a burst.
pub const BURST_WITHIN: TimeDelta = TimeDelta::hours(24);

/// Something that an admin should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Reviewer and reviewee have the same e-mail address or phone.
    SharedContact,
    /// The reviewer has the address or phone of another reviewer of the same
    /// person.
    DuplicateReviewer,
    /// There was less than [`SHORT_LESSON`] of media between the two.
    ShortLesson,
    /// One of more than [`BURST`] within a day.
    Burst,
}

impl Flag {
    /// The name on the wire and in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SharedContact => "shared_contact",
            Self::DuplicateReviewer => "duplicate_reviewer",
            Self::ShortLesson => "short_lesson",
            Self::Burst => "burst",
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of a review's circumstances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signs {
    /// Whether reviewer and reviewee have an address or phone in common.
    pub shared_contact: bool,
    /// Whether the reviewer shares one with another reviewer of the reviewee.
    pub duplicate_reviewer: bool,
    /// How long the one of the two was connected who was so for less time.
    pub together: TimeDelta,
    /// Reviews of this reviewee by this reviewer within [`BURST_WITHIN`], with
    /// this one.
    pub recent: i64,
}

/// What an admin should look at.
pub fn flags(signs: &Signs) -> Vec<Flag> {
    [
        (signs.shared_contact, Flag::SharedContact),
        (signs.duplicate_reviewer, Flag::DuplicateReviewer),
        (signs.together < SHORT_LESSON, Flag::ShortLesson),
        (signs.recent > BURST, Flag::Burst),
    ]
    .into_iter()
    .filter_map(|(is, flag)| is.then_some(flag))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_raises_its_flag() {
        let honest = Signs {
            shared_contact: false,
            duplicate_reviewer: false,
            together: SHORT_LESSON,
            recent: BURST,
        };
        for (signs, expected) in [
            (honest, vec![]),
            (Signs { shared_contact: true, ..honest }, vec![Flag::SharedContact]),
            (Signs { duplicate_reviewer: true, ..honest }, vec![Flag::DuplicateReviewer]),
            (Signs { together: TimeDelta::seconds(299), ..honest }, vec![Flag::ShortLesson]),
            (Signs { recent: BURST + 1, ..honest }, vec![Flag::Burst]),
            (
                Signs { together: TimeDelta::zero(), recent: 9, ..honest },
                vec![Flag::ShortLesson, Flag::Burst],
            ),
        ] {
            assert_eq!(flags(&signs), expected, "{signs:?}");
        }
    }
}
