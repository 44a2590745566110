//! Texts and numbers that people write, with their limits. Each is parsed once
//! at the edge; inside, it is already true.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use chrono::TimeDelta;
use serde::Serialize;

/// Why a text or a number is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Too few or too many characters, counted in Unicode scalar values.
    #[error("expected {min} to {max} characters")]
    Length {
        /// The fewest characters.
        min: usize,
        /// The most characters.
        max: usize,
    },
    /// Control characters other than those of a line break or a tab.
    #[error("control characters are not allowed")]
    ControlCharacter,
    /// Not shaped like a tag of BCP 47.
    #[error("expected a language tag such as en or pt-BR")]
    NotALanguage,
    /// A number outside its range.
    #[error("expected a whole number from {min} to {max}")]
    Range {
        /// The least number.
        min: i64,
        /// The greatest number.
        max: i64,
    },
}

/// Whether a text may hold line breaks and tabs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

fn check(text: &str, length: RangeInclusive<usize>, lines: Lines) -> Result<String, Invalid> {
    let text = text.trim();
    if !length.contains(&text.chars().count()) {
        return Err(Invalid::Length { min: *length.start(), max: *length.end() });
    }
    let forbidden =
        |c: char| c.is_control() && !(lines == Lines::Many && matches!(c, '\n' | '\r' | '\t'));
    if text.chars().any(forbidden) {
        return Err(Invalid::ControlCharacter);
    }
    Ok(text.to_owned())
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $min:literal..=$max:literal, $lines:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The fewest characters.
            pub const MIN: usize = $min;
            /// The most characters, counted in Unicode scalar values.
            pub const MAX: usize = $max;

            /// The text, without white space around it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                check(text, $min..=$max, Lines::$lines).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text!(
    /// What a lesson is called.
    Title, 1..=200, One
);
text!(
    /// What a lesson is about.
    Description, 0..=5000, Many
);
text!(
    /// What is taught, such as "Portuguese".
    Skill, 0..=100, One
);
text!(
    /// Why a lesson was cancelled, in a person's words.
    Reason, 0..=1000, Many
);
text!(
    /// Why a teacher is away.
    Note, 0..=200, One
);
text!(
    /// What somebody calls a calendar.
    CalendarName, 0..=100, One
);
text!(
    /// What a review says.
    Comment, 0..=4000, Many
);
text!(
    /// What the person says whom a review is about.
    Reply, 1..=2000, Many
);
text!(
    /// Why something is reported, disputed or decided: never nothing.
    Grounds, 1..=1000, Many
);
text!(
    /// What is searched for in titles, descriptions, skills and names.
    Search, 1..=100, One
);

/// A language, as a tag of BCP 47: letters and digits between hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Locale(String);

impl Locale {
    /// The longest tag that RFC 5646, section 4.4.1, asks to be supported.
    pub const MAX: usize = 35;

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Locale {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let subtag = |subtag: &str| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        let language = |text: &str| {
            text.split('-').next().is_some_and(|s| {
                (2..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphabetic())
            })
        };
        if text.len() > Self::MAX || !language(text) || !text.split('-').all(subtag) {
            return Err(Invalid::NotALanguage);
        }
        Ok(Self(text.to_owned()))
    }
}

/// How long a lesson is, in whole minutes: one minute to one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Minutes(u16);

impl Minutes {
    /// The shortest lesson.
    pub const MIN: i64 = 1;
    /// The longest lesson: a day.
    pub const MAX: i64 = 1440;

    /// The number of minutes.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The same length, as a difference of instants.
    pub fn delta(self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.0))
    }
}

impl TryFrom<i64> for Minutes {
    type Error = Invalid;

    fn try_from(minutes: i64) -> Result<Self, Invalid> {
        let range = Invalid::Range { min: Self::MIN, max: Self::MAX };
        if !(Self::MIN..=Self::MAX).contains(&minutes) {
            return Err(range);
        }
        u16::try_from(minutes).map(Self).map_err(|_| range)
    }
}

macro_rules! one_to_five {
    ($(#[$doc:meta])* $name:ident, $worst:literal, $best:literal, $get:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(u8);

        impl $name {
            #[doc = $worst]
            pub const MIN: i64 = 1;
            #[doc = $best]
            pub const MAX: i64 = 5;

            #[doc = $get]
            pub const fn get(self) -> u8 {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = Invalid;

            fn try_from(number: i64) -> Result<Self, Invalid> {
                let range = Invalid::Range { min: Self::MIN, max: Self::MAX };
                if !(Self::MIN..=Self::MAX).contains(&number) {
                    return Err(range);
                }
                u8::try_from(number).map(Self).map_err(|_| range)
            }
        }
    };
}

one_to_five!(
    /// How good a lesson was: one to five.
    Rating, "The worst.", "The best.", "The number of stars."
);
one_to_five!(
    /// How far somebody is in a skill: one for who begins, five for who masters it.
    SkillLevel, "Who begins.", "Who masters it.", "The number of the level."
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_trimmed_and_bounded() {
        assert_eq!(
            "  Past tenses ".parse::<Title>().map(|t| t.to_string()),
            Ok("Past tenses".into())
        );
        assert_eq!("é".repeat(200).parse::<Title>().map(|t| t.as_str().len()), Ok(400));
        let length = Err(Invalid::Length { min: 1, max: 200 });
        assert_eq!(" \n".parse::<Title>(), length);
        assert_eq!("x".repeat(201).parse::<Title>(), length);
    }

    #[test]
    fn no_text_holds_a_nul_and_only_long_ones_hold_lines() {
        assert_eq!("a\0b".parse::<Title>(), Err(Invalid::ControlCharacter));
        assert_eq!("a\0b".parse::<Description>(), Err(Invalid::ControlCharacter));
        assert_eq!("a\nb".parse::<Title>(), Err(Invalid::ControlCharacter));
        assert!("a\r\n\tb".parse::<Description>().is_ok());
    }

    #[test]
    fn locales_are_shaped_like_tags() {
        for good in ["en", "ar", "pt-BR", "zh-Hant-TW", "de-1996"] {
            assert!(good.parse::<Locale>().is_ok(), "{good}");
        }
        for bad in ["", "e", "en_US", "en-", "-en", "1n", "en-toolongsubtag", "e\0"] {
            assert_eq!(bad.parse::<Locale>(), Err(Invalid::NotALanguage), "{bad:?}");
        }
    }

    #[test]
    fn numbers_keep_to_their_range() {
        for (minutes, good) in [(0, false), (1, true), (1440, true), (1441, false), (-5, false)] {
            assert_eq!(Minutes::try_from(minutes).is_ok(), good, "{minutes}");
        }
        for (stars, good) in [(0, false), (1, true), (5, true), (6, false), (i64::MAX, false)] {
            assert_eq!(Rating::try_from(stars).is_ok(), good, "{stars}");
        }
    }
}
