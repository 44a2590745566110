//! What a participant and the SFU agreed on: the outcome of offer and answer,
//! in the words of the media plane. `sdp` makes it, `engine` lives by it.
//!
//! Directions are the SFU's own: *incoming* media comes from the participant,
//! *outgoing* media goes to it.

use lectern_domain::room::{MediaKind, Mid, Source};

/// A synchronisation source (RFC 3550).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ssrc(pub u32);

/// A payload type, 0 to 127 (RFC 3550).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayloadType(pub u8);

/// An RTP stream id (RFC 8851): names a simulcast layer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rid(pub String);

/// The media that one participant's session descriptions agreed on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NegotiatedMedia {
    /// What the participant sends, in the order of the offer.
    pub incoming: Vec<IncomingSection>,
    /// What the participant receives, its slots, in the order of the offer.
    pub outgoing: Vec<OutgoingSection>,
}

/// A section in which the participant sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingSection {
    pub mid: Mid,
    pub source: Source,
    /// Accepted codecs, the preferred first.
    pub codecs: Vec<Codec>,
    pub extensions: Extensions,
    /// The simulcast layers, in the offer's order; empty: one stream.
    pub rids: Vec<Rid>,
    /// The streams that the offer declared, if it did, each with its RTX stream.
    pub ssrcs: Vec<(Ssrc, Option<Ssrc>)>,
}

/// A section in which the participant receives: a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingSection {
    pub mid: Mid,
    pub kind: MediaKind,
    /// Codecs that the receiver can decode, the preferred first.
    pub codecs: Vec<Codec>,
    pub extensions: Extensions,
    /// The slot's stream: the same for as long as the slot lives.
    pub ssrc: Ssrc,
    /// The slot's RTX stream (RFC 4588); video only.
    pub rtx: Option<Ssrc>,
    /// The canonical name in sender reports; one for all sections of a seat.
    pub cname: String,
}

/// A codec under the payload type that one participant gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codec {
    pub payload_type: PayloadType,
    pub format: Format,
    /// The payload type of its retransmissions, where agreed.
    pub rtx: Option<PayloadType>,
    /// Generic NACK was agreed (RFC 4585).
    pub nack: bool,
    /// Picture loss indication was agreed (RFC 4585).
    pub pli: bool,
    /// Full intra request was agreed (RFC 5104).
    pub fir: bool,
    /// Transport-wide feedback was agreed.
    pub transport_cc: bool,
}

/// A media format with what must be equal for a packet of one to be a packet
/// of the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Format {
    /// RFC 7587, 48 kHz.
    Opus,
    /// RFC 7741.
    Vp8,
    /// RFC 9628, with its `profile-id`.
    Vp9 { profile: u8 },
    /// RFC 6184: `packetization-mode` and the profile part of
    /// `profile-level-id` (profile_idc and constraint flags).
    H264 { packetization_mode: u8, profile: u16 },
    /// AV1, with its `profile`.
    Av1 { profile: u8 },
}

impl Format {
    /// RTP timestamp units a second.
    pub const fn clock_rate(&self) -> u32 {
        match self {
            Self::Opus => 48_000,
            _ => 90_000,
        }
    }
}

/// The ids of the RTP header extensions (RFC 8285) that were agreed for a
/// section; `None` where one was not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extensions {
    /// `urn:ietf:params:rtp-hdrext:sdes:mid`
    pub mid: Option<u8>,
    /// `urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id`
    pub rid: Option<u8>,
    /// `urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id`
    pub repaired_rid: Option<u8>,
    /// `urn:ietf:params:rtp-hdrext:ssrc-audio-level` (RFC 6464)
    pub audio_level: Option<u8>,
    /// `http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time`
    pub abs_send_time: Option<u8>,
    /// The transport-wide sequence number of
    /// draft-holmer-rmcat-transport-wide-cc-extensions-01
    pub transport_cc: Option<u8>,
    /// `urn:3gpp:video-orientation`
    pub video_orientation: Option<u8>,
    /// The AV1 dependency descriptor.
    pub dependency_descriptor: Option<u8>,
}
