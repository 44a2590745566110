//! RTP and RTCP on the wire (RFC 3550 and what extends it): parsers that
//! borrow and trust nothing, and writers for what the engine sends.

pub mod header;
pub mod payload;
pub mod rtcp;

mod dependency;
mod ntp;
mod unwrap;

pub use self::{
    dependency::{DependencyDescriptor, Templates},
    header::{Element, Elements, RtpError, RtpHeader, RtpPacket},
    ntp::Ntp,
    unwrap::Unwrapper,
};
