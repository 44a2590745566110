//! Reading a compound.

use super::{NackPairs, ReportBlock, SenderInfo, VERSION, kind};
use crate::rtp::Ntp;

/// Why an RTCP packet is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RtcpError {
    /// The stated lengths contradict the bytes: what follows cannot be read.
    #[error("the peer sent RTCP whose lengths contradict its size")]
    Framing,
    /// The packet is shorter than what it says to hold.
    #[error("the peer sent a malformed RTCP packet")]
    Body,
}

/// A packet that the engine acts on.
#[derive(Debug, Clone)]
pub enum Rtcp<'a> {
    SenderReport {
        info: SenderInfo,
        blocks: Blocks<'a>,
    },
    ReceiverReport {
        blocks: Blocks<'a>,
    },
    Bye {
        ssrcs: Words<'a>,
    },
    Nack {
        media: u32,
        pairs: NackPairs<'a>,
    },
    PictureLoss {
        media: u32,
    },
    FullIntra {
        targets: FullIntraTargets<'a>,
    },
    /// Well formed, and of no interest.
    Other,
}

/// Reads the packets of a compound, or of one reduced in size (RFC 5506).
pub const fn packets(compound: &[u8]) -> Packets<'_> {
    Packets { rest: compound }
}

/// Iterates over a compound.
#[derive(Debug, Clone)]
pub struct Packets<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Rtcp<'a>, RtcpError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let split = split_packet(self.rest);
        self.rest = split.map_or(&[], |(_, rest)| rest);
        Some(match split {
            Some((packet, _)) => parse(packet).ok_or(RtcpError::Body),
            None => Err(RtcpError::Framing),
        })
    }
}

fn split_packet(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let &[first, _, high, low] = bytes.first_chunk()?;
    if first >> 6 != VERSION {
        return None;
    }
    let len = (usize::from(u16::from_be_bytes([high, low])) + 1) * 4;
    bytes.split_at_checked(len)
}

fn parse(packet: &[u8]) -> Option<Rtcp<'_>> {
    let (&[first, packet_type, ..], mut body) = packet.split_first_chunk::<4>()?;
    if first & 0x20 != 0 {
        let padding = usize::from(*body.last()?);
        body = body.get(..body.len().checked_sub(padding)?)?;
    }
    let count = first & 0x1F;
    match (packet_type, count) {
        (kind::SENDER_REPORT, blocks) => {
            let (&ssrc, body) = body.split_first_chunk()?;
            let (&ntp, body) = body.split_first_chunk()?;
            let (&rtp, body) = body.split_first_chunk()?;
            let (&packets, body) = body.split_first_chunk()?;
            let (&octets, body) = body.split_first_chunk()?;
            let info = SenderInfo {
                ssrc: u32::from_be_bytes(ssrc),
                ntp: Ntp(u64::from_be_bytes(ntp)),
                rtp: u32::from_be_bytes(rtp),
                packets: u32::from_be_bytes(packets),
                octets: u32::from_be_bytes(octets),
            };
            Some(Rtcp::SenderReport { info, blocks: Blocks::take(body, blocks)? })
        }
        (kind::RECEIVER_REPORT, blocks) => {
            let (_, body) = body.split_first_chunk::<4>()?;
            Some(Rtcp::ReceiverReport { blocks: Blocks::take(body, blocks)? })
        }
        (kind::BYE, sources) => {
            Some(Rtcp::Bye { ssrcs: Words(body.get(..usize::from(sources) * 4)?) })
        }
        (kind::TRANSPORT_FEEDBACK, kind::GENERIC_NACK) => {
            let (media, information) = feedback(body)?;
            Some(Rtcp::Nack { media, pairs: NackPairs::new(information) })
        }
        (kind::PAYLOAD_FEEDBACK, kind::PICTURE_LOSS) => {
            Some(Rtcp::PictureLoss { media: feedback(body)?.0 })
        }
        (kind::PAYLOAD_FEEDBACK, kind::FULL_INTRA) => {
            Some(Rtcp::FullIntra { targets: FullIntraTargets(feedback(body)?.1) })
        }
        _ => Some(Rtcp::Other),
    }
}

/// The media source of a feedback packet, and what it says of it.
fn feedback(body: &[u8]) -> Option<(u32, &[u8])> {
    let (_, body) = body.split_first_chunk::<4>()?;
    let (&media, information) = body.split_first_chunk()?;
    Some((u32::from_be_bytes(media), information))
}

/// Iterates over report blocks.
#[derive(Debug, Clone)]
pub struct Blocks<'a>(&'a [u8]);

impl<'a> Blocks<'a> {
    fn take(body: &'a [u8], count: u8) -> Option<Self> {
        body.get(..usize::from(count) * ReportBlock::BYTES).map(Self)
    }
}

impl Iterator for Blocks<'_> {
    type Item = ReportBlock;

    fn next(&mut self) -> Option<ReportBlock> {
        let (block, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(ReportBlock::parse(block))
    }
}

/// Iterates over words of 32 bits.
#[derive(Debug, Clone)]
pub struct Words<'a>(&'a [u8]);

impl Iterator for Words<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (&word, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(word))
    }
}

/// Iterates over the streams that a full intra request names.
#[derive(Debug, Clone)]
pub struct FullIntraTargets<'a>(&'a [u8]);

impl Iterator for FullIntraTargets<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (&[a, b, c, d, ..], rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u32::from_be_bytes([a, b, c, d]))
    }
}
