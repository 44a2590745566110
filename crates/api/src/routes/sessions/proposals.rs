//! `/api/sessions/{id}/proposals`

pub(crate) mod accept;
pub(crate) mod decline;
pub(crate) mod propose;
pub(crate) mod withdraw;
