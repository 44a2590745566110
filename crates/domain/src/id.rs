//! Identifiers. Each is its own type, parsed once at the edge.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Why a text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// The text is not a UUID.
    #[error("expected a UUID")]
    NotAUuid,
    /// A platform's user id has 1 to [`UserId::MAX_BYTES`] bytes.
    #[error("expected 1 to {max} bytes", max = UserId::MAX_BYTES)]
    Length,
    /// A platform's user id has no control characters.
    #[error("control characters are not allowed")]
    ControlCharacter,
    /// A participant id is sixteen hexadecimal digits.
    #[error("expected sixteen hexadecimal digits")]
    NotAParticipant,
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text).map(Self).map_err(|_| InvalidId::NotAUuid)
            }
        }
    };
}

uuid_id!(
    /// A lesson, from its booking on. A version 7 UUID, so that ids sort by age.
    SessionId
);
uuid_id!(
    /// Lessons that were booked together by one rule of recurrence.
    SeriesId
);
uuid_id!(
    /// A new time for a lesson that one side proposes to the other.
    ProposalId
);
uuid_id!(
    /// A review of one participant by another.
    ReviewId
);
uuid_id!(
    /// An in-app notice to one user.
    NotificationId
);
uuid_id!(
    /// A slot that is kept for somebody for a few minutes.
    HoldId
);
uuid_id!(
    /// A key with which the platform's own servers call.
    KeyId
);
uuid_id!(
    /// A complaint about a lesson.
    DisputeId
);
uuid_id!(
    /// A calendar elsewhere in which somebody is busy.
    FeedId
);
uuid_id!(
    /// A media node: one process that holds rooms.
    NodeId
);

impl HoldId {
    /// The name of a new hold: `fresh`, with a mark of whose it is. So who lets
    /// go of a hold of theirs that has ended can be told from who never had it,
    /// without keeping what has ended. The mark is no secret and gives no right.
    pub fn of(holder: &UserId, fresh: Uuid) -> Self {
        let mut bytes = *fresh.as_bytes();
        // Version 8: the layout is our own (RFC 9562, section 5.8).
        bytes[6] = 0x80 | (bytes[6] & 0x0f);
        let mark = Self::mark(holder, &bytes);
        bytes[Self::MARKED..].copy_from_slice(&mark);
        Self(Uuid::from_bytes(bytes))
    }

    /// Whether this is, or was, a hold of this person's.
    pub fn is_of(self, holder: &UserId) -> bool {
        let bytes = self.0.as_bytes();
        bytes[Self::MARKED..] == Self::mark(holder, bytes)
    }

    /// Bytes before the mark.
    const MARKED: usize = 12;

    fn mark(holder: &UserId, bytes: &[u8; 16]) -> [u8; 4] {
        let mut digest = Sha256::new();
        digest.update(&bytes[..Self::MARKED]);
        digest.update(holder.as_str());
        let digest = digest.finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

/// A user of the host platform: an opaque text, never interpreted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// The longest user id that is accepted, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 128;

    /// The id as the platform wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text.is_empty() || text.len() > Self::MAX_BYTES {
            return Err(InvalidId::Length);
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidId::ControlCharacter);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for UserId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// One presence of a user in a room: it begins with `join` and ends with
/// `leave`. A user who comes back is a new participant.
///
/// On the wire it is sixteen hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParticipantId(pub u64);

impl fmt::Display for ParticipantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for ParticipantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ParticipantId({self})")
    }
}

impl FromStr for ParticipantId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if !digits {
            return Err(InvalidId::NotAParticipant);
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| InvalidId::NotAParticipant)
    }
}

impl Serialize for ParticipantId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ParticipantId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_ids_are_opaque_but_bounded() {
        assert_eq!("auth0|42".parse::<UserId>().map(|id| id.to_string()), Ok("auth0|42".into()));
        assert_eq!("".parse::<UserId>(), Err(InvalidId::Length));
        assert_eq!("x".repeat(129).parse::<UserId>(), Err(InvalidId::Length));
        assert_eq!("a\nb".parse::<UserId>(), Err(InvalidId::ControlCharacter));
    }

    #[test]
    fn participant_ids_round_trip_as_hexadecimal() {
        let id = ParticipantId(0x2a);
        assert_eq!(id.to_string(), "000000000000002a");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("+00000000000002a".parse::<ParticipantId>(), Err(InvalidId::NotAParticipant));
    }
}
