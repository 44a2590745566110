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
    /// Not an address that mail could be sent to.
    #[error("expected an address such as jonas@platform.example")]
    NotAnAddress,
    /// Not a telephone number of E.164.
    #[error("expected a telephone number such as +351210000000")]
    NotAPhone,
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

/// The white space around a text does not count for the fewest characters, and
/// is not kept; for everything else the text is what was sent.
fn check(text: &str, length: RangeInclusive<usize>, lines: Lines) -> Result<String, Invalid> {
    let trimmed = text.trim();
    if trimmed.chars().count() < *length.start() || text.chars().count() > *length.end() {
        return Err(Invalid::Length { min: *length.start(), max: *length.end() });
    }
    let forbidden =
        |c: char| c.is_control() && !(lines == Lines::Many && matches!(c, '\n' | '\r' | '\t'));
    if text.chars().any(forbidden) {
        return Err(Invalid::ControlCharacter);
    }
    Ok(trimmed.to_owned())
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
    /// What others see as somebody's name.
    PersonName, 1..=200, One
);
text!(
    /// One line about a teacher.
    Headline, 0..=200, One
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

/// An address of electronic mail: the `dot-atom` form of RFC 5322, section
/// 3.4.1, with the letters of RFC 6531. Quoted names and literal addresses,
/// which nobody has, are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// The longest address, in bytes (RFC 5321, section 4.5.3.1.3, without the
    /// angle brackets).
    pub const MAX: usize = 254;
    /// The longest name before the @, in bytes.
    const NAME: usize = 64;
    /// The longest part of a domain, in bytes.
    const LABEL: usize = 63;

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let atom = |atom: &str| {
            let good = |c: char| {
                c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_letter(c)
            };
            !atom.is_empty() && atom.chars().all(good)
        };
        let label = |label: &str| {
            let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || is_letter(c);
            let hyphen = label.starts_with('-') || label.ends_with('-');
            (1..=Self::LABEL).contains(&label.len()) && !hyphen && label.chars().all(good)
        };
        let (name, domain) = text.rsplit_once('@').ok_or(Invalid::NotAnAddress)?;
        let good = text.len() <= Self::MAX
            && name.len() <= Self::NAME
            && name.split('.').all(atom)
            && domain.contains('.')
            && domain.split('.').all(label);
        if good { Ok(Self(text.to_owned())) } else { Err(Invalid::NotAnAddress) }
    }
}

/// A letter or digit beyond ASCII.
fn is_letter(c: char) -> bool {
    !c.is_ascii() && c.is_alphanumeric()
}

/// A telephone number as E.164 writes it: a plus, the country and the number,
/// seven to fifteen digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Phone(String);

impl Phone {
    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Phone {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = text.trim().strip_prefix('+').ok_or(Invalid::NotAPhone)?;
        let good = (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0');
        if good { Ok(Self(format!("+{digits}"))) } else { Err(Invalid::NotAPhone) }
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
        assert_eq!(format!("{} ", "x".repeat(200)).parse::<Title>(), length);
    }

    #[test]
    fn no_text_holds_a_nul_and_only_long_ones_hold_lines() {
        assert_eq!("a\0b".parse::<Title>(), Err(Invalid::ControlCharacter));
        assert_eq!("a\0b".parse::<Description>(), Err(Invalid::ControlCharacter));
        assert_eq!("a\nb".parse::<Title>(), Err(Invalid::ControlCharacter));
        assert_eq!("ab\n".parse::<Title>(), Err(Invalid::ControlCharacter));
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
    fn addresses_are_those_that_people_have() {
        for good in [
            "jonas@platform.example",
            " first.last+tag@sub-domain.example ",
            "o'neil@platform.example",
            "jörg@müller.example",
        ] {
            assert!(good.parse::<Email>().is_ok(), "{good}");
        }
        let long = [format!("{}@a.b", "x".repeat(65)), format!("a@{}.b", "x".repeat(64))];
        for bad in [
            "",
            "@",
            "jonas",
            "jonas@",
            "@a.b",
            "jonas@localhost",
            "a b@c.d",
            "a@b..c",
            ".a@b.c",
            "a@b@c.d",
            "a@-b.c",
            "\"a\"@b.c",
            "a@[127.0.0.1]",
            "a@b.c\r\nBcc: x@y.z",
            &long[0],
            &long[1],
        ] {
            assert_eq!(bad.parse::<Email>(), Err(Invalid::NotAnAddress), "{bad:?}");
        }
    }

    #[test]
    fn telephone_numbers_say_their_country() {
        for good in ["+351210000000", "+2908999", "+123456789012345"] {
            assert!(good.parse::<Phone>().is_ok(), "{good}");
        }
        for bad in
            ["", "+", "210000000", "+0123456789", "+12", "+1 212 5550100", "+1234567890123456"]
        {
            assert_eq!(bad.parse::<Phone>(), Err(Invalid::NotAPhone), "{bad:?}");
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
