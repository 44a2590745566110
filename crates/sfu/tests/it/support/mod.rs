//! A headless participant, made of the same protocol crates but of none of the
//! SFU's own code: what it can talk to, others can.

pub(crate) mod client;
pub(crate) mod participant;
pub(crate) mod rtp;
