//! The VP9 payload descriptor (RFC 9628, section 4.2).

use super::FrameStart;

const PICTURE_ID: u8 = 0x80;
const INTER_PREDICTED: u8 = 0x40;
const LAYER_INDICES: u8 = 0x20;
const FLEXIBLE: u8 = 0x10;
const START_OF_FRAME: u8 = 0x08;
const SCALABILITY: u8 = 0x02;

/// Reads what begins in the packet; `None` if the descriptor is cut off.
pub(super) fn frame_start(payload: &[u8]) -> Option<FrameStart> {
    let mut rest = payload.iter().copied();
    let flags = rest.next()?;
    if flags & INTER_PREDICTED != 0 || flags & START_OF_FRAME == 0 {
        return Some(FrameStart::default());
    }
    if flags & PICTURE_ID != 0 && rest.next()? & 0x80 != 0 {
        rest.next()?;
    }
    if flags & LAYER_INDICES != 0 {
        let spatial_layer = (rest.next()? >> 1) & 0x07;
        if spatial_layer != 0 {
            return Some(FrameStart::default());
        }
        if flags & FLEXIBLE == 0 {
            rest.next()?;
        }
    }
    let height = if flags & SCALABILITY != 0 { top_height(&mut rest) } else { None };
    Some(FrameStart { key: true, height })
}

/// The height of the highest spatial layer in a scalability structure.
fn top_height(rest: &mut impl Iterator<Item = u8>) -> Option<u16> {
    let first = rest.next()?;
    if first & 0x10 == 0 {
        return None;
    }
    let below = usize::from(first >> 5);
    let mut top = rest.skip(below * 4 + 2);
    Some(u16::from_be_bytes([top.next()?, top.next()?]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_frames_are_told_from_others() {
        let key = |height| Some(FrameStart { key: true, height });
        let other = Some(FrameStart::default());
        let check = |bytes: &[u8], expected| assert_eq!(frame_start(bytes), expected, "{bytes:x?}");
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
}
