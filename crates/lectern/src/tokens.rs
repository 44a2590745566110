//! Tokens like those of the platform, for the command line and the demo.

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value};

use crate::config::Auth;

/// Whose token it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: Option<&'a str>,
    pub(crate) role: Option<&'a str>,
    pub(crate) locale: Option<&'a str>,
    pub(crate) time_zone: Option<&'a str>,
}

/// Makes tokens that this very server accepts.
#[derive(Clone)]
pub(crate) struct Issuer {
    key: EncodingKey,
    algorithm: Algorithm,
    auth: Auth,
}

impl Issuer {
    pub(crate) fn new(auth: &Auth) -> anyhow::Result<Self> {
        let secret = auth.secrets.first().context("there is no secret to sign with")?;
        let symmetric = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
        let algorithm = match auth.algorithms.as_slice() {
            [] => Algorithm::HS256,
            accepted => symmetric
                .into_iter()
                .find(|algorithm| accepted.contains(algorithm))
                .context("auth.algorithms accepts no token that is signed with a secret")?,
        };
        Ok(Self { key: EncodingKey::from_secret(secret), algorithm, auth: auth.clone() })
    }

    /// A token that is good from `now` on.
    pub(crate) fn issue(
        &self,
        subject: &Subject<'_>,
        now: DateTime<Utc>,
        lifetime: TimeDelta,
    ) -> anyhow::Result<String> {
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), subject.id.into());
        claims.insert("iat".to_owned(), now.timestamp().into());
        claims.insert("exp".to_owned(), (now + lifetime).timestamp().into());
        let optional = [
            (self.auth.name_claim.as_str(), subject.name),
            (self.auth.role_claim.as_str(), subject.role),
            ("locale", subject.locale),
            ("zoneinfo", subject.time_zone),
            ("iss", self.auth.issuer.as_deref()),
            ("aud", self.auth.audience.as_deref()),
        ];
        for (claim, value) in optional {
            if let Some(value) = value {
                claims.insert(claim.to_owned(), Value::from(value));
            }
        }
        jsonwebtoken::encode(&Header::new(self.algorithm), &claims, &self.key)
            .context("the token could not be signed")
    }
}
