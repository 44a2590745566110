//! Keys with which the platform's own servers call: `lk_<id>_<secret>`.
//!
//! Id and secret are hexadecimal, in small letters.

use std::{fmt, str::FromStr};

use uuid::Uuid;

use crate::{
    id::{KeyId, UserId},
    secret::{Secret, SecretHash},
    session::UnknownName,
};

/// What every key begins with, so that scanners of leaked secrets find them.
pub const PREFIX: &str = "lk_";
/// Digits of an id.
const ID_DIGITS: usize = 32;

/// Something that a key may be good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Read everybody's lessons.
    SessionsRead,
    /// Book lessons for students.
    SessionsWrite,
    /// Read people's records, what is kept of them, when teachers are open, and
    /// their policies.
    UsersRead,
    /// Write people's records and erase them; set when teachers are open, and
    /// their policies.
    UsersWrite,
    /// Hand in matches of students and teachers.
    MatchesWrite,
    /// Read reviews.
    ReviewsRead,
    /// Read the platform's figures, and people's.
    AnalyticsRead,
    /// Make codes with which people, admins among them, sign in.
    SignInWrite,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 8] = [
        Self::SessionsRead,
        Self::SessionsWrite,
        Self::UsersRead,
        Self::UsersWrite,
        Self::MatchesWrite,
        Self::ReviewsRead,
        Self::AnalyticsRead,
        Self::SignInWrite,
    ];

    /// The name on the wire and in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionsRead => "sessions:read",
            Self::SessionsWrite => "sessions:write",
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
            Self::MatchesWrite => "matches:write",
            Self::ReviewsRead => "reviews:read",
            Self::AnalyticsRead => "analytics:read",
            Self::SignInWrite => "sign-in:write",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(UnknownName {
            expected: "sessions:read, sessions:write, users:read, users:write, matches:write, \
                       reviews:read, analytics:read, sign-in:write",
        })
    }
}

/// A key in full, as its holder has it. It is shown once and kept nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceKey {
    /// Its name.
    pub id: KeyId,
    secret: Secret,
}

impl ServiceKey {
    /// A key of this name.
    pub const fn new(id: KeyId, secret: Secret) -> Self {
        Self { id, secret }
    }

    /// What to keep of it.
    pub fn hash(&self) -> SecretHash {
        self.secret.hash()
    }

    /// Whether its secret is the one of which `hash` was kept.
    pub fn matches(&self, hash: &SecretHash) -> bool {
        self.secret.matches(hash)
    }

    /// The key as its holder sends it.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}", self.id.0.simple(), self.secret.reveal())
    }
}

impl fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceKey({})", self.id)
    }
}

/// A text that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {PREFIX}, 32 hexadecimal digits, _ and 64 hexadecimal digits")]
pub struct NotAKey;

impl FromStr for ServiceKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let (id, secret) =
            text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or(NotAKey)?;
        let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if id.len() != ID_DIGITS || !id.bytes().all(digit) {
            return Err(NotAKey);
        }
        let id = Uuid::parse_str(id).map_err(|_| NotAKey)?;
        Ok(Self { id: KeyId(id), secret: secret.parse().map_err(|_| NotAKey)? })
    }
}

impl From<KeyId> for UserId {
    /// What a key goes by where a user's id is expected.
    fn from(key: KeyId) -> Self {
        format!("{PREFIX}{}", key.0.simple()).parse().expect("it is short and has no controls")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(last: u8) -> ServiceKey {
        let mut secret = [7; 32];
        secret[31] = last;
        ServiceKey::new(KeyId(Uuid::from_u128(0x2a)), Secret::new(secret))
    }

    #[test]
    fn keys_round_trip_and_nothing_else_is_one() {
        let text = key(8).reveal();
        assert_eq!(text.len(), 100);
        assert_eq!(text.parse(), Ok(key(8)));
        assert!(!format!("{:?}", key(8)).contains("0708"), "the secret is not shown");
        for bad in [
            "",
            "lk_",
            "lk__",
            &text[1..],
            &text[..99],
            &format!("{text}0"),
            &text.to_uppercase(),
            &text.replace("08", "é"),
            &text.replace("_0", "_+"),
        ] {
            assert_eq!(bad.parse::<ServiceKey>(), Err(NotAKey), "{bad}");
        }
    }

    #[test]
    fn scopes_round_trip() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        assert!("sessions:*".parse::<Scope>().is_err());
    }
}
