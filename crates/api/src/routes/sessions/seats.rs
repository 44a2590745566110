//! `/api/sessions/{id}/seats`

pub(crate) mod give_back;
pub(crate) mod remove;
pub(crate) mod take;
