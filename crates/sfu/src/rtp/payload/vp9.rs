//! The VP9 payload descriptor (RFC 9628, section 4.2).

use smallvec::{Array, SmallVec};

use super::{FrameStart, PictureId, PictureIds};

const HAS_PICTURE_ID: u8 = 0x80;
const INTER_PREDICTED: u8 = 0x40;
const HAS_LAYERS: u8 = 0x20;
const FLEXIBLE: u8 = 0x10;
const START_OF_FRAME: u8 = 0x08;
const SCALABILITY: u8 = 0x02;

/// What begins each VP9 payload, up to the numbers of the picture. References
/// to others and the scalability structure, which follow, are relative or say
/// nothing of numbers, and stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// Bytes it takes up in the payload.
    pub len: usize,
    /// The picture's id: 7 or 15 bits.
    pub picture_id: Option<PictureId>,
    /// A running number of base-layer frames; only outside of flexible mode.
    pub tl0_picture_index: Option<u8>,
    flags: u8,
    layers: Option<u8>,
}

impl Descriptor {
    /// Reads the descriptor at the front of `payload`; `None` if it is cut off.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let mut rest = payload.iter().copied();
        let flags = rest.next()?;
        let (mut picture_id, mut tl0_picture_index, mut layers) = (None, None, None);
        if flags & HAS_PICTURE_ID != 0 {
            picture_id = Some(PictureId::take(&mut rest)?);
        }
        if flags & HAS_LAYERS != 0 {
            layers = Some(rest.next()?);
            if flags & FLEXIBLE == 0 {
                tl0_picture_index = Some(rest.next()?);
            }
        }
        let len = payload.len() - rest.len();
        Some(Self { len, picture_id, tl0_picture_index, flags, layers })
    }

    /// Whether this packet begins a key frame, and its height. `payload` is
    /// what the descriptor was read from.
    pub fn frame_start(&self, payload: &[u8]) -> FrameStart {
        let spatial_layer = self.layers.map_or(0, |layers| (layers >> 1) & 0x07);
        let begins = self.flags & START_OF_FRAME != 0 && spatial_layer == 0;
        if !begins || self.flags & INTER_PREDICTED != 0 {
            return FrameStart::default();
        }
        let structure = payload.get(self.len..).filter(|_| self.flags & SCALABILITY != 0);
        FrameStart { key: true, height: structure.and_then(top_height) }
    }

    /// Appends the descriptor with other numbers to `out`.
    pub(super) fn write<A: Array<Item = u8>>(&self, ids: PictureIds, out: &mut SmallVec<A>) {
        out.push(self.flags);
        if self.picture_id.is_some() {
            out.extend_from_slice(&PictureId::long(ids.picture_id));
        }
        out.extend(self.layers);
        if self.tl0_picture_index.is_some() {
            out.push(ids.tl0_picture_index);
        }
    }
}

/// The height of the highest spatial layer in a scalability structure.
fn top_height(structure: &[u8]) -> Option<u16> {
    let (first, sizes) = structure.split_first()?;
    if first & 0x10 == 0 {
        return None;
    }
    let below = usize::from(first >> 5);
    let height = sizes.get(below * 4 + 2..)?.first_chunk()?;
    Some(u16::from_be_bytes(*height))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
        check(&[0x08], 1, None, None);
        check(&[0x88, 0x7F, 9], 2, Some(PictureId::Short(127)), None);
        check(&[0x88, 0xFF, 0xFE, 9], 3, Some(PictureId::Long(0x7FFE)), None);
        check(&[0xA8, 0x01, 0x00, 7, 9], 4, Some(PictureId::Short(1)), Some(7));
        check(&[0xF8, 0x81, 0x02, 0x00, 3, 9], 4, Some(PictureId::Long(0x102)), None);
    }

    #[test]
    fn key_frames_are_told_from_others() {
        let start = |bytes: &[u8]| Some(Descriptor::parse(bytes)?.frame_start(bytes));
        let key = |height| Some(FrameStart { key: true, height });
        let other = Some(FrameStart::default());
        let check = |bytes: &[u8], expected| assert_eq!(start(bytes), expected, "{bytes:x?}");
        check(&[0x08], key(None));
        check(&[0x88, 0x80, 0x01], key(None));
        check(&[0x48], other);
        check(&[0x00], other);
        check(&[0xA8, 0x01, 0x00, 0x00], key(None));
        check(&[0xA8, 0x01, 0x02, 0x00], other);
        check(&[0x0A, 0x10, 0x05, 0x00, 0x02, 0xD0], key(Some(720)));
        check(&[0x0A, 0x30, 1, 64, 0, 180, 2, 128, 1, 104], key(Some(360)));
        check(&[0x0A, 0x30, 1, 64], key(None));
        check(&[], None);
        check(&[0x88, 0x80], None);
    }

    proptest! {
        #[test]
        fn rewriting_changes_the_numbers_alone(bytes in prop::collection::vec(any::<u8>(), 0..12), picture_id in 0u16..0x8000, tl0: u8) {
            let Some(before) = Descriptor::parse(&bytes) else { return Ok(()) };
            let mut out = SmallVec::<[u8; 16]>::new();
            before.write(PictureIds { picture_id, tl0_picture_index: tl0 }, &mut out);
            let after = Descriptor::parse(&out).unwrap();
            prop_assert_eq!(after.len, out.len());
            prop_assert_eq!((after.flags, after.layers), (before.flags, before.layers));
            prop_assert_eq!(after.picture_id, before.picture_id.map(|_| PictureId::Long(picture_id)));
            prop_assert_eq!(after.tl0_picture_index, before.tl0_picture_index.map(|_| tl0));
        }
    }
}
