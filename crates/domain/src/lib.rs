//! The rules of lessons: who may book, change, enter and review one.
//!
//! This crate is pure. It takes no time from the operating system, draws no
//! randomness and does no I/O: whoever calls it says what `now` is and hands
//! in the identifiers to use. One function is different and says so:
//! [`zone::Zones::newest`] reads the system's time-zone files, once, at start.
#![forbid(unsafe_code)]

pub mod analytics;
pub mod availability;
pub mod calendar;
pub mod clock;
pub mod dispute;
pub mod feed;
pub mod id;
pub mod outbound;
pub mod person;
pub mod policy;
pub mod proposal;
pub mod recurrence;
pub mod review;
pub mod room;
pub mod secret;
pub mod series;
pub mod service_key;
pub mod session;
pub mod sign_in;
pub mod slots;
pub mod span;
pub mod text;
pub mod window;
pub mod zone;
