//! The AV1 dependency descriptor (the AV1 RTP specification, appendix A): the
//! numbers in it that a switch between sources must carry on.
//!
//! What frames depend on is written as differences, so nothing else changes.

/// Bytes that every descriptor has.
const MANDATORY_BYTES: usize = 3;
const TEMPLATE_MASK: u8 = 0x3F;
/// A template structure is present: the first bit behind the mandatory bytes.
const HAS_STRUCTURE: u8 = 0x80;
/// Where the list of template layers begins, in bits: behind five flags, the
/// offset of ids and the count of decode targets.
const LAYERS_AT: usize = 40;
/// Template ids have six bits.
const MAX_TEMPLATES: usize = 64;
/// Ends the list of template layers.
const NO_MORE_LAYERS: u8 = 3;

/// The numbers of a descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DependencyDescriptor {
    /// Counts frames.
    pub frame_number: u16,
    /// The template of the frame, 0 to 63.
    pub template_id: u8,
    /// The templates that a key frame brings with it.
    pub templates: Option<Templates>,
}

/// A range of template ids. It may go around from 63 to 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Templates {
    /// The id of the first, 0 to 63.
    pub first: u8,
    /// How many there are, 1 to 64.
    pub count: u8,
}

impl DependencyDescriptor {
    /// Reads a descriptor; `None` if it is cut off.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let &[flags, high, low] = bytes.first_chunk::<MANDATORY_BYTES>()?;
        let templates = match bytes[MANDATORY_BYTES..] {
            [] => None,
            [extended, ..] if extended & HAS_STRUCTURE == 0 => None,
            [extended, more, ..] => Some(Templates {
                first: (extended & 0x07) << 3 | more >> 5,
                count: count_templates(bytes)?,
            }),
            [_] => return None,
        };
        let frame_number = u16::from_be_bytes([high, low]);
        Some(Self { frame_number, template_id: flags & TEMPLATE_MASK, templates })
    }

    /// Puts the numbers in the place of those of a descriptor that has as many
    /// templates, or none if this has none.
    pub fn write(&self, bytes: &mut [u8]) {
        let Some((mandatory, extended)) = bytes.split_first_chunk_mut::<MANDATORY_BYTES>() else {
            return;
        };
        let [high, low] = self.frame_number.to_be_bytes();
        *mandatory = [mandatory[0] & !TEMPLATE_MASK | self.template_id & TEMPLATE_MASK, high, low];
        if let (Some(templates), [flags, more, ..]) = (self.templates, extended) {
            *flags = *flags & !0x07 | templates.first >> 3 & 0x07;
            *more = *more & !0xE0 | templates.first << 5;
        }
    }
}

/// Counts the templates of a structure: each is followed by two bits, which say
/// how the next one's layer differs, or that there is none.
fn count_templates(bytes: &[u8]) -> Option<u8> {
    for template in 0..MAX_TEMPLATES {
        let at = LAYERS_AT + 2 * template;
        let next_layer = bytes.get(at / 8)? >> (6 - at % 8) & 0x03;
        if next_layer == NO_MORE_LAYERS {
            return Some(template as u8 + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(bytes: &[u8], expected: Option<DependencyDescriptor>) {
        assert_eq!(DependencyDescriptor::parse(bytes), expected, "{bytes:x?}");
    }

    #[test]
    fn numbers_stand_at_their_places() {
        let plain = DependencyDescriptor { frame_number: 0x1234, template_id: 5, templates: None };
        check(&[0xC5, 0x12, 0x34], Some(plain));
        check(&[0xC5, 0x12, 0x34, 0x40, 0xFF], Some(plain));
        // A structure with ids from 21 on, and layers 0 1 0 3.
        let templates = Some(Templates { first: 21, count: 4 });
        check(
            &[0x95, 0x12, 0x34, 0x82, 0xA1, 0x13],
            Some(DependencyDescriptor { frame_number: 0x1234, template_id: 21, templates }),
        );
        check(&[0x80, 0, 1, 0x80, 0, 0xFF], {
            let templates = Some(Templates { first: 0, count: 1 });
            Some(DependencyDescriptor { frame_number: 1, template_id: 0, templates })
        });
        for cut_off in [&[][..], &[0x80, 0], &[0x80, 0, 1, 0x80], &[0x80, 0, 1, 0x80, 0, 0x11]] {
            check(cut_off, None);
        }
        check(&[&[0x80, 0, 1, 0x80, 0][..], &[0x11; 40]].concat(), None);
    }

    proptest! {
        #[test]
        fn rewriting_changes_the_numbers_alone(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            frame_number: u16,
            template_id in 0_u8..64,
            first in 0_u8..64,
        ) {
            let Some(before) = DependencyDescriptor::parse(&bytes) else { return Ok(()) };
            let templates = before.templates.map(|templates| Templates { first, ..templates });
            let numbers = DependencyDescriptor { frame_number, template_id, templates };
            let mut written = bytes.clone();
            numbers.write(&mut written);
            prop_assert_eq!(DependencyDescriptor::parse(&written), Some(numbers));
            before.write(&mut written);
            prop_assert_eq!(written, bytes);
        }
    }
}
