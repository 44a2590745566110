//! Pages of lists: a cursor that clients hand back as they got it.

use std::ops::Range;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use lectern_store::page::{After, Page, PageRequest};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Checks;
use crate::{layers::NextPage, limits, problem::Problem};

/// What a cursor may point to, in microseconds since 1970: up to the year 8817.
/// These are the times that begin with `A` and one of `A` to `v` in base64, so
/// that a pattern can say what a cursor is.
const CALENDAR: Range<i64> = 0..0x0300_0000_0000_0000;

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `nextCursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// The most items.
    #[param(value_type = Option<u16>, nullable = false, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
}

impl PageQuery {
    pub(crate) fn parse(&self) -> Result<PageRequest, Problem> {
        let mut checks = Checks::default();
        let page = page(&mut checks, self.cursor.as_deref(), self.limit.as_deref());
        checks.done()?;
        Ok(page)
    }
}

/// The page that a list's own query asks for.
pub(crate) fn page(checks: &mut Checks, cursor: Option<&str>, limit: Option<&str>) -> PageRequest {
    let after = cursor.and_then(|cursor| {
        let after = read(cursor);
        if after.is_none() {
            checks.reject("?cursor", "expected the nextCursor of another page");
        }
        after
    });
    let limit = limit.map_or(limits::PAGE, |limit| {
        let max = limits::PAGE_MAX;
        let limit = limit.parse().ok().filter(|limit| (1..=max).contains(limit));
        limit.unwrap_or_else(|| {
            checks.reject("?limit", format_args!("expected a whole number from 1 to {max}"));
            limits::PAGE
        })
    });
    PageRequest { after, limit }
}

/// After which row a list that is numbered goes on: 0 is its beginning. Such a
/// cursor has at most 18 digits, as the document says.
pub(crate) fn position(cursor: Option<&str>) -> Result<i64, Problem> {
    let Some(cursor) = cursor else { return Ok(0) };
    let digits = (1..=18).contains(&cursor.len()) && cursor.bytes().all(|b| b.is_ascii_digit());
    cursor
        .parse()
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| Problem::field("?cursor", "expected the nextCursor of another page"))
}

fn read(cursor: &str) -> Option<After> {
    let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
    let (micros, id) = bytes.split_first_chunk::<8>()?;
    let micros = i64::from_be_bytes(*micros);
    // What somebody else has made up may lie where the database has no time.
    let at = CALENDAR.contains(&micros).then(|| DateTime::from_timestamp_micros(micros))??;
    Some(After { at, id: Uuid::from_slice(id).ok()? })
}

fn write(after: After) -> String {
    let mut bytes = after.at.timestamp_micros().to_be_bytes().to_vec();
    bytes.extend_from_slice(after.id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Paged<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Asks for the next page; null on the last one.
    #[schema(required = true)]
    pub(crate) next_cursor: Option<String>,
}

impl<T> From<Page<T>> for Paged<T> {
    fn from(page: Page<T>) -> Self {
        Self { items: page.items, next_cursor: page.next.map(write) }
    }
}

/// What another page may follow.
pub(crate) trait Turns {
    /// The cursor of the next page, if there is one.
    fn next_cursor(&self) -> Option<&str>;
}

impl<T> Turns for Paged<T> {
    fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }
}

/// A page as an answer: JSON, and the next page in `Link` (RFC 8288).
#[derive(Debug)]
pub(crate) struct Listed<T>(pub(crate) T);

impl<T: Serialize + Turns> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        let next = self.0.next_cursor().map(|cursor| NextPage(cursor.to_owned()));
        let mut response = Json(self.0).into_response();
        if let Some(next) = next {
            response.extensions_mut().insert(next);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip_and_nothing_else_is_one() {
        let after = After {
            at: DateTime::from_timestamp_micros(1_900_000_000_123_456).expect("an instant"),
            id: Uuid::from_u128(42),
        };
        assert_eq!(read(&write(after)), Some(after));
        let ends = [format!("Av{}", "_".repeat(30)), "A".repeat(32)];
        assert!(ends.iter().all(|end| read(end).is_some()));
        let far = [&"0".repeat(32), &"7".repeat(32), &format!("Aw{}", "A".repeat(30))];
        for bad in ["", "x", "AAAA", "%00", &"A".repeat(33), far[0], far[1], far[2]] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
