//! AV1 frame numbers and template ids that go on through switches (the AV1 RTP
//! specification, appendix A).

use crate::rtp::{DependencyDescriptor, Templates};

const TEMPLATE_MASK: u8 = 0x3F;

/// Maps the numbers of a source's dependency descriptors to a slot's by
/// offsets, which each switch sets.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Frames {
    /// `None` until the source's first frame after a switch.
    frame_offset: Option<u16>,
    /// `None` until the source's first templates after a switch: what comes
    /// before them cannot be decoded, whatever its ids are.
    template_offset: Option<u8>,
    /// The last frame number that was given out, in order.
    last: u16,
    /// The id behind all of the latest templates, so that those of the next
    /// source overlap none of them.
    next_template: u8,
}

impl Frames {
    /// Goes on with another source.
    pub(in super::super) const fn begin(&mut self) {
        self.frame_offset = None;
        self.template_offset = None;
    }

    /// The slot's numbers for a packet's; `newest` if none behind it was mapped.
    pub(in super::super) fn map(
        &mut self,
        from: DependencyDescriptor,
        newest: bool,
    ) -> DependencyDescriptor {
        let next = self.last.wrapping_add(1);
        let frame_offset =
            *self.frame_offset.get_or_insert_with(|| next.wrapping_sub(from.frame_number));
        if let (None, Some(templates)) = (self.template_offset, from.templates) {
            self.template_offset = Some(self.next_template.wrapping_sub(templates.first));
        }
        let template_offset = self.template_offset.unwrap_or(0);
        let template = |id: u8| id.wrapping_add(template_offset) & TEMPLATE_MASK;
        let to = DependencyDescriptor {
            frame_number: from.frame_number.wrapping_add(frame_offset),
            template_id: template(from.template_id),
            templates: from
                .templates
                .map(|templates| Templates { first: template(templates.first), ..templates }),
        };
        if newest {
            self.last = to.frame_number;
            if let Some(Templates { first, count }) = to.templates {
                self.next_template = first.wrapping_add(count) & TEMPLATE_MASK;
            }
        }
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn frame(frame_number: u16, template_id: u8) -> DependencyDescriptor {
        DependencyDescriptor { frame_number, template_id, templates: None }
    }

    const fn key(frame_number: u16, first: u8, count: u8) -> DependencyDescriptor {
        let templates = Some(Templates { first, count });
        DependencyDescriptor { frame_number, template_id: first, templates }
    }

    #[test]
    fn numbers_go_on_and_templates_do_not_overlap() {
        let mut frames = Frames::default();
        let check = |frames: &mut Frames, from, newest, expected| {
            assert_eq!(frames.map(from, newest), expected, "{from:?}");
        };
        check(&mut frames, key(65_535, 60, 6), true, key(1, 0, 6));
        check(&mut frames, frame(0, 2), true, frame(2, 6));
        check(&mut frames, frame(2, 60), true, frame(4, 0));
        check(&mut frames, frame(1, 61), false, frame(3, 1));
        // A key frame of the same source brings others.
        check(&mut frames, key(3, 2, 6), true, key(5, 6, 6));

        frames.begin();
        check(&mut frames, key(900, 0, 60), true, key(6, 12, 60));
        check(&mut frames, frame(900, 59), true, frame(6, 7));
        check(&mut frames, frame(901, 1), true, frame(7, 13));

        // A source that begins without templates gets them later.
        frames.begin();
        check(&mut frames, frame(50, 9), true, frame(8, 9));
        check(&mut frames, key(51, 40, 3), true, key(9, 8, 3));
    }
}
