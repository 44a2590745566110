//! The way of a browser into a lesson: REST, then the WebSocket, then media.

mod participant;
mod rest;
mod signal;

pub use self::{
    participant::{Entry, Joiner, Participant},
    rest::{Platform, Server, Ticket, rfc3339},
};
