//! VP8 picture ids that go on through switches (RFC 7741, section 4.2).

use crate::rtp::{
    Unwrapper,
    payload::vp8::{Descriptor, PictureId, PictureIds},
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
            picture_id: match descriptor.picture_id {
                Some(PictureId::Short(id)) => {
                    self.short.unwrap(u32::from(id)) as u16 & PICTURE_ID_MASK
                }
                Some(PictureId::Long(id)) => id,
                None => 0,
            },
            tl0_picture_index: descriptor.tl0_picture_index.unwrap_or(0),
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
