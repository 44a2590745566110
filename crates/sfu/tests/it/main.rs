//! The SFU as its peers see it.

mod forwarding;
mod handshake;
mod hostile;
mod lifecycle;
mod support;
