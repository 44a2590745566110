//! H.264 payloads (RFC 6184, section 5.2).

const IDR_SLICE: u8 = 5;
const SEQUENCE_PARAMETERS: u8 = 7;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;
const TYPE: u8 = 0x1F;
const FU_START: u8 = 0x80;

/// Whether the packet holds a sequence parameter set or the beginning of an IDR
/// slice, alone, aggregated (STAP-A) or fragmented (FU-A).
pub(super) fn begins_key_frame(payload: &[u8]) -> bool {
    let Some((&indicator, rest)) = payload.split_first() else { return false };
    match indicator & TYPE {
        STAP_A => aggregate_begins_key_frame(rest),
        FU_A => rest.first().is_some_and(|header| header & FU_START != 0 && is_key(*header)),
        _ => is_key(indicator),
    }
}

fn aggregate_begins_key_frame(mut rest: &[u8]) -> bool {
    while let Some((&[high, low], units)) = rest.split_first_chunk() {
        let len = usize::from(u16::from_be_bytes([high, low]));
        let Some((unit, after)) = units.split_at_checked(len) else { return false };
        if unit.first().is_some_and(|header| is_key(*header)) {
            return true;
        }
        rest = after;
    }
    false
}

const fn is_key(header: u8) -> bool {
    matches!(header & TYPE, IDR_SLICE | SEQUENCE_PARAMETERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_frames_are_told_from_others() {
        let check =
            |bytes: &[u8], expected| assert_eq!(begins_key_frame(bytes), expected, "{bytes:x?}");
        check(&[0x65, 1], true);
        check(&[0x67, 1], true);
        check(&[0x61, 1], false);
        check(&[0x78, 0, 1, 0x67, 0, 1, 0x68], true);
        check(&[0x78, 0, 1, 0x68, 0, 2, 0x65, 9], true);
        check(&[0x78, 0, 1, 0x68, 0, 1, 0x61], false);
        check(&[0x78, 0, 9, 0x67], false);
        check(&[0x7C, 0x85], true);
        check(&[0x7C, 0x05], false);
        check(&[0x7C, 0x81], false);
        check(&[0x7C], false);
        check(&[], false);
    }
}
