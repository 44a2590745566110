//! VP8 and VP9 picture ids that go on through switches (RFC 7741, section 4.2;
//! RFC 9628, section 4.2).

use crate::rtp::{
    Unwrapper,
    payload::{Descriptor, PictureId, PictureIds},
};

const PICTURE_ID_MASK: u16 = 0x7FFF;

/// Maps a source's picture ids and base-layer indices to a slot's by offsets,
/// which each switch sets.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Pictures {
    /// Extends ids that the source writes in seven bits.
    short: Unwrapper<7>,
    /// `None` until the source's first picture after a switch.
    offsets: Option<PictureIds>,
    /// The last numbers that were given out, in order.
    last: PictureIds,
}

impl Pictures {
    /// Goes on with another source or layer.
    pub(in super::super) fn begin(&mut self) {
        self.offsets = None;
        self.short = Unwrapper::default();
    }

    /// The slot's numbers for a packet's; `newest` if none behind it was mapped.
    pub(in super::super) fn map(&mut self, descriptor: &Descriptor, newest: bool) -> PictureIds {
        let from = PictureIds {
            picture_id: match descriptor.picture_id() {
                Some(PictureId::Short(id)) => {
                    self.short.unwrap(u32::from(id)) as u16 & PICTURE_ID_MASK
                }
                Some(PictureId::Long(id)) => id,
                None => 0,
            },
            tl0_picture_index: descriptor.tl0_picture_index().unwrap_or(0),
        };
        let last = self.last;
        let offsets = self.offsets.get_or_insert_with(|| PictureIds {
            picture_id: (last.picture_id + 1).wrapping_sub(from.picture_id),
            tl0_picture_index: last
                .tl0_picture_index
                .wrapping_add(1)
                .wrapping_sub(from.tl0_picture_index),
        });
        let ids = PictureIds {
            picture_id: from.picture_id.wrapping_add(offsets.picture_id) & PICTURE_ID_MASK,
            tl0_picture_index: from.tl0_picture_index.wrapping_add(offsets.tl0_picture_index),
        };
        if newest {
            self.last = ids;
        }
        ids
    }
}

#[cfg(test)]
mod tests {
    use smallvec::SmallVec;

    use super::*;
    use crate::rtp::payload::vp9;

    /// What a slot sends for a VP9 descriptor in non-flexible mode.
    fn sent(pictures: &mut Pictures, payload: &[u8]) -> Vec<u8> {
        let descriptor = Descriptor::Vp9(vp9::Descriptor::parse(payload).unwrap());
        let mut out = SmallVec::<[u8; 16]>::new();
        descriptor.write(pictures.map(&descriptor, true), &mut out);
        out.extend_from_slice(&payload[descriptor.prefix_len()..]);
        out.to_vec()
    }

    #[test]
    fn vp9_goes_on_through_a_switch() {
        let mut pictures = Pictures::default();
        let check = |pictures: &mut Pictures, payload: &[u8], expected: &[u8]| {
            assert_eq!(sent(pictures, payload), expected, "{payload:x?}");
        };
        // A key frame of two spatial layers, then one that depends on it.
        check(&mut pictures, &[0xA8, 0xFF, 0xFE, 0x01, 200, 1], &[0xA8, 0x80, 1, 0x01, 1, 1]);
        check(&mut pictures, &[0xAC, 0xFF, 0xFE, 0x03, 200, 2], &[0xAC, 0x80, 1, 0x03, 1, 2]);
        check(&mut pictures, &[0xE8, 0xFF, 0xFF, 0x20, 201, 3], &[0xE8, 0x80, 2, 0x20, 2, 3]);
        check(&mut pictures, &[0xE8, 0x80, 0x00, 0x00, 202, 4], &[0xE8, 0x80, 3, 0x00, 3, 4]);
        // Another source, whose ids are short and go around.
        pictures.begin();
        check(&mut pictures, &[0xA8, 127, 0x00, 9, 5], &[0xA8, 0x80, 4, 0x00, 4, 5]);
        check(&mut pictures, &[0xE8, 0, 0x00, 10, 6], &[0xE8, 0x80, 5, 0x00, 5, 6]);
        // One in flexible mode: its references are differences, and stay.
        pictures.begin();
        check(&mut pictures, &[0xB8, 0x81, 0, 0x00, 7], &[0xB8, 0x80, 6, 0x00, 7]);
        check(&mut pictures, &[0xF8, 0x81, 1, 0x00, 0x02, 8], &[0xF8, 0x80, 7, 0x00, 0x02, 8]);
    }
}
