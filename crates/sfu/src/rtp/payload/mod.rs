//! What an SFU reads of a media payload: where a key frame begins, and how
//! large it is.

pub mod vp8;

mod av1;
mod h264;
mod vp9;

use crate::negotiated::Format;

/// What a payload says about itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PayloadInfo {
    pub start: FrameStart,
    /// The descriptor, whose numbers each receiver gets its own of.
    pub vp8: Option<vp8::Descriptor>,
}

/// What a payload says about the frame that begins in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FrameStart {
    /// A decoder can begin with this packet.
    pub key: bool,
    /// The height in pixels, where the payload says it.
    pub height: Option<u16>,
}

/// Reads the payload of `format`. Malformed ones begin no key frame.
pub fn inspect(format: &Format, payload: &[u8]) -> PayloadInfo {
    let start = match format {
        Format::Opus => FrameStart::default(),
        Format::Vp8 => {
            let vp8 = vp8::Descriptor::parse(payload);
            let start = vp8.map(|descriptor| descriptor.frame_start(payload)).unwrap_or_default();
            return PayloadInfo { start, vp8 };
        }
        Format::Vp9 { .. } => vp9::frame_start(payload).unwrap_or_default(),
        Format::H264 { .. } => FrameStart { key: h264::begins_key_frame(payload), height: None },
        Format::Av1 { .. } => FrameStart { key: av1::begins_key_frame(payload), height: None },
    };
    PayloadInfo { start, vp8: None }
}
