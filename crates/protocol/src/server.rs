//! What the server says.

use lectern_domain::{
    id::{ParticipantId, UserId},
    room::{MediaKind, Mid, Role, Source},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CloseReason, ErrorCode};

/// A message to a client, with its place in the order of messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Numbered {
    /// Rises by one with each message from `joined` on, which is 1. Absent on
    /// what concerns the connection alone: `resumed`, `error` and `pong`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(as = "Option<f64>")]
    pub seq: Option<u64>,
    /// The message.
    #[serde(flatten)]
    pub message: ServerMessage,
}

impl ServerMessage {
    /// The message as one text frame.
    pub fn to_text(&self, seq: Option<u64>) -> String {
        /// [`Numbered`], of a message that many clients share.
        #[derive(Serialize)]
        struct Borrowed<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            seq: Option<u64>,
            #[serde(flatten)]
            message: &'a ServerMessage,
        }
        serde_json::to_string(&Borrowed { seq, message: self })
            .expect("a message has string keys and writes to memory")
    }
}

/// A message from the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(optional_fields)]
pub enum ServerMessage {
    /// The client is in the room.
    Joined {
        /// The client's own participant.
        #[ts(type = "string")]
        participant: ParticipantId,
        /// The SDP answer.
        answer: String,
        /// Everybody in the room, the client included.
        roster: Vec<RosterEntry>,
        /// What each receive section carries.
        slots: Vec<Slot>,
        /// The token that `resume` takes.
        resume: String,
        /// The latest of the chat so far, oldest first.
        chat: Vec<ChatMessage>,
        /// When the lesson ends, RFC 3339.
        ends_at: String,
    },
    /// `resume` was accepted: the numbered messages that were missed follow.
    Resumed {},
    /// The answer to `offer`.
    Answer {
        /// The SDP answer.
        answer: String,
        /// What each receive section carries.
        slots: Vec<Slot>,
    },
    /// Somebody came, changed or went.
    Participant {
        /// Who, as they are now.
        participant: RosterEntry,
        /// Whether they are still there.
        present: bool,
    },
    /// What receive sections carry from now on: those that changed.
    Slots {
        /// The sections.
        slots: Vec<Slot>,
    },
    /// A chat message, to its sender too.
    Chat {
        /// The message.
        message: ChatMessage,
    },
    /// Who speaks, the loudest first. Empty: nobody.
    Speaking {
        /// The participants.
        #[ts(type = "Array<string>")]
        participants: Vec<ParticipantId>,
    },
    /// The lesson ends soon.
    Ending {
        /// When the room closes, RFC 3339.
        closes_at: String,
    },
    /// The last message: the client is out of the room.
    Closed {
        /// Why.
        reason: CloseReason,
    },
    /// Something that the client asked for was not done.
    Error {
        /// Stable; clients branch on it.
        code: ErrorCode,
        /// For people.
        message: String,
        /// True when the connection ends with it.
        fatal: bool,
    },
    /// The answer to `ping`.
    Pong {
        /// The id of the `ping`.
        #[ts(type = "number")]
        id: u64,
    },
}

/// A participant as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RosterEntry {
    /// The presence.
    #[ts(type = "string")]
    pub participant: ParticipantId,
    /// The platform's user.
    #[ts(type = "string")]
    pub user: UserId,
    /// The name to show.
    pub name: String,
    /// What they are in the lesson.
    pub role: Role,
    /// What they send.
    pub sources: Vec<SourceState>,
    /// True while the hand is raised.
    pub hand: bool,
}

/// A source of a participant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceState {
    /// Which.
    pub source: Source,
    /// Heard or seen.
    pub kind: MediaKind,
    /// True while nothing is sent.
    pub muted: bool,
}

/// What a receive section carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    /// The section.
    #[ts(type = "string")]
    pub mid: Mid,
    /// Whose media; null: nothing.
    #[ts(type = "string | null")]
    pub participant: Option<ParticipantId>,
    /// Which of their sources; null: nothing.
    pub source: Option<Source>,
    /// Rises with each change of the section's seat.
    pub epoch: u32,
}

/// A chat message as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage {
    /// The sender's own id of the message.
    pub id: String,
    /// Who wrote it.
    #[ts(type = "string")]
    pub user: UserId,
    /// The name at that time.
    pub name: String,
    /// What was written.
    pub text: String,
    /// When, RFC 3339.
    pub sent_at: String,
}
