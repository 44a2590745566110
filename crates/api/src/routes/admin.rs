//! `/api/admin`

pub(crate) mod reviews;
