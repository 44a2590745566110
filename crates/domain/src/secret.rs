//! Secrets that are given out once and kept as a hash.
//!
//! They are 32 random bytes, so that their plain SHA-256 can be kept: there is
//! no dictionary to try. They are written in hexadecimal, in small letters.

use std::{fmt, str::FromStr};

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Bytes of a secret.
const BYTES: usize = 32;

/// A secret in full, as its holder has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; BYTES]);

/// What is kept of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretHash(pub [u8; 32]);

impl Secret {
    /// 256 bits that were drawn for it.
    pub const fn new(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// What to keep of it.
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0).into())
    }

    /// Whether it is the one of which `hash` was kept. Takes the same time
    /// wherever they differ.
    pub fn matches(&self, hash: &SecretHash) -> bool {
        self.hash().0.ct_eq(&hash.0).into()
    }

    /// The secret as its holder sends it.
    pub fn reveal(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A text that is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits in small letters")]
pub struct NotASecret;

impl FromStr for Secret {
    type Err = NotASecret;

    fn from_str(text: &str) -> Result<Self, NotASecret> {
        let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 2 * BYTES || !text.bytes().all(digit) {
            return Err(NotASecret);
        }
        let mut bytes = [0; BYTES];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = str::from_utf8(digits).map_err(|_| NotASecret)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| NotASecret)?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(last: u8) -> Secret {
        let mut bytes = [7; BYTES];
        bytes[31] = last;
        Secret::new(bytes)
    }

    #[test]
    fn secrets_round_trip_and_nothing_else_is_one() {
        let text = secret(8).reveal();
        assert_eq!(text.len(), 64);
        assert_eq!(text.parse(), Ok(secret(8)));
        assert!(!format!("{:?}", secret(8)).contains("0708"), "the secret is not shown");
        for bad in ["", &text[1..], &format!("{text}0"), &text.replace('8', "G")] {
            assert_eq!(bad.parse::<Secret>(), Err(NotASecret), "{bad}");
        }
    }

    #[test]
    fn a_hash_is_of_one_secret() {
        assert!(secret(8).matches(&secret(8).hash()));
        assert!(!secret(8).matches(&secret(9).hash()));
    }
}
