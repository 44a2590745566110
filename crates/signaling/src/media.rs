//! The seam to the media plane: what signaling asks of it and is told by it.
//!
//! Signaling owns these types, and the SFU does not know them: one file of the
//! composition root translates. Commands travel over a bounded channel.

use lectern_domain::{
    id::{ParticipantId, SessionId},
    room::{MediaKind, Mid, Source},
};
use tokio::sync::{mpsc, oneshot};

/// The way to the media plane. When either channel closes, the media plane is
/// gone: all rooms close, and nobody joins.
#[derive(Debug)]
pub struct Media {
    /// Takes commands.
    pub commands: mpsc::Sender<MediaCommand>,
    /// Tells what happens.
    pub events: mpsc::Receiver<MediaEvent>,
}

/// What signaling asks of the media plane.
#[derive(Debug)]
pub enum MediaCommand {
    /// Makes a transport for a participant and answers its offer.
    Join {
        room: SessionId,
        participant: ParticipantId,
        offer: String,
        /// The client's own naming of its send sections; empty: the default.
        sources: Vec<(Mid, Source)>,
        reply: oneshot::Sender<Result<MediaAnswer, MediaError>>,
    },
    /// Answers a further offer of a participant: an ICE restart or more slots.
    Offer {
        room: SessionId,
        participant: ParticipantId,
        offer: String,
        sources: Vec<(Mid, Source)>,
        reply: oneshot::Sender<Result<MediaAnswer, MediaError>>,
    },
    /// Says what a receiver's slots carry from now on; others stay as they are.
    Assign { room: SessionId, receiver: ParticipantId, slots: Vec<SlotAssignment> },
    /// Says how a receiver shows a slot.
    View { room: SessionId, receiver: ParticipantId, mid: Mid, height: Option<u16>, paused: bool },
    /// Says that a source is muted or live.
    Mute { room: SessionId, participant: ParticipantId, source: Source, muted: bool },
    /// Ends a participant's transport.
    Leave { room: SessionId, participant: ParticipantId },
    /// Ends all transports of a room.
    Close { room: SessionId },
}

/// What a slot carries: a participant's source, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotAssignment {
    pub mid: Mid,
    pub from: Option<(ParticipantId, Source)>,
}

/// The answer to an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaAnswer {
    /// The SDP answer.
    pub sdp: String,
    /// The sources that were negotiated, in the order of the offer.
    pub sources: Vec<Source>,
    /// The slots, in the order of the offer: the client's receive sections.
    pub slots: Vec<(Mid, MediaKind)>,
}

/// Why an offer was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// The offer is at fault.
    #[error("the offer cannot be answered: {0}")]
    BadOffer(String),
    /// The node has no room for another participant.
    #[error("the node is full")]
    Full,
    /// The media plane is not there, or too busy to answer in time.
    #[error("the media plane is not available")]
    Unavailable,
}

/// What the media plane tells signaling.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaEvent {
    /// The participant's transport is up: DTLS is done and media can flow.
    Connected { room: SessionId, participant: ParticipantId },
    /// Consent was lost (RFC 7675), or DTLS was closed by the client.
    Disconnected { room: SessionId, participant: ParticipantId },
    /// The first media of a source has arrived: attendance counts from here.
    Flowing { room: SessionId, participant: ParticipantId, source: Source },
    /// Who speaks in a room, the loudest first; sent when it changes.
    Speaking { room: SessionId, participants: Vec<ParticipantId> },
    /// Final counts of a participant, sent once after `Leave`, `Close` or loss.
    Left { room: SessionId, participant: ParticipantId, counts: MediaCounts },
}

/// What a participant sent and received, for attendance and quality.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MediaCounts {
    /// Audio packets received from the participant.
    pub audio_packets_in: u64,
    /// Video packets received from the participant.
    pub video_packets_in: u64,
    /// Packets sent to the participant.
    pub packets_out: u64,
    /// Packets that never arrived from the participant, after repair.
    pub lost_in: u64,
}
