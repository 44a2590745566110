//! The offer that a participant writes and the answer that it reads (RFC 8866,
//! RFC 9429). Pure.

pub mod answer;
pub mod offer;

/// The extensions that participants offer, with the ids that Chromium gives
/// them.
pub const EXTENSIONS: [(u8, &str); 4] = [
    (AUDIO_LEVEL, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
    (ABS_SEND_TIME, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
    (TRANSPORT_CC, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"),
    (MID, "urn:ietf:params:rtp-hdrext:sdes:mid"),
];

const AUDIO_LEVEL: u8 = 1;
const ABS_SEND_TIME: u8 = 2;
const TRANSPORT_CC: u8 = 3;
const MID: u8 = 4;

/// The payload types that participants offer.
pub const PAYLOAD_TYPES: crate::peer::PayloadTypes =
    crate::peer::PayloadTypes { audio: 111, video: 96, video_rtx: 97 };
