//! Pages of lists that are longer than an answer.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Where a page begins: after the row with this time and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// The time the list is sorted by.
    pub at: DateTime<Utc>,
    /// The id, between rows of one time.
    pub id: Uuid,
}

/// Which page, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// The last row of the page before, if there was one.
    pub after: Option<After>,
    /// The most rows.
    pub limit: u16,
}

impl PageRequest {
    /// One row more than asked for shows whether there is a next page.
    pub(crate) fn fetch(self) -> i64 {
        i64::from(self.limit) + 1
    }
}

/// A page, and where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The place after the last of them, if more follow.
    pub next: Option<After>,
}

impl<T> Page<T> {
    pub(crate) fn cut(mut items: Vec<T>, request: PageRequest, key: impl Fn(&T) -> After) -> Self {
        let more = items.len() > usize::from(request.limit);
        items.truncate(usize::from(request.limit));
        let next = if more { items.last().map(key) } else { None };
        Self { items, next }
    }

    /// The same page of other items.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}
