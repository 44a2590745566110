//! Collects everything that is wrong with a request, not only the first thing.

use std::{fmt::Display, str::FromStr};

use crate::problem::{FieldError, Problem};

#[derive(Debug, Default)]
pub(crate) struct Checks {
    errors: Vec<FieldError>,
}

impl Checks {
    /// Notes that the value at `pointer` is not accepted.
    pub(crate) fn reject(&mut self, pointer: &str, detail: impl Display) {
        self.errors.push(FieldError { pointer: pointer.to_owned(), detail: detail.to_string() });
    }

    /// The value, unless it is an error, which is noted.
    pub(crate) fn accept<T, E: Display>(
        &mut self,
        pointer: &str,
        result: Result<T, E>,
    ) -> Option<T> {
        result.map_err(|error| self.reject(pointer, error)).ok()
    }

    /// A text that must be there.
    pub(crate) fn required<T: FromStr<Err: Display>>(
        &mut self,
        pointer: &str,
        text: Option<&str>,
    ) -> Option<T> {
        match text {
            Some(text) => self.accept(pointer, text.parse()),
            None => {
                self.reject(pointer, "this is required");
                None
            }
        }
    }

    /// A text that may be missing.
    pub(crate) fn optional<T: FromStr<Err: Display>>(
        &mut self,
        pointer: &str,
        text: Option<&str>,
    ) -> Option<T> {
        text.and_then(|text| self.accept(pointer, text.parse()))
    }

    /// An instant that may be missing.
    pub(crate) fn instant(
        &mut self,
        pointer: &str,
        text: Option<&str>,
    ) -> Option<chrono::DateTime<chrono::Utc>> {
        let text = text?;
        let parsed = chrono::DateTime::parse_from_rfc3339(text)
            .ok()
            // The database keeps microseconds, of years that have four digits.
            .and_then(|at| chrono::DateTime::from_timestamp_micros(at.timestamp_micros()));
        if parsed.is_none() {
            self.reject(pointer, "expected an instant such as 2027-03-14T09:30:00Z");
        }
        parsed
    }

    /// Fails if anything was noted.
    pub(crate) fn done(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::fields(self.errors)) }
    }

    /// The problem with what was noted, for where a value is missing.
    pub(crate) fn problem(self) -> Problem {
        Problem::fields(self.errors)
    }
}
