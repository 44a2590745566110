//! What SRTP must know of a packet before it is authentic.

/// The beginning of an RTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RtpPrefix {
    pub(super) ssrc: u32,
    pub(super) sequence: u16,
    /// Bytes of the header, which is authenticated and not encrypted.
    pub(super) header_len: usize,
    pub(super) csrcs: usize,
    /// Bytes of the header extensions, without the word before them; `None`
    /// where there are none.
    pub(super) extension_bytes: Option<usize>,
}

impl RtpPrefix {
    /// `None` for what is no RTP, or shorter than its header says.
    pub(super) fn read(packet: &[u8]) -> Option<Self> {
        let fixed = packet.first_chunk::<12>()?;
        if fixed[0] >> 6 != 2 {
            return None;
        }
        let csrcs = usize::from(fixed[0] & 0x0f);
        let mut header_len = 12 + 4 * csrcs;
        let mut extension_bytes = None;
        if fixed[0] & 0x10 != 0 {
            let word = packet.get(header_len..)?.first_chunk::<4>()?;
            let bytes = 4 * usize::from(u16::from_be_bytes([word[2], word[3]]));
            header_len += 4 + bytes;
            extension_bytes = Some(bytes);
        }
        (header_len <= packet.len()).then_some(Self {
            ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
            sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
            header_len,
            csrcs,
            extension_bytes,
        })
    }
}

/// The SSRC that a compound is sent under, and the first word before it: what
/// SRTCP does not encrypt.
pub(super) fn rtcp_ssrc(packet: &[u8]) -> Option<u32> {
    let &[_, _, _, _, a, b, c, d] = packet.first_chunk()?;
    Some(u32::from_be_bytes([a, b, c, d]))
}
