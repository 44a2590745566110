//! What a client says.

use lectern_domain::{
    id::ParticipantId,
    room::{Mid, Source},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A message from a client. The first one is `join` or `resume`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[ts(optional_fields)]
pub enum ClientMessage {
    /// Enters the room that the token names. Answered by `joined`.
    Join {
        /// The room token that `POST /api/sessions/:id/join` gave.
        token: String,
        /// The SDP offer (RFC 8866), complete: there is no trickling.
        offer: String,
        /// Which send section is which source. Without it the first audio
        /// section is the microphone and the first video section the camera.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sources: Option<Vec<SourceSection>>,
    },
    /// Goes on after a lost WebSocket, within 30 seconds. Answered by
    /// `resumed` and the messages that were missed.
    Resume {
        /// The `resume` of `joined`.
        resume: String,
        /// The `seq` of the last message that arrived.
        #[ts(type = "number")]
        seq: u64,
    },
    /// A new offer on the same peer connection: an ICE restart (RFC 8445,
    /// section 9), or more slots. Answered by `answer`.
    Offer {
        /// The SDP offer.
        offer: String,
        /// As in `join`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sources: Option<Vec<SourceSection>>,
    },
    /// Says that a source is muted or live.
    Media {
        /// Which of the sender's sources.
        source: Source,
        /// True while nothing is sent.
        muted: bool,
    },
    /// Says how slots are shown, so that no more is sent than is seen.
    View {
        /// The slots that changed.
        slots: Vec<SlotView>,
    },
    /// A chat message to the room, kept with the session.
    Chat {
        /// The client's own id of the message, echoed in `chat`.
        id: String,
        /// 1 to 4,000 characters.
        text: String,
    },
    /// Raises or lowers the hand.
    Hand {
        /// True while raised.
        raised: bool,
    },
    /// Leaves for good; answered by `closed`.
    // Braces, because serde lets a unit variant pass with unknown fields.
    Leave {},
    /// Answered by `pong`.
    Ping {
        /// Echoed.
        #[ts(type = "number")]
        id: u64,
    },
}

/// Names the source that a send section carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceSection {
    /// The section's `a=mid`.
    #[ts(type = "string")]
    pub mid: Mid,
    /// What is sent there.
    pub source: Source,
}

/// How one slot is shown. It replaces what was said of the slot before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SlotView {
    /// The slot's section.
    #[ts(type = "string")]
    pub mid: Mid,
    /// Pins the slot's seat to a participant; without it the server chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(as = "Option<String>")]
    pub participant: Option<ParticipantId>,
    /// Height in physical pixels at which it is shown; 0 while hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u16>,
    /// True while nothing shall be sent into the slot.
    #[serde(default)]
    pub paused: bool,
}
