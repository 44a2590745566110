//! `/api/admin`

pub(crate) mod analytics;
pub(crate) mod reviews;
