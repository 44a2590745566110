//! `/api/admin/reviews`

pub(crate) mod list;
pub(crate) mod moderate;
