//! Packets as participants make and see them.

/// An RTP packet without header extensions.
pub(crate) fn packet(
    payload_type: u8,
    marker: bool,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    payload: &[u8],
) -> Vec<u8> {
    let mut packet = vec![0x80, payload_type | (u8::from(marker) << 7)];
    packet.extend(sequence.to_be_bytes());
    packet.extend(timestamp.to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend(payload);
    packet
}

/// The first packet of a VP8 frame (RFC 7741): picture id, then a frame of
/// 640 x 360 whose body is `body`.
pub(crate) fn vp8(key_frame: bool, picture_id: u16, body: &[u8]) -> Vec<u8> {
    let mut payload = vec![0x90, 0x80, 0x80 | (picture_id >> 8) as u8, picture_id as u8];
    if key_frame {
        payload.extend([0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]);
    } else {
        payload.extend([0x11, 0, 0]);
    }
    payload.extend(body);
    payload
}

/// A packet that came, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    pub(crate) ssrc: u32,
    pub(crate) payload: Vec<u8>,
}

impl Seen {
    pub(crate) fn of(packet: &[u8]) -> Self {
        let mut start = 12 + 4 * usize::from(packet[0] & 0x0f);
        if packet[0] & 0x10 != 0 {
            let words = u16::from_be_bytes([packet[start + 2], packet[start + 3]]);
            start += 4 + 4 * usize::from(words);
        }
        Self {
            payload_type: packet[1] & 0x7f,
            sequence: u16::from_be_bytes([packet[2], packet[3]]),
            ssrc: u32::from_be_bytes(packet[8..12].try_into().unwrap()),
            payload: packet[start..].to_vec(),
        }
    }

    pub(crate) fn ends_with(&self, body: &[u8]) -> bool {
        self.payload.ends_with(body)
    }
}

/// A generic NACK for one packet (RFC 4585, section 6.2.1).
pub(crate) fn nack(sender: u32, media: u32, sequence: u16) -> Vec<u8> {
    let mut nack = vec![0x81, 205, 0, 3];
    nack.extend(sender.to_be_bytes());
    nack.extend(media.to_be_bytes());
    nack.extend(sequence.to_be_bytes());
    nack.extend([0, 0]);
    nack
}

/// Whether a compound asks for a key frame of a stream (RFC 4585, section 6.3.1).
pub(crate) fn asks_for_key_frame(compound: &[u8], media: u32) -> bool {
    packets(compound).any(|packet| {
        packet[..2] == [0x81, 206] && packet.get(8..12) == Some(&media.to_be_bytes()[..])
    })
}

/// Whether a compound has a sender report of a stream.
pub(crate) fn has_sender_report(compound: &[u8], ssrc: u32) -> bool {
    packets(compound)
        .any(|packet| packet[1] == 200 && packet.get(4..8) == Some(&ssrc.to_be_bytes()[..]))
}

fn packets(compound: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = compound;
    std::iter::from_fn(move || {
        let length = 4 + 4 * usize::from(u16::from_be_bytes(rest.get(2..4)?.try_into().unwrap()));
        let (packet, left) = rest.split_at_checked(length)?;
        rest = left;
        Some(packet)
    })
}
