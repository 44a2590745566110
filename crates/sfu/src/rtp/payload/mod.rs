//! What an SFU reads of a media payload: where a key frame begins, how large it
//! is, and the numbers that a switch between sources must carry on.

pub mod vp8;
pub mod vp9;

mod av1;
mod h264;

use smallvec::{Array, SmallVec};

use crate::negotiated::Format;

/// What a payload says about itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PayloadInfo {
    pub start: FrameStart,
    /// The descriptor, whose numbers each receiver gets its own of.
    pub descriptor: Option<Descriptor>,
}

/// What a payload says about the frame that begins in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FrameStart {
    /// A decoder can begin with this packet.
    pub key: bool,
    /// The height in pixels, where the payload says it.
    pub height: Option<u16>,
}

/// A payload descriptor that numbers pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Descriptor {
    Vp8(vp8::Descriptor),
    Vp9(vp9::Descriptor),
}

/// A picture id as wide as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureId {
    Short(u8),
    Long(u16),
}

/// The numbers that a receiver sees in place of the sender's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PictureIds {
    /// 15 bits.
    pub picture_id: u16,
    pub tl0_picture_index: u8,
}

impl Descriptor {
    /// Bytes at the front of the payload that [`Descriptor::write`] replaces.
    pub const fn prefix_len(&self) -> usize {
        match self {
            Self::Vp8(vp8) => vp8.len,
            Self::Vp9(vp9) => vp9.len,
        }
    }

    /// The picture's id: 7 or 15 bits.
    pub const fn picture_id(&self) -> Option<PictureId> {
        match self {
            Self::Vp8(vp8) => vp8.picture_id,
            Self::Vp9(vp9) => vp9.picture_id,
        }
    }

    /// A running number of base-layer frames.
    pub const fn tl0_picture_index(&self) -> Option<u8> {
        match self {
            Self::Vp8(vp8) => vp8.tl0_picture_index,
            Self::Vp9(vp9) => vp9.tl0_picture_index,
        }
    }

    /// Appends the descriptor with other numbers to `out`. A picture id is
    /// written in its long form, so that receivers see one width throughout.
    pub fn write<A: Array<Item = u8>>(&self, ids: PictureIds, out: &mut SmallVec<A>) {
        match self {
            Self::Vp8(vp8) => vp8.write(ids, out),
            Self::Vp9(vp9) => vp9.write(ids, out),
        }
    }
}

impl PictureId {
    const LONG: u8 = 0x80;

    /// Reads an id, one byte or two.
    fn take(rest: &mut impl Iterator<Item = u8>) -> Option<Self> {
        let high = rest.next()?;
        Some(if high & Self::LONG != 0 {
            Self::Long(u16::from_be_bytes([high & !Self::LONG, rest.next()?]))
        } else {
            Self::Short(high)
        })
    }

    /// An id in its long form.
    const fn long(id: u16) -> [u8; 2] {
        let [high, low] = id.to_be_bytes();
        [high | Self::LONG, low]
    }
}

/// Reads the payload of `format`. Malformed ones begin no key frame.
pub fn inspect(format: &Format, payload: &[u8]) -> PayloadInfo {
    let start = match format {
        Format::Opus => FrameStart::default(),
        Format::Vp8 => {
            let vp8 = vp8::Descriptor::parse(payload);
            let start = vp8.map(|descriptor| descriptor.frame_start(payload)).unwrap_or_default();
            return PayloadInfo { start, descriptor: vp8.map(Descriptor::Vp8) };
        }
        Format::Vp9 { .. } => {
            let vp9 = vp9::Descriptor::parse(payload);
            let start = vp9.map(|descriptor| descriptor.frame_start(payload)).unwrap_or_default();
            return PayloadInfo { start, descriptor: vp9.map(Descriptor::Vp9) };
        }
        Format::H264 { .. } => FrameStart { key: h264::begins_key_frame(payload), height: None },
        Format::Av1 { .. } => FrameStart { key: av1::begins_key_frame(payload), height: None },
    };
    PayloadInfo { start, descriptor: None }
}
