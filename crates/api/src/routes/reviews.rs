//! `/api/reviews`

pub(crate) mod list;
pub(crate) mod reply;
pub(crate) mod report;
pub(crate) mod write;

use lectern_domain::text::{Comment, Rating, SkillLevel};

use crate::extract::Checks;

/// What a review says.
pub(super) struct Said {
    pub(super) rating: Rating,
    pub(super) comment: Comment,
    pub(super) skill_level: Option<SkillLevel>,
}

impl Said {
    pub(super) fn parse(
        checks: &mut Checks,
        rating: Option<i64>,
        comment: Option<&str>,
        skill_level: Option<i64>,
    ) -> Option<Self> {
        let comment = checks.required::<Comment>("/comment", Some(comment.unwrap_or_default()));
        let rating = match rating {
            Some(stars) => checks.accept("/rating", Rating::try_from(stars)),
            None => {
                checks.reject("/rating", "this is required");
                None
            }
        };
        let skill_level =
            skill_level.and_then(|level| checks.accept("/skillLevel", SkillLevel::try_from(level)));
        Some(Self { rating: rating?, comment: comment?, skill_level })
    }
}
