//! Notices on their way to those who listen.
//!
//! One task a node, the [`listener`], finds what was written, by whichever
//! node, and the [`hub`] hands it to the streams of whom it is for. Each stream
//! has a bounded queue. There is no word from the database that something was
//! written: NOTIFY takes a lock that all commits share, and bookings would wait
//! for each other there. Instead the listener looks once a second while anybody
//! listens, and at once after a command of its own node.

mod hub;
mod listener;
mod stream;
mod tide;

pub(crate) use self::{hub::Hub, stream::Stream};
