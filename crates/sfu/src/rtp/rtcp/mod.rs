//! RTCP (RFC 3550, section 6; feedback by RFC 4585 and RFC 5104).
//!
//! A compound is read packet by packet, and one that is malformed costs itself
//! alone: what stands behind it is still read.

mod compound;
mod nack;
mod read;
mod transport_feedback;

pub use self::{
    compound::{Compound, MAX_REPORT_BLOCKS, RTCP_BYTES},
    nack::{NackPair, NackPairs, pack_nacks},
    read::{Blocks, FullIntraTargets, Packets, Rtcp, RtcpError, Words, packets},
    transport_feedback::{MAX_STATUSES, TICK_MICROS, TransportFeedback},
};

pub(crate) const VERSION: u8 = 2;

/// Packet types and feedback formats that are read or written.
mod kind {
    pub(super) const SENDER_REPORT: u8 = 200;
    pub(super) const RECEIVER_REPORT: u8 = 201;
    pub(super) const SOURCE_DESCRIPTION: u8 = 202;
    pub(super) const BYE: u8 = 203;
    pub(super) const TRANSPORT_FEEDBACK: u8 = 205;
    pub(super) const PAYLOAD_FEEDBACK: u8 = 206;

    pub(super) const GENERIC_NACK: u8 = 1;
    pub(super) const TRANSPORT_WIDE: u8 = 15;
    pub(super) const PICTURE_LOSS: u8 = 1;
    pub(super) const FULL_INTRA: u8 = 4;
}

/// What a receiver reports of one stream (RFC 3550, section 6.4.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportBlock {
    pub ssrc: u32,
    /// Loss since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Packets lost since the beginning, 24 bits with sign.
    pub cumulative_lost: i32,
    /// The highest sequence number, with the count of its rounds.
    pub highest_sequence: u32,
    /// Interarrival jitter, in timestamp units.
    pub jitter: u32,
    /// The middle bits of the last sender report's NTP time; 0: none yet.
    pub last_sender_report: u32,
    /// The delay since then, in 65536ths of a second.
    pub delay: u32,
}

impl ReportBlock {
    /// Bytes on the wire.
    pub const BYTES: usize = 24;

    fn parse(bytes: &[u8; Self::BYTES]) -> Self {
        let word = |at: usize| {
            u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        // The sign of the 24 bits is carried down from above.
        let cumulative_lost = ((word(4) << 8) as i32) >> 8;
        Self {
            ssrc: word(0),
            fraction_lost: bytes[4],
            cumulative_lost,
            highest_sequence: word(8),
            jitter: word(12),
            last_sender_report: word(16),
            delay: word(20),
        }
    }

    fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let lost = self.cumulative_lost.clamp(-(1 << 23), (1 << 23) - 1);
        let loss = u32::from(self.fraction_lost) << 24 | (lost as u32 & 0x00FF_FFFF);
        let words = [
            self.ssrc,
            loss,
            self.highest_sequence,
            self.jitter,
            self.last_sender_report,
            self.delay,
        ];
        for (chunk, word) in bytes.chunks_exact_mut(4).zip(words) {
            chunk.copy_from_slice(&word.to_be_bytes());
        }
        bytes
    }
}

/// What a sender reports of one of its streams (RFC 3550, section 6.4.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SenderInfo {
    pub ssrc: u32,
    pub ntp: super::Ntp,
    /// The same moment in the stream's timestamps.
    pub rtp: u32,
    pub packets: u32,
    pub octets: u32,
}

#[cfg(test)]
mod tests;
