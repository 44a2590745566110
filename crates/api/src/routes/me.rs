//! `/api/me`

pub(crate) mod availability;
pub(crate) mod calendar_feeds;
pub(crate) mod erase;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod policy;
pub(crate) mod prefer;
