//! The floor: a bare SRTP relay. It opens each packet under the sender's key
//! and seals it under the keys of the others in the room, with the same system
//! calls as the server, and does nothing else: no ICE, no DTLS, no RTCP, no
//! rewriting. What the server needs beyond it is the price of being an SFU.
//!
//! It runs as a process of its own, so that its CPU time can be read as the
//! server's is, and ends when its standard input does.

mod aead;
mod batch;
mod child;
mod forward;
mod plan;

pub use self::{child::Child, forward::run, plan::Plan};
