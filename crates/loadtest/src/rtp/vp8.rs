//! The VP8 payload (RFC 7741), as far as a forwarder looks into it.

/// Bytes of the descriptor that [`Descriptor::write`] makes: the flags, the
/// extension flags and a picture id of 15 bits.
pub const DESCRIPTOR_BYTES: usize = 4;

/// Bytes of a key frame's header: the frame tag, the start code, both sizes.
const KEY_FRAME_HEADER_BYTES: usize = 10;

/// Bytes of a delta frame's header.
const FRAME_TAG_BYTES: usize = 3;

/// What the descriptor of a packet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// The packet begins a frame: S is set and the partition index is 0.
    pub begins_frame: bool,
    /// The picture id, of 7 or 15 bits, where there is one.
    pub picture_id: Option<u16>,
    /// Bytes before the payload proper.
    pub bytes: usize,
}

impl Descriptor {
    /// Writes a descriptor with a picture id of 15 bits, as Chromium does.
    pub fn write(begins_frame: bool, picture_id: u16, out: &mut Vec<u8>) {
        let [high, low] = (picture_id & 0x7fff).to_be_bytes();
        out.extend([0x80 | u8::from(begins_frame) << 4, 0x80, 0x80 | high, low]);
    }

    /// Reads a descriptor (RFC 7741, section 4.2). `None`: it is cut short.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let begins_frame = first & 0x17 == 0x10;
        let mut bytes = 1;
        let mut picture_id = None;
        if first & 0x80 != 0 {
            let extensions = *payload.get(bytes)?;
            bytes += 1;
            if extensions & 0x80 != 0 {
                let high = *payload.get(bytes)?;
                bytes += 1;
                picture_id = Some(u16::from(high & 0x7f));
                if high & 0x80 != 0 {
                    let low = *payload.get(bytes)?;
                    bytes += 1;
                    picture_id = Some(u16::from_be_bytes([high & 0x7f, low]));
                }
            }
            bytes += usize::from(extensions & 0x40 != 0);
            bytes += usize::from(extensions & 0x30 != 0);
        }
        (payload.len() > bytes).then_some(Self { begins_frame, picture_id, bytes })
    }
}

/// Writes the header that begins a frame (RFC 6386, section 9.1).
pub fn write_frame_header(key: bool, frame_bytes: usize, out: &mut Vec<u8>) {
    // The first partition's size, of 19 bits, is the whole frame: nothing
    // decodes it, but it must not be zero.
    let size = u32::try_from(frame_bytes).unwrap_or(u32::MAX).min((1 << 19) - 1);
    let tag = size << 5 | 1 << 4 | u32::from(!key);
    out.extend(&tag.to_le_bytes()[..FRAME_TAG_BYTES]);
    if key {
        out.extend([0x9d, 0x01, 0x2a]);
        out.extend(640_u16.to_le_bytes());
        out.extend(360_u16.to_le_bytes());
    }
}

/// Bytes that [`write_frame_header`] makes.
pub const fn frame_header_bytes(key: bool) -> usize {
    if key { KEY_FRAME_HEADER_BYTES } else { FRAME_TAG_BYTES }
}

/// Whether a payload begins a key frame that a decoder would take.
pub fn begins_key_frame(payload: &[u8]) -> bool {
    let Some(descriptor) = Descriptor::read(payload).filter(|found| found.begins_frame) else {
        return false;
    };
    let frame = &payload[descriptor.bytes..];
    frame.len() >= KEY_FRAME_HEADER_BYTES
        && frame[0] & 1 == 0
        && frame[FRAME_TAG_BYTES..].starts_with(&[0x9d, 0x01, 0x2a])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_round_trip() {
        for picture_id in [0, 1, 127, 128, 0x7fff] {
            for begins_frame in [true, false] {
                let mut bytes = Vec::new();
                Descriptor::write(begins_frame, picture_id, &mut bytes);
                assert_eq!(bytes.len(), DESCRIPTOR_BYTES);
                assert_eq!(Descriptor::read(&bytes), None, "a descriptor needs a payload");
                bytes.push(0);
                let found = Descriptor::read(&bytes).unwrap();
                assert_eq!(found.picture_id, Some(picture_id));
                assert_eq!(found.begins_frame, begins_frame);
                assert_eq!(found.bytes, DESCRIPTOR_BYTES);
            }
        }
    }

    #[test]
    fn other_senders_descriptors_are_read() {
        // No extension; a picture id of 7 bits with TL0PICIDX, TID and KEYIDX.
        let bare = Descriptor::read(&[0x10, 0]).unwrap();
        assert_eq!((bare.begins_frame, bare.picture_id, bare.bytes), (true, None, 1));
        let full = Descriptor::read(&[0x90, 0xf0, 0x11, 0x22, 0x33, 0]).unwrap();
        assert_eq!((full.begins_frame, full.picture_id, full.bytes), (true, Some(0x11), 5));
        // Partition 1 begins no frame.
        assert!(!Descriptor::read(&[0x11, 0]).unwrap().begins_frame);
        for cut in [&[][..], &[0x80], &[0x80, 0x80], &[0x80, 0x80, 0x80]] {
            assert_eq!(Descriptor::read(cut), None, "{cut:?}");
        }
    }

    #[test]
    fn key_frames_are_told_from_others() {
        let payload = |begins_frame, key| {
            let mut bytes = Vec::new();
            Descriptor::write(begins_frame, 7, &mut bytes);
            write_frame_header(key, 1_000, &mut bytes);
            assert_eq!(bytes.len(), DESCRIPTOR_BYTES + frame_header_bytes(key));
            bytes
        };
        assert!(begins_key_frame(&payload(true, true)));
        assert!(!begins_key_frame(&payload(true, false)));
        assert!(!begins_key_frame(&payload(false, true)));
        assert!(!begins_key_frame(&payload(true, true)[..10]));
    }
}
