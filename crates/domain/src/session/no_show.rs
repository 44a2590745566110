//! Who did not come: a fact of the media plane's, not a claim of anybody's.

use std::str::FromStr;

use super::UnknownName;

/// Who did not come to a lesson that stood and whose time has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoShow {
    /// The teacher: a student waited.
    Teacher,
    /// The student: the teacher waited.
    Student,
    /// Neither came.
    Both,
}

impl NoShow {
    /// Who is missing, by who was connected to the room at any time. Two who
    /// came and missed each other did both come.
    pub const fn of(teacher_came: bool, student_came: bool) -> Option<Self> {
        match (teacher_came, student_came) {
            (true, true) => None,
            (false, true) => Some(Self::Teacher),
            (true, false) => Some(Self::Student),
            (false, false) => Some(Self::Both),
        }
    }

    /// The name on the wire and in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Student => "student",
            Self::Both => "both",
        }
    }
}

impl FromStr for NoShow {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Teacher, Self::Student, Self::Both]
            .into_iter()
            .find(|no_show| no_show.as_str() == text)
            .ok_or(UnknownName { expected: "teacher, student, both" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_missing_follows_from_who_came() {
        let check = |teacher, student, expected: Option<&str>| {
            assert_eq!(NoShow::of(teacher, student).map(NoShow::as_str), expected);
            assert_eq!(expected.map(str::parse).transpose(), Ok(NoShow::of(teacher, student)));
        };
        check(true, true, None);
        check(false, true, Some("teacher"));
        check(true, false, Some("student"));
        check(false, false, Some("both"));
    }
}
