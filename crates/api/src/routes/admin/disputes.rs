//! `/api/admin/disputes`

pub(crate) mod decide;
pub(crate) mod get;
pub(crate) mod list;
