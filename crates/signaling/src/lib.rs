//! Signaling: who is in a lesson's room, who is seen where, what is said.
//!
//! [`hub`] is a pure state machine. [`start`] runs it between WebSockets, the
//! media plane and the database. What the media plane is asked and tells goes
//! over the channels of [`media`]. The messages are those of
//! [`lectern_protocol`].
#![forbid(unsafe_code)]

mod config;
mod driver;
pub mod hub;
pub mod limits;
pub mod media;

pub use config::{Config, Limits, RoomKeys};
pub use driver::{Handle, Load, StartError, start};
