//! What a datagram is, by its first bytes (RFC 7983, RFC 5761).

/// The protocols that share the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatagramKind {
    Stun,
    Dtls,
    Rtp,
    Rtcp,
}

impl DatagramKind {
    /// `None` for what is none of them, or too short to be.
    pub fn of(datagram: &[u8]) -> Option<Self> {
        match *datagram {
            [0..=3, _, ..] => Some(Self::Stun),
            [20..=63, _, ..] => Some(Self::Dtls),
            [128..=191, 192..=223, ..] => Some(Self::Rtcp),
            [128..=191, _, ..] => Some(Self::Rtp),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_two_bytes_tell() {
        let check = |datagram: &[u8], expected| assert_eq!(DatagramKind::of(datagram), expected);
        check(&[], None);
        check(&[0x80], None);
        check(&[0, 1], Some(DatagramKind::Stun));
        check(&[22, 254], Some(DatagramKind::Dtls));
        check(&[0x80, 111], Some(DatagramKind::Rtp));
        check(&[0x90, 0x80 | 96], Some(DatagramKind::Rtp));
        check(&[0x80, 200], Some(DatagramKind::Rtcp));
        check(&[0x81, 206], Some(DatagramKind::Rtcp));
        check(&[64, 0], None);
        check(&[255, 0], None);
    }
}
