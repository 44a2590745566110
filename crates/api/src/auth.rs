//! Who calls: the platform's token or one of its keys, checked.

mod identity;
mod jwks;
mod remembered;
mod token;

use std::{fmt, time::Duration};

pub use jsonwebtoken::Algorithm;
use jsonwebtoken::AlgorithmFamily;

pub use self::token::AuthError;
pub(crate) use self::{
    identity::{Identity, Service, erased, identify, sign_in_token},
    remembered::Remembered,
    token::Authenticator,
};

/// Which claims of a token say what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// Who it is.
    pub subject: String,
    /// What others see as the name.
    pub name: String,
    /// The role, or a list of them; `admin` is the one that counts.
    pub role: String,
    /// The language, as a BCP 47 tag.
    pub locale: String,
    /// The IANA time zone.
    pub time_zone: String,
    /// Where mail goes.
    pub email: String,
}

impl Default for ClaimNames {
    /// The names of RFC 7519 and of OpenID Connect, where they have one.
    fn default() -> Self {
        Self {
            subject: "sub".into(),
            name: "name".into(),
            role: "role".into(),
            locale: "locale".into(),
            time_zone: "zoneinfo".into(),
            email: "email".into(),
        }
    }
}

/// Whose tokens are good. Nothing in a token chooses how it is checked.
#[derive(Clone)]
pub struct AuthConfig {
    /// Secrets of HS256, HS384 and HS512. Two are good at once while one takes
    /// the other's place.
    pub secrets: Vec<Vec<u8>>,
    /// Where the keys of RS, PS, ES and EdDSA are.
    pub jwks_url: Option<String>,
    /// The algorithms that are accepted; none: all that the keys are for.
    pub algorithms: Vec<Algorithm>,
    /// What `iss` must be, if anything in particular.
    pub issuer: Option<String>,
    /// What `aud` must name, if anything in particular.
    pub audience: Option<String>,
    /// How far two clocks may differ: at most [`crate::limits::LEEWAY`].
    pub leeway: Duration,
    /// Which claims say what.
    pub claims: ClaimNames,
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            secrets: Vec::new(),
            jwks_url: None,
            algorithms: Vec::new(),
            issuer: None,
            audience: None,
            leeway: crate::limits::LEEWAY,
            claims: ClaimNames::default(),
        }
    }
}

impl fmt::Debug for AuthConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthConfig")
            .field("secrets", &self.secrets.len())
            .field("jwks_url", &self.jwks_url)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

/// Whether an algorithm is one of a shared secret.
fn is_symmetric(algorithm: Algorithm) -> bool {
    AlgorithmFamily::Hmac.algorithms().contains(&algorithm)
}
