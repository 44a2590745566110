//! RTP packets (RFC 3550, section 5.1) with header extensions (RFC 8285).

use smallvec::{Array, SmallVec};

const VERSION: u8 = 2;
const FIXED_HEADER_BYTES: usize = 12;
const ONE_BYTE_PROFILE: u16 = 0xBEDE;
/// Two-byte profiles differ in their low four bits, the application's own.
const TWO_BYTE_PROFILE: u16 = 0x1000;
const TWO_BYTE_PROFILE_MASK: u16 = 0xFFF0;
/// In the one-byte form id 15 ends the list (RFC 8285, section 4.2).
const ONE_BYTE_STOP: u8 = 15;
const ONE_BYTE_MAX: usize = 16;

/// Why bytes are no RTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RtpError {
    /// The packet ends before its header does.
    #[error("the peer sent a truncated RTP packet")]
    Truncated,
    /// The version is not 2.
    #[error("the peer sent an RTP packet of another version")]
    Version,
    /// The padding is longer than the payload, or of length zero.
    #[error("the peer sent an RTP packet with impossible padding")]
    Padding,
}

/// The fields of a header that differ from packet to packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpHeader {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
}

/// A header extension: its id, and what it carries.
pub type Element<'a> = (u8, &'a [u8]);

/// A parsed packet, borrowing its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    pub header: RtpHeader,
    /// Bytes of the header, extensions included.
    pub header_len: usize,
    /// The payload without its padding.
    pub payload: &'a [u8],
    profile: u16,
    extensions: &'a [u8],
}

impl<'a> RtpPacket<'a> {
    /// Reads a packet. Contributing sources are skipped.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, RtpError> {
        let Some((fixed, rest)) = bytes.split_first_chunk::<FIXED_HEADER_BYTES>() else {
            return Err(RtpError::Truncated);
        };
        let [b0, b1, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = *fixed;
        if b0 >> 6 != VERSION {
            return Err(RtpError::Version);
        }
        let csrc_bytes = usize::from(b0 & 0x0F) * 4;
        let mut rest = rest.get(csrc_bytes..).ok_or(RtpError::Truncated)?;
        let (mut profile, mut extensions) = (0, &[][..]);
        if b0 & 0x10 != 0 {
            let (&[p0, p1, l0, l1], body) = rest.split_first_chunk().ok_or(RtpError::Truncated)?;
            let len = usize::from(u16::from_be_bytes([l0, l1])) * 4;
            profile = u16::from_be_bytes([p0, p1]);
            (extensions, rest) = body.split_at_checked(len).ok_or(RtpError::Truncated)?;
        }
        let payload = if b0 & 0x20 != 0 { strip_padding(rest)? } else { rest };
        let header = RtpHeader {
            marker: b1 & 0x80 != 0,
            payload_type: b1 & 0x7F,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
        };
        Ok(Self { header, header_len: bytes.len() - rest.len(), payload, profile, extensions })
    }

    /// The header extensions, up to the first that contradicts the length.
    pub const fn elements(&self) -> Elements<'a> {
        Elements { profile: self.profile, rest: self.extensions }
    }
}

fn strip_padding(payload: &[u8]) -> Result<&[u8], RtpError> {
    let padding = usize::from(*payload.last().ok_or(RtpError::Padding)?);
    if padding == 0 {
        return Err(RtpError::Padding);
    }
    let len = payload.len().checked_sub(padding).ok_or(RtpError::Padding)?;
    Ok(&payload[..len])
}

/// Iterates over header extensions.
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    profile: u16,
    rest: &'a [u8],
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        loop {
            let (&first, rest) = self.rest.split_first()?;
            // A zero byte is padding in both forms.
            if first == 0 {
                self.rest = rest;
                continue;
            }
            let (id, len, body) = if self.profile == ONE_BYTE_PROFILE {
                (first >> 4, usize::from(first & 0x0F) + 1, rest)
            } else if self.profile & TWO_BYTE_PROFILE_MASK == TWO_BYTE_PROFILE {
                let (&len, body) = rest.split_first()?;
                (first, usize::from(len), body)
            } else {
                return None;
            };
            if self.profile == ONE_BYTE_PROFILE && id == ONE_BYTE_STOP {
                return None;
            }
            let (data, after) = body.split_at_checked(len)?;
            self.rest = after;
            if id != 0 {
                return Some((id, data));
            }
        }
    }
}

impl RtpHeader {
    /// Appends the header with `elements` to `out`, which is empty. The
    /// one-byte form is used where every element fits it.
    ///
    /// Elements of more than 255 bytes cannot be written and are left out.
    pub fn write<A: Array<Item = u8>>(self, elements: &[Element<'_>], out: &mut SmallVec<A>) {
        debug_assert!(out.is_empty());
        let mut fixed = [0; FIXED_HEADER_BYTES];
        fixed[0] = VERSION << 6 | u8::from(!elements.is_empty()) << 4;
        fixed[1] = u8::from(self.marker) << 7 | self.payload_type & 0x7F;
        fixed[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        fixed[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        fixed[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        out.extend_from_slice(&fixed);
        if elements.is_empty() {
            return;
        }
        let one_byte = elements
            .iter()
            .all(|(id, data)| *id < ONE_BYTE_STOP && (1..=ONE_BYTE_MAX).contains(&data.len()));
        let profile = if one_byte { ONE_BYTE_PROFILE } else { TWO_BYTE_PROFILE };
        out.extend_from_slice(&profile.to_be_bytes());
        out.extend_from_slice(&[0, 0]);
        let start = out.len();
        for &(id, data) in elements {
            let Ok(len) = u8::try_from(data.len()) else { continue };
            if one_byte {
                out.push(id << 4 | (len - 1));
            } else {
                out.extend_from_slice(&[id, len]);
            }
            out.extend_from_slice(data);
        }
        while !(out.len() - start).is_multiple_of(4) {
            out.push(0);
        }
        let words = ((out.len() - start) / 4) as u16;
        out[start - 2..start].copy_from_slice(&words.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: RtpHeader = RtpHeader {
        marker: true,
        payload_type: 96,
        sequence: 0xFFFE,
        timestamp: 0x0102_0304,
        ssrc: 0xDEAD_BEEF,
    };

    fn written(elements: &[Element<'_>], payload: &[u8]) -> Vec<u8> {
        let mut out = SmallVec::<[u8; 64]>::new();
        HEADER.write(elements, &mut out);
        out.extend_from_slice(payload);
        out.to_vec()
    }

    fn check(bytes: &[u8], elements: &[Element<'_>], payload: &[u8]) {
        let packet = RtpPacket::parse(bytes).unwrap();
        assert_eq!(packet.header, HEADER);
        assert_eq!(packet.elements().collect::<Vec<_>>(), elements);
        assert_eq!(packet.payload, payload);
    }

    #[test]
    fn what_is_written_is_read() {
        check(&written(&[], b"x"), &[], b"x");
        let short: [Element<'_>; 2] = [(1, &[7]), (14, &[1; 16])];
        check(&written(&short, b"hello"), &short, b"hello");
        let long: [Element<'_>; 3] = [(1, &[]), (15, &[3; 17]), (255, &[9; 255])];
        check(&written(&long, b"hello"), &long, b"hello");
    }

    #[test]
    fn two_byte_profiles_are_sixteen() {
        for low in 0..16 {
            let mut bytes = written(&[(20, &[1, 2, 3])], b"p");
            bytes[13] |= low;
            check(&bytes, &[(20, &[1, 2, 3])], b"p");
        }
    }

    #[test]
    fn id_fifteen_ends_the_one_byte_list() {
        let mut bytes = written(&[(1, &[7]), (2, &[8])], b"p");
        bytes[18] = 0xF0;
        check(&bytes, &[(1, &[7])], b"p");
    }

    #[test]
    fn an_element_that_overruns_ends_the_list() {
        let mut bytes = written(&[(1, &[7]), (2, &[8])], b"p");
        bytes[18] = 0x2F;
        check(&bytes, &[(1, &[7])], b"p");
    }

    #[test]
    fn unknown_profiles_are_skipped() {
        let mut bytes = written(&[(1, &[7])], b"p");
        bytes[12] = 0x20;
        check(&bytes, &[], b"p");
    }

    #[test]
    fn contributing_sources_and_padding_are_no_payload() {
        let mut bytes = written(&[], &[]);
        bytes[0] |= 0x22;
        bytes.extend_from_slice(&[0; 8]);
        bytes.extend_from_slice(b"ab\0\0\x03");
        let packet = RtpPacket::parse(&bytes).unwrap();
        assert_eq!((packet.payload, packet.header_len), (&b"ab"[..], 20));
    }

    #[test]
    fn contradictions_are_refused() {
        let good = written(&[(1, &[7])], b"p");
        for len in 0..good.len() - 1 {
            assert_eq!(RtpPacket::parse(&good[..len]), Err(RtpError::Truncated), "{len}");
        }
        let mut version = good.clone();
        version[0] ^= 0xC0;
        assert_eq!(RtpPacket::parse(&version), Err(RtpError::Version));
        for last in [0, 3] {
            let mut padding = good.clone();
            padding[0] |= 0x20;
            *padding.last_mut().unwrap() = last;
            assert_eq!(RtpPacket::parse(&padding), Err(RtpError::Padding), "{last}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..200), first in 0x80u8..0xC0) {
            if let Some(byte) = bytes.first_mut() { *byte = first; }
            if let Ok(packet) = RtpPacket::parse(&bytes) {
                prop_assert!(packet.header_len + packet.payload.len() <= bytes.len());
                prop_assert!(packet.elements().count() <= bytes.len());
            }
        }
    }
}
