//! The VP8 payload descriptor (RFC 7741, section 4.2).

use smallvec::{Array, SmallVec};

use super::{FrameStart, PictureId, PictureIds};

const EXTENDED: u8 = 0x80;
const START_OF_PARTITION: u8 = 0x10;
const PARTITION: u8 = 0x07;
const HAS_PICTURE_ID: u8 = 0x80;
const HAS_TL0: u8 = 0x40;
const HAS_TID: u8 = 0x20;
const HAS_KEY_INDEX: u8 = 0x10;

/// What begins each VP8 payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// Bytes it takes up in the payload.
    pub len: usize,
    /// The picture's id: 7 or 15 bits.
    pub picture_id: Option<PictureId>,
    /// A running number of base-layer frames.
    pub tl0_picture_index: Option<u8>,
    first: u8,
    layers: Option<Layers>,
}

/// The octet of temporal layer and key frame index, and which of them it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layers {
    present: u8,
    octet: u8,
}

impl Descriptor {
    /// Reads the descriptor at the front of `payload`; `None` if it is cut off.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let mut rest = payload.iter().copied();
        let first = rest.next()?;
        let (mut picture_id, mut tl0_picture_index, mut layers) = (None, None, None);
        if first & EXTENDED != 0 {
            let extension = rest.next()?;
            if extension & HAS_PICTURE_ID != 0 {
                picture_id = Some(PictureId::take(&mut rest)?);
            }
            if extension & HAS_TL0 != 0 {
                tl0_picture_index = Some(rest.next()?);
            }
            let present = extension & (HAS_TID | HAS_KEY_INDEX);
            if present != 0 {
                layers = Some(Layers { present, octet: rest.next()? });
            }
        }
        let len = payload.len() - rest.len();
        Some(Self { len, picture_id, tl0_picture_index, first, layers })
    }

    /// Whether this packet begins a key frame, and its height. `payload` is
    /// what the descriptor was read from.
    pub fn frame_start(&self, payload: &[u8]) -> FrameStart {
        let begins = self.first & START_OF_PARTITION != 0 && self.first & PARTITION == 0;
        match payload.get(self.len..) {
            // The frame tag's lowest bit is zero in key frames (RFC 6386,
            // section 9.1); a start code and the dimensions follow.
            Some([tag, frame @ ..]) if begins && tag & 1 == 0 => FrameStart {
                key: true,
                height: match frame {
                    [_, _, 0x9D, 0x01, 0x2A, _, _, low, high, ..] => {
                        Some(u16::from_le_bytes([*low, high & 0x3F]))
                    }
                    _ => None,
                },
            },
            _ => FrameStart::default(),
        }
    }

    /// Appends the descriptor with other numbers to `out`.
    pub(super) fn write<A: Array<Item = u8>>(&self, ids: PictureIds, out: &mut SmallVec<A>) {
        out.push(self.first);
        if self.first & EXTENDED == 0 {
            return;
        }
        let present = self.layers.map_or(0, |layers| layers.present)
            | if self.picture_id.is_some() { HAS_PICTURE_ID } else { 0 }
            | if self.tl0_picture_index.is_some() { HAS_TL0 } else { 0 };
        out.push(present);
        if self.picture_id.is_some() {
            out.extend_from_slice(&PictureId::long(ids.picture_id));
        }
        if self.tl0_picture_index.is_some() {
            out.push(ids.tl0_picture_index);
        }
        if let Some(layers) = self.layers {
            out.push(layers.octet);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY_FRAME: [u8; 10] = [0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x41];

    fn payload(descriptor: &[u8], frame: &[u8]) -> Vec<u8> {
        [descriptor, frame].concat()
    }

    #[test]
    fn all_forms_are_read() {
        let check = |bytes: &[u8], len, picture_id, tl0| {
            let descriptor = Descriptor::parse(bytes).unwrap();
            assert_eq!(
                (descriptor.len, descriptor.picture_id, descriptor.tl0_picture_index),
                (len, picture_id, tl0),
                "{bytes:x?}"
            );
        };
        check(&[0x10, 0], 1, None, None);
        check(&[0x90, 0x00, 0], 2, None, None);
        check(&[0x90, 0x80, 0x7F, 0], 3, Some(PictureId::Short(127)), None);
        check(&[0x90, 0x80, 0xFF, 0xFE, 0], 4, Some(PictureId::Long(0x7FFE)), None);
        check(&[0x90, 0x40, 9, 0], 3, None, Some(9));
        check(&[0x90, 0xF0, 0x81, 0x02, 9, 0x55, 0], 6, Some(PictureId::Long(0x102)), Some(9));
    }

    #[test]
    fn key_frames_say_their_height() {
        let start = |descriptor: &[u8], frame: &[u8]| {
            let payload = payload(descriptor, frame);
            Descriptor::parse(&payload).unwrap().frame_start(&payload)
        };
        let key = FrameStart { key: true, height: Some(480) };
        assert_eq!(start(&[0x10], &KEY_FRAME), key);
        assert_eq!(start(&[0x90, 0x80, 0x11], &KEY_FRAME), key);
        assert_eq!(start(&[0x10], &KEY_FRAME[..4]), FrameStart { key: true, height: None });
        assert_eq!(start(&[0x00], &KEY_FRAME), FrameStart::default(), "continues a partition");
        assert_eq!(start(&[0x11], &KEY_FRAME), FrameStart::default(), "begins another partition");
        assert_eq!(start(&[0x10], &[0x11, 2, 0]), FrameStart::default(), "depends on others");
        assert_eq!(start(&[0x10], &[]), FrameStart::default());
    }

    proptest! {
        #[test]
        fn rewriting_changes_the_numbers_alone(bytes in prop::collection::vec(any::<u8>(), 0..12), picture_id in 0u16..0x8000, tl0: u8) {
            let Some(before) = Descriptor::parse(&bytes) else { return Ok(()) };
            let mut out = SmallVec::<[u8; 16]>::new();
            before.write(PictureIds { picture_id, tl0_picture_index: tl0 }, &mut out);
            let after = Descriptor::parse(&out).unwrap();
            prop_assert_eq!(after.len, out.len());
            prop_assert_eq!(after.first, before.first);
            prop_assert_eq!(after.layers, before.layers);
            prop_assert_eq!(after.picture_id, before.picture_id.map(|_| PictureId::Long(picture_id)));
            prop_assert_eq!(after.tl0_picture_index, before.tl0_picture_index.map(|_| tl0));
        }
    }
}
