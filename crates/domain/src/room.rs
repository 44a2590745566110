//! The room of a lesson: who is in it, as what, with which media.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::id::{SessionId, UserId};

/// What somebody is in a room. It comes from the booking, never from the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Gives the lesson.
    Teacher,
    /// Takes the lesson.
    Student,
    /// An admin of the platform, announced to everybody in the room.
    Observer,
    /// A machine that acts for the platform.
    Service,
}

/// What a participant sends: the unit that is published, muted and watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// The voice.
    Microphone,
    /// The face.
    Camera,
    /// A shared screen or window.
    Screen,
    /// The sound of what is shared.
    ScreenAudio,
}

impl Source {
    /// Whether the source is heard or seen.
    pub const fn kind(self) -> MediaKind {
        match self {
            Self::Microphone | Self::ScreenAudio => MediaKind::Audio,
            Self::Camera | Self::Screen => MediaKind::Video,
        }
    }
}

/// The two kinds of media section (RFC 8866, `m=`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum MediaKind {
    /// `m=audio`
    Audio,
    /// `m=video`
    Video,
}

/// The identification tag of a media section (RFC 5888, `a=mid`): 1 to 16
/// token characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Mid(String);

/// A text that is no media section's tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a mid is 1 to 16 token characters")]
pub struct InvalidMid;

impl Mid {
    /// The longest tag that fits the one-byte header extension (RFC 8285).
    pub const MAX_BYTES: usize = 16;

    /// The tag as it stands in the session description.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Mid {
    type Err = InvalidMid;

    fn from_str(text: &str) -> Result<Self, InvalidMid> {
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&b);
        if text.is_empty() || text.len() > Self::MAX_BYTES || !text.bytes().all(token) {
            return Err(InvalidMid);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Mid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Mid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// What a room token grants: one user, one room, one role, for five minutes.
///
/// It is the claims set of a JWT (RFC 7519) signed with the room key, made by
/// the booking side and checked by the signaling side. `fence` is the lease's:
/// a node that has lost the room refuses the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomGrant {
    /// Always [`RoomGrant::AUDIENCE`].
    pub aud: String,
    /// The lesson whose room is opened.
    pub room: SessionId,
    /// The user it was made for.
    pub sub: UserId,
    /// What others in the room see as the name.
    pub name: String,
    /// What the user is in the room.
    pub role: Role,
    /// The lease under which the room is held.
    pub fence: i64,
    /// Issued at, seconds since the epoch.
    pub iat: i64,
    /// Good until, seconds since the epoch.
    pub exp: i64,
}

impl RoomGrant {
    /// The audience that keeps room tokens apart from the platform's tokens.
    pub const AUDIENCE: &'static str = "lectern-room";
    /// How long a room token is good for, in seconds.
    pub const LIFETIME_SECONDS: i64 = 300;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mids_are_short_tokens() {
        for good in ["0", "audio", "a-b_c", "0123456789abcdef"] {
            assert_eq!(good.parse::<Mid>().map(|mid| mid.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "0123456789abcdefg", "a b", "é", "a\r\n"] {
            assert_eq!(bad.parse::<Mid>(), Err(InvalidMid), "{bad:?}");
        }
    }
}
