//! `/api/teachers`, and what belongs to one of them.

pub(crate) mod availability;
pub(crate) mod lessons;
pub(crate) mod list;
pub(crate) mod policy;
pub(crate) mod slots;
