//! Stable error codes, and how a connection ends.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why something was not done. Clients branch on these; the text beside them
/// is for people and may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The frame is not a message of this protocol.
    BadMessage,
    /// A frame was larger than allowed.
    TooLarge,
    /// More messages a second than allowed, or a second offer before the
    /// first was answered.
    RateLimited,
    /// The token is not valid, or no longer.
    InvalidToken,
    /// The token was revoked, or is for a lease that is gone.
    TokenRevoked,
    /// The first message was neither `join` nor `resume`, or came too late.
    NotJoined,
    /// `join` or `resume` came twice.
    AlreadyJoined,
    /// The offer cannot be answered.
    BadOffer,
    /// A message named a section, source or participant that is not there.
    NotFound,
    /// The role does not allow it.
    Forbidden,
    /// The lesson was cancelled.
    SessionCancelled,
    /// The lesson is over.
    LessonOver,
    /// The room or node is full, or the user has too many connections.
    Full,
    /// The resume token is not known, or too old.
    ResumeFailed,
    /// The server could not; try again.
    Unavailable,
}

impl ErrorCode {
    /// The code as it stands on the wire, also the label of metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadMessage => "bad_message",
            Self::TooLarge => "too_large",
            Self::RateLimited => "rate_limited",
            Self::InvalidToken => "invalid_token",
            Self::TokenRevoked => "token_revoked",
            Self::NotJoined => "not_joined",
            Self::AlreadyJoined => "already_joined",
            Self::BadOffer => "bad_offer",
            Self::NotFound => "not_found",
            Self::Forbidden => "forbidden",
            Self::SessionCancelled => "session_cancelled",
            Self::LessonOver => "lesson_over",
            Self::Full => "full",
            Self::ResumeFailed => "resume_failed",
            Self::Unavailable => "unavailable",
        }
    }

    /// The status code (RFC 6455, section 7.4) with which the connection ends
    /// when the error is fatal.
    pub const fn close_status(self) -> u16 {
        match self {
            Self::TooLarge => 1009,
            Self::Full | Self::Unavailable => 1013,
            _ => 1008,
        }
    }
}

/// Why a room was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The client asked for it.
    Left,
    /// The lesson is over.
    Ended,
    /// The lesson was cancelled.
    Cancelled,
    /// The same user joined elsewhere.
    Replaced,
    /// The participant is no longer in the lesson: a seat was given back or taken
    /// away.
    Removed,
    /// The media transport was gone for too long, or never came.
    MediaLost,
    /// The node stops, or no longer holds the room: join again.
    Shutdown,
}

impl CloseReason {
    /// The reason as it stands on the wire, and in the record of attendance.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Ended => "ended",
            Self::Cancelled => "cancelled",
            Self::Replaced => "replaced",
            Self::Removed => "removed",
            Self::MediaLost => "media_lost",
            Self::Shutdown => "shutdown",
        }
    }

    /// The status code (RFC 6455, section 7.4) that follows `closed`.
    pub const fn close_status(self) -> u16 {
        match self {
            Self::Shutdown => 1001,
            _ => 1000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_with_the_wire() {
        for (code, close) in [
            (ErrorCode::BadMessage, 1008),
            (ErrorCode::TooLarge, 1009),
            (ErrorCode::RateLimited, 1008),
            (ErrorCode::InvalidToken, 1008),
            (ErrorCode::TokenRevoked, 1008),
            (ErrorCode::NotJoined, 1008),
            (ErrorCode::AlreadyJoined, 1008),
            (ErrorCode::BadOffer, 1008),
            (ErrorCode::NotFound, 1008),
            (ErrorCode::Forbidden, 1008),
            (ErrorCode::SessionCancelled, 1008),
            (ErrorCode::LessonOver, 1008),
            (ErrorCode::Full, 1013),
            (ErrorCode::ResumeFailed, 1008),
            (ErrorCode::Unavailable, 1013),
        ] {
            assert_eq!(serde_json::json!(code), code.as_str());
            assert_eq!(code.close_status(), close, "{code:?}");
        }
        for reason in [
            CloseReason::Left,
            CloseReason::Ended,
            CloseReason::Cancelled,
            CloseReason::Replaced,
            CloseReason::Removed,
            CloseReason::MediaLost,
            CloseReason::Shutdown,
        ] {
            assert_eq!(serde_json::json!(reason), reason.as_str());
        }
    }
}
