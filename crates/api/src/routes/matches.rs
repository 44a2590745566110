//! `/api/matches`

pub(crate) mod get;
pub(crate) mod put;
