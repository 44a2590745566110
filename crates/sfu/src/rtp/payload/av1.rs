//! AV1 payloads (the AV1 RTP specification, section 4.4).

const CONTINUES: u8 = 0x80;
const COUNT: u8 = 0x30;
const NEW_SEQUENCE: u8 = 0x08;
const SEQUENCE_HEADER: u8 = 1;
/// The longest encoding of a length (leb128).
const LENGTH_BYTES: usize = 8;

/// Whether the packet begins a coded video sequence: the aggregation header
/// says so, or the first unit is a sequence header.
pub(super) fn begins_key_frame(payload: &[u8]) -> bool {
    let Some((&aggregation, units)) = payload.split_first() else { return false };
    if aggregation & CONTINUES != 0 {
        return false;
    }
    if aggregation & NEW_SEQUENCE != 0 {
        return true;
    }
    // The only unit of a packet stands without its length.
    let length_bytes = if aggregation & COUNT == 0x10 {
        0
    } else {
        match units.iter().take(LENGTH_BYTES).position(|byte| byte & 0x80 == 0) {
            Some(last) => last + 1,
            None => return false,
        }
    };
    units.get(length_bytes).is_some_and(|header| (header >> 3) & 0x0F == SEQUENCE_HEADER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_frames_are_told_from_others() {
        let check =
            |bytes: &[u8], expected| assert_eq!(begins_key_frame(bytes), expected, "{bytes:x?}");
        check(&[0x08, 0], true);
        check(&[0x88, 0], false);
        check(&[0x10, 0x0A], true);
        check(&[0x10, 0x32], false);
        check(&[0x20, 0x81, 0x01, 0x0A], true);
        check(&[0x20, 0x01, 0x32], false);
        check(&[0x00, 0xFF, 0xFF], false);
        check(&[0x10], false);
        check(&[], false);
    }
}
