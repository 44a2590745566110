//! The SFU as its peers see it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod forwarding;
mod handshake;
mod hostile;
mod lifecycle;
mod support;
