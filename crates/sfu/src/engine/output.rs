//! What the engine says: packets to send, events and counts.

use lectern_domain::{
    id::{ParticipantId, SessionId},
    room::{Mid, Source},
};

use super::PeerKey;
use crate::negotiated::Ssrc;

/// What a participant sent and received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MediaCounts {
    /// Audio packets received from the participant, each counted once.
    pub audio_packets_in: u64,
    /// Video packets received from the participant, each counted once.
    pub video_packets_in: u64,
    /// RTP packets sent to the participant, retransmissions included.
    pub packets_out: u64,
    /// Packets that never arrived from the participant, after repair.
    pub lost_in: u64,
}

/// Counters of a worker since its start, for metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EngineStats {
    pub audio_packets_in: u64,
    pub audio_bytes_in: u64,
    pub video_packets_in: u64,
    pub video_bytes_in: u64,
    pub audio_packets_out: u64,
    pub audio_bytes_out: u64,
    pub video_packets_out: u64,
    pub video_bytes_out: u64,
    /// Packets that a sender repeated after our NACK, or as a probe.
    pub repairs_in: u64,
    /// Packets that we repeated after a receiver's NACK.
    pub repairs_out: u64,
    /// Packets that a receiver asked for and we did not repeat: too old, too
    /// often, too much, or never here.
    pub repairs_refused: u64,
    /// Packets that were given up for lost on their way to us.
    pub lost_in: u64,
    /// Packets that came again.
    pub duplicates: u64,
    /// Packets that are no RTP, belong to no section, or exceed a limit.
    pub refused: u64,
    /// RTCP packets that are malformed; the rest of their compound counts.
    pub rtcp_malformed: u64,
    /// Missing packets that we asked senders for.
    pub nacks_out: u64,
    /// Key frames that we asked senders for.
    pub plis_out: u64,
    /// Outputs that were dropped because the driver did not drain them.
    pub overflows: u64,
}

/// An RTP packet to seal and send. Its bytes are `head`, then `payload`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpOutput<'a> {
    pub to: PeerKey,
    pub ssrc: Ssrc,
    pub sequence: u16,
    /// Bytes of the RTP header, extensions included: what SRTP authenticates
    /// without encrypting. At most `head.len()`.
    pub header_len: usize,
    /// The header, and those first bytes of the payload that are this
    /// receiver's own.
    pub head: &'a [u8],
    /// The rest of the payload, shared by all receivers.
    pub payload: &'a [u8],
}

impl RtpOutput<'_> {
    /// Bytes of the whole packet.
    #[expect(clippy::len_without_is_empty, reason = "a packet has a header, so is never empty")]
    pub fn len(&self) -> usize {
        self.head.len() + self.payload.len()
    }
}

/// What the engine wants done.
#[derive(Debug, PartialEq, Eq)]
pub enum Output<'a> {
    /// An RTP packet to seal and send.
    Rtp(RtpOutput<'a>),
    /// A compound RTCP packet to seal and send.
    Rtcp { to: PeerKey, bytes: &'a [u8] },
    /// Something to tell.
    Event(EngineEvent),
}

/// What has happened in the media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineEvent {
    /// The first media of a source has arrived.
    Flowing { room: SessionId, participant: ParticipantId, source: Source },
    /// Who speaks in a room, the loudest first; sent when it changes.
    Speaking { room: SessionId, participants: Vec<ParticipantId> },
    /// A source's format is none that a slot accepts: nothing is forwarded to
    /// it. Said once for each assignment.
    NotDecodable { room: SessionId, receiver: ParticipantId, mid: Mid },
}
