//! `/api/me`

pub(crate) mod get;
pub(crate) mod prefer;
