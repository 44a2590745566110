//! The way of a browser into a lesson: REST, then the WebSocket, then media.

mod participant;
pub mod plain;
mod rest;
mod signal;

pub use self::{
    participant::{Entry, Joiner, Participant},
    rest::{Platform, Server, Ticket, rfc3339},
};
