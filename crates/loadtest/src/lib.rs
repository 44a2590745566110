//! Headless participants that load a Lectern server and measure it, and the
//! bare relay that shows what the machine could do.
//!
//! `rtp`, `peer` and `sdp` do no I/O; `swarm` drives many participants on one
//! thread; `client` goes the way of a browser, through REST and WebSocket;
//! `scenario` puts them together and measures.
#![forbid(unsafe_code)]

pub mod client;
mod clock;
pub mod limits;
pub mod measure;
pub mod peer;
pub mod relay;
pub mod report;
pub mod rtp;
pub mod scenario;
pub mod sdp;
pub mod swarm;
