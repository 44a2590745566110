//! All SQL of Lectern: one module per noun, in functions named for what they
//! mean. Whoever calls says what time it is.
#![forbid(unsafe_code)]

pub mod analytics;
pub mod api_keys;
pub mod attendance;
pub mod audit;
pub mod availability;
pub mod chat;
pub mod cluster;
pub mod disputes;
pub mod error;
pub mod export;
pub mod feeds;
pub mod history;
pub mod holds;
pub mod idempotency;
pub mod matches;
pub mod migrate;
pub mod notifications;
pub mod openings;
pub mod outbox;
pub mod page;
pub mod policies;
pub mod reminders;
pub mod retention;
pub mod reviews;
pub mod roles;
pub mod rooms;
pub mod server;
pub mod sessions;
pub mod sign_in;
#[cfg(feature = "testing")]
pub mod testing;
pub mod users;

pub use self::error::StoreError;
