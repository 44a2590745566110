//! `/api/users`: people's records, for the platform and for admins.

pub(crate) mod analytics;
pub(crate) mod erase;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod put;

pub(super) use self::{erase::erase_person, export::attachment};
