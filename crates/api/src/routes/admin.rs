//! `/api/admin`

pub(crate) mod analytics;
pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod disputes;
pub(crate) mod reviews;
pub(crate) mod rooms;
pub(crate) mod sessions;
