//! Signing in with a code that the platform hands over: the way back from the
//! platform's own sign-in page into the web app.
//!
//! A code is a [`Secret`], good once and for a minute, since it stands in an
//! address. It is exchanged for a token, `ls_<secret>`, which is good for as
//! long as the installation says and can be given back.

use std::{fmt, str::FromStr};

use chrono::TimeDelta;

use crate::secret::{NotASecret, Secret};

/// What every token begins with, so that scanners of leaked secrets find them.
pub const PREFIX: &str = "ls_";
/// How long a code is good.
pub const CODE_LIFE: TimeDelta = TimeDelta::seconds(60);
/// How long somebody stays signed in, where the installation does not say.
pub const LIFE: TimeDelta = TimeDelta::hours(12);
/// The longest way back, in bytes.
const RETURN_TO: usize = 512;

/// What somebody who signed in with a code calls with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInToken(pub Secret);

impl SignInToken {
    /// The token as its holder sends it.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", self.0.reveal())
    }
}

impl FromStr for SignInToken {
    type Err = NotASecret;

    fn from_str(text: &str) -> Result<Self, NotASecret> {
        text.strip_prefix(PREFIX).ok_or(NotASecret)?.parse().map(Self)
    }
}

/// The page of the web app that somebody wanted when they had to sign in: a
/// path, perhaps with a query. It never leads to another site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo(String);

impl ReturnTo {
    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ReturnTo {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A way that does not lead back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a path of the web app such as /lessons/…, of at most {RETURN_TO} bytes")]
pub struct NoWayBack;

impl FromStr for ReturnTo {
    type Err = NoWayBack;

    fn from_str(text: &str) -> Result<Self, NoWayBack> {
        // Browsers take two slashes for another site.
        let within = text.starts_with('/') && !text.starts_with("//");
        if !within || text.len() > RETURN_TO || !is_path_and_query(text) {
            return Err(NoWayBack);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Whether this is made of what a path and a query are made of (RFC 3986,
/// sections 3.3 and 3.4). A fragment is not: the code comes there.
fn is_path_and_query(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let allowed = match byte {
            b'%' => {
                let digits = [bytes.next(), bytes.next()];
                digits.iter().all(|b| b.is_some_and(|b| b.is_ascii_hexdigit()))
            }
            _ => byte.is_ascii_alphanumeric() || b"/?-._~!$&'()*+,;=:@".contains(&byte),
        };
        if !allowed {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_round_trip() {
        let token = SignInToken(Secret::new([7; 32]));
        assert_eq!(token.reveal().parse(), Ok(token.clone()));
        assert!(token.reveal()[3..].parse::<SignInToken>().is_err());
    }

    #[test]
    fn a_way_back_stays_here() {
        for good in ["/", "/lessons/1?tab=chat&x=%20"] {
            assert_eq!(good.parse::<ReturnTo>().map(|way| way.to_string()), Ok(good.to_owned()));
        }
        let long = format!("/{}", "a".repeat(RETURN_TO));
        for bad in [
            "",
            "x",
            "https://evil.example",
            "//evil.example",
            "/\\evil",
            "/a#b",
            "/a b",
            "/ü",
            "/{a}",
            "/a%2",
            "/a%zz",
            &long,
        ] {
            assert_eq!(bad.parse::<ReturnTo>(), Err(NoWayBack), "{bad}");
        }
    }
}
