//! The signaling protocol `lectern.v1`: its messages, its error codes and its
//! bounds. PROTOCOL.md says what they mean; the TypeScript types of the client
//! are generated from these.
//!
//! This crate is pure: it reads and writes texts, and nothing else.
#![forbid(unsafe_code)]

mod client;
mod code;
pub mod limits;
mod parse;
mod server;

pub use client::*;
pub use code::*;
pub use parse::ParseError;
pub use server::*;

/// The WebSocket subprotocol (RFC 6455, section 1.9) that names this version.
pub const SUBPROTOCOL: &str = "lectern.v1";
