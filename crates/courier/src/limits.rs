//! Every bound of the courier.

use std::time::Duration;

use chrono::TimeDelta;

/// How long a connection may take to be made.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// How long all of an answer may take, redirects included.
pub(crate) const TOTAL: Duration = Duration::from_secs(20);
/// The most redirects that are followed.
pub(crate) const REDIRECTS: u32 = 5;
/// The longest `ETag` or `Last-Modified` that is kept, in bytes; a longer one is
/// not.
pub(crate) const VALIDATOR: usize = 256;

/// Calendars that are fetched at a time by one node.
pub(crate) const FETCHES: usize = 16;
/// Calendars that are read at a time by one node: reading takes a core.
pub(crate) const READINGS: usize = 2;
/// How long a calendar belongs to the node that has leased it: longer than it
/// takes to fetch and read it.
pub(crate) const LEASE: TimeDelta = TimeDelta::minutes(2);
/// How long after it was fetched a calendar is fetched again.
pub(crate) const REFRESH: TimeDelta = TimeDelta::minutes(15);
/// How long after its first failure; it doubles with each further one.
pub(crate) const RETRY: TimeDelta = TimeDelta::minutes(1);
/// The longest time between two attempts.
pub(crate) const RETRY_MOST: TimeDelta = TimeDelta::hours(6);
/// How long a calendar's body is good for that has not changed since: what
/// recurs is expanded up to a horizon, which moves on.
pub(crate) const REREAD: TimeDelta = TimeDelta::hours(24);
