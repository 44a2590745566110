//! The selective forwarding unit (RFC 7667, section 3.7): it relays the media
//! of a lesson's participants to each other, without decoding it.
#![forbid(unsafe_code)]

mod driver;
pub mod engine;
pub mod limits;
pub mod negotiated;
pub mod rtp;
pub mod sdp;
mod sfu;
pub mod transport;

pub use sfu::{
    Advertised, Answer, Config, InvalidAdvertised, JoinError, MediaCounts, OfferError, Sfu,
    SfuEvent, StartError, View,
};
