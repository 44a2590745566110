//! `/api/holds`

pub(crate) mod place;
pub(crate) mod release;
