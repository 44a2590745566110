//! What is read from a request, strictly.

mod body;
mod caller;
mod checks;
mod format;
mod headers;
mod page;
mod path;
mod query;
mod strict;

pub(crate) use self::{
    body::{Body, OptionalBody},
    caller::{Caller, Principal},
    checks::Checks,
    format::Format,
    headers::{IdempotencyKey, IfMatch, LastEventId},
    page::{Listed, PageQuery, Paged, Turns, page, position},
    path::{
        CalendarPath, DisputePath, HoldPath, KeyPath, ProposalPath, ReviewPath, SeatPath,
        SessionPath, UserPath,
    },
    query::Query,
};
