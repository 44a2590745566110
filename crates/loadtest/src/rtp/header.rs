//! The RTP header (RFC 3550, section 5.1) with one-byte extensions (RFC 8285),
//! written and read in place.

use rtc_rtp::header::Header;

/// The fixed part of the header, in bytes.
pub const FIXED_BYTES: usize = 12;

/// The profile of one-byte extensions (RFC 8285, section 4.2).
const ONE_BYTE_PROFILE: [u8; 2] = [0xbe, 0xde];

/// The fixed fields of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    /// Last packet of a frame, or first of a talk spurt.
    pub marker: bool,
    /// As negotiated, 0 to 127.
    pub payload_type: u8,
    /// Rises by one with each packet.
    pub sequence: u16,
    /// In units of the codec's clock.
    pub timestamp: u32,
    /// The stream.
    pub ssrc: u32,
}

/// Writes the fixed fields and the extensions, each an id from 1 to 14 with 1
/// to 16 bytes.
pub fn write(fields: Fields, extensions: &[(u8, &[u8])], out: &mut Vec<u8>) {
    out.push(0x80 | u8::from(!extensions.is_empty()) << 4);
    out.push(u8::from(fields.marker) << 7 | fields.payload_type & 0x7f);
    out.extend(fields.sequence.to_be_bytes());
    out.extend(fields.timestamp.to_be_bytes());
    out.extend(fields.ssrc.to_be_bytes());
    if extensions.is_empty() {
        return;
    }
    let bytes: usize = extensions.iter().map(|(_, value)| 1 + value.len()).sum();
    let words = u16::try_from(bytes.div_ceil(4)).expect("a few short extensions");
    out.extend(ONE_BYTE_PROFILE);
    out.extend(words.to_be_bytes());
    for (id, value) in extensions {
        debug_assert!((1..=14).contains(id) && (1..=16).contains(&value.len()));
        let length = u8::try_from(value.len() - 1).expect("at most 16 bytes");
        out.push(id << 4 | length & 0x0f);
        out.extend(*value);
    }
    out.resize(out.len() + bytes.next_multiple_of(4) - bytes, 0);
}

/// A packet's fixed fields and where its payload begins; the payload may still
/// be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed {
    /// The fixed fields.
    pub fields: Fields,
    /// Bytes of contributing sources.
    csrc_bytes: usize,
    /// Bytes of extensions after their length, or `None` without the block.
    extension_bytes: Option<usize>,
}

impl Parsed {
    /// Reads a header. `None`: it is no RTP, or cut short.
    pub fn read(packet: &[u8]) -> Option<Self> {
        let fixed = packet.get(..FIXED_BYTES)?;
        if fixed[0] >> 6 != 2 {
            return None;
        }
        let csrc_bytes = usize::from(fixed[0] & 0x0f) * 4;
        let extension_bytes = if fixed[0] & 0x10 == 0 {
            None
        } else {
            let at = FIXED_BYTES + csrc_bytes + 2;
            let words = packet.get(at..at + 2)?;
            Some(usize::from(u16::from_be_bytes([words[0], words[1]])) * 4)
        };
        let fields = Fields {
            marker: fixed[1] & 0x80 != 0,
            payload_type: fixed[1] & 0x7f,
            sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
            timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
            ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
        };
        let parsed = Self { fields, csrc_bytes, extension_bytes };
        (packet.len() >= parsed.bytes()).then_some(parsed)
    }

    /// Bytes before the payload.
    pub fn bytes(&self) -> usize {
        FIXED_BYTES + self.csrc_bytes + self.extension_bytes.map_or(0, |bytes| 4 + bytes)
    }

    /// The same in the type that rtc-srtp takes: it reads the SSRC, the
    /// sequence number and the length, so the extensions need no copy.
    pub fn for_srtp(&self) -> Header {
        Header {
            version: 2,
            sequence_number: self.fields.sequence,
            ssrc: self.fields.ssrc,
            csrc: vec![0; self.csrc_bytes / 4],
            extension: self.extension_bytes.is_some(),
            extensions_padding: self.extension_bytes.unwrap_or(0),
            ..Header::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Buf;
    use rtc_shared::marshal::{MarshalSize, Unmarshal};

    use super::*;

    const FIELDS: Fields = Fields {
        marker: true,
        payload_type: 96,
        sequence: 0xfffe,
        timestamp: 0x0102_0304,
        ssrc: 0xdead_beef,
    };

    /// What is written must be what an independent reader reads.
    fn check(extensions: &[(u8, &[u8])]) {
        let mut packet = Vec::new();
        write(FIELDS, extensions, &mut packet);
        let header_bytes = packet.len();
        packet.extend(b"payload");

        let mut rest = packet.as_slice();
        let theirs = Header::unmarshal(&mut rest).unwrap();
        assert_eq!(rest.chunk(), b"payload");
        assert_eq!(theirs.ssrc, FIELDS.ssrc);
        assert_eq!(theirs.sequence_number, FIELDS.sequence);
        assert_eq!(theirs.timestamp, FIELDS.timestamp);
        assert_eq!((theirs.marker, theirs.payload_type), (true, 96));
        for (id, value) in extensions {
            assert_eq!(theirs.get_extension(*id).as_deref(), Some(*value), "{id}");
        }

        let ours = Parsed::read(&packet).unwrap();
        assert_eq!(ours.fields, FIELDS);
        assert_eq!(ours.bytes(), header_bytes);
        assert_eq!(ours.for_srtp().marshal_size(), header_bytes);
    }

    #[test]
    fn headers_agree_with_another_reader() {
        check(&[]);
        check(&[(4, b"0")]);
        check(&[(4, b"12"), (2, &[1, 2, 3]), (1, &[0x85])]);
        check(&[(14, b"0123456789abcdef"), (3, &[9, 9])]);
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        let mut packet = Vec::new();
        write(FIELDS, &[(4, b"0")], &mut packet);
        for length in 0..packet.len() {
            assert_eq!(Parsed::read(&packet[..length]), None, "{length}");
        }
        packet[0] = 0x40;
        assert_eq!(Parsed::read(&packet), None);
    }
}
