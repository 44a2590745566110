//! `/api/reviews`

pub(crate) mod list;
pub(crate) mod write;
