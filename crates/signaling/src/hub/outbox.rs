//! What the hub asks of its driver.

use std::{collections::VecDeque, sync::Arc};

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{ParticipantId, SessionId, UserId},
    room::{Mid, Role, Source},
};
use lectern_protocol::{ChatMessage, CloseReason, ErrorCode, ServerMessage};

use crate::media::{MediaCommand, MediaCounts};

/// One WebSocket, named by the driver. Names are never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// Something for the driver to do.
#[derive(Debug)]
pub enum Output {
    /// Sends a message to a connection.
    Send {
        /// To whom.
        connection: ConnectionId,
        /// The message's number, where it has one.
        seq: Option<u64>,
        /// The message, which many connections may share.
        message: Arc<ServerMessage>,
    },
    /// Closes a connection once everything before has been sent. The hub
    /// forgets it.
    Close {
        /// Which.
        connection: ConnectionId,
        /// The status code of the close frame.
        status: u16,
    },
    /// Asks the media plane for an answer, to be handed in as
    /// [`Hub::handle_answer`](super::Hub::handle_answer), come what may.
    Ask(Question),
    /// Tells the media plane something that needs no answer.
    Media(MediaCommand),
    /// Something to be kept in the database.
    Record(Record),
}

/// An offer to be answered by the media plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The room.
    pub room: SessionId,
    /// Who offers.
    pub participant: ParticipantId,
    /// Whether it is the first offer or a further one.
    pub kind: QuestionKind,
    /// The SDP offer.
    pub offer: String,
    /// The client's own naming of its send sections; empty: the default.
    pub sources: Vec<(Mid, Source)>,
}

/// What an offer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionKind {
    /// A transport is to be made.
    Join,
    /// The transport is there: an ICE restart, or more slots.
    Further,
}

/// A fact that outlives the room. Writing one twice changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// Somebody came.
    Joined {
        /// The room.
        room: SessionId,
        /// The presence.
        participant: ParticipantId,
        /// Whose.
        user: UserId,
        /// As what.
        role: Role,
        /// When.
        at: DateTime<Utc>,
    },
    /// Their media transport came up for the first time.
    Connected {
        /// The room.
        room: SessionId,
        /// The presence.
        participant: ParticipantId,
        /// When.
        at: DateTime<Utc>,
    },
    /// They went.
    Left {
        /// The room.
        room: SessionId,
        /// The presence.
        participant: ParticipantId,
        /// When.
        at: DateTime<Utc>,
        /// Why.
        departure: Departure,
    },
    /// What the media plane counted of them.
    Counts {
        /// The room.
        room: SessionId,
        /// The presence.
        participant: ParticipantId,
        /// The final counts.
        counts: MediaCounts,
    },
    /// Something was said in writing.
    Chat {
        /// The room.
        room: SessionId,
        /// The message as everybody got it.
        message: ChatMessage,
        /// When, exactly.
        at: DateTime<Utc>,
    },
    /// Teacher and student were connected at once.
    Started {
        /// The room.
        room: SessionId,
        /// When.
        at: DateTime<Utc>,
    },
    /// The lesson took place and is over.
    Completed {
        /// The room.
        room: SessionId,
        /// When.
        at: DateTime<Utc>,
    },
}

/// How a presence ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// The client was told why.
    Closed(CloseReason),
    /// The client dropped and did not resume.
    Dropped,
}

impl Departure {
    /// The word in the record of attendance.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed(reason) => reason.as_str(),
            Self::Dropped => "dropped",
        }
    }
}

/// Outputs in their order. The driver drains it after every input, so that
/// its length is bounded by what one input can cause.
#[derive(Debug, Default)]
pub(super) struct Outbox(VecDeque<Output>);

impl Outbox {
    pub(super) fn pop(&mut self) -> Option<Output> {
        self.0.pop_front()
    }

    pub(super) fn send(
        &mut self,
        connection: ConnectionId,
        seq: Option<u64>,
        message: Arc<ServerMessage>,
    ) {
        self.0.push_back(Output::Send { connection, seq, message });
    }

    pub(super) fn close(&mut self, connection: ConnectionId, status: u16) {
        self.0.push_back(Output::Close { connection, status });
    }

    /// Says that something was not done; the connection goes on.
    pub(super) fn refuse(&mut self, connection: ConnectionId, code: ErrorCode, text: &str) {
        self.error(connection, code, text, false);
    }

    /// Says why the connection ends, and ends it.
    pub(super) fn reject(&mut self, connection: ConnectionId, code: ErrorCode, text: &str) {
        self.error(connection, code, text, true);
        self.close(connection, code.close_status());
    }

    pub(super) fn ask(&mut self, question: Question) {
        self.0.push_back(Output::Ask(question));
    }

    pub(super) fn media(&mut self, command: MediaCommand) {
        self.0.push_back(Output::Media(command));
    }

    pub(super) fn record(&mut self, record: Record) {
        self.0.push_back(Output::Record(record));
    }

    fn error(&mut self, connection: ConnectionId, code: ErrorCode, text: &str, fatal: bool) {
        let message = ServerMessage::Error { code, message: text.to_owned(), fatal };
        self.send(connection, None, Arc::new(message));
    }
}
