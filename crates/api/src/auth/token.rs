//! A token and the checks it has to pass (RFC 7519, RFC 8725).

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use lectern_domain::{
    id::UserId,
    person::Actor,
    room::RoomGrant,
    text::{Locale, Title},
};
use lectern_store::users::Claims;
use serde_json::{Map, Value};

use super::{
    AuthConfig, is_symmetric,
    jwks::{JwksError, KeySet},
};
use crate::{limits, problem::Problem};

/// Why tokens cannot be checked with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// There is nothing to check a signature with.
    #[error("neither a secret nor a JWKS URL is configured")]
    NoKey,
    /// An empty secret signs anything.
    #[error("a secret is empty")]
    EmptySecret,
    /// An algorithm that no configured key is for.
    #[error("{0:?} is accepted, but there is no key for it")]
    AlgorithmWithoutKey(Algorithm),
    /// Leeway makes expired tokens good.
    #[error("the leeway is longer than {} s", limits::LEEWAY.as_secs())]
    Leeway,
    /// The key set could not be reached in principle.
    #[error("the JWKS client: {0}")]
    Jwks(#[from] JwksError),
}

/// A person who calls, and what the platform says of them.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    pub(crate) actor: Actor,
    pub(crate) claims: Claims,
    /// Until when the token is good, leeway aside.
    pub(crate) expires_at: DateTime<Utc>,
}

pub(crate) struct Authenticator {
    config: AuthConfig,
    algorithms: Vec<Algorithm>,
    secrets: Vec<DecodingKey>,
    keys: Option<KeySet>,
}

const SYMMETRIC: [Algorithm; 3] = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
const ASYMMETRIC: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

impl Authenticator {
    pub(crate) fn new(config: AuthConfig) -> Result<Self, AuthError> {
        if config.secrets.is_empty() && config.jwks_url.is_none() {
            return Err(AuthError::NoKey);
        }
        if config.secrets.iter().any(Vec::is_empty) {
            return Err(AuthError::EmptySecret);
        }
        if config.leeway > limits::LEEWAY {
            return Err(AuthError::Leeway);
        }
        let mut possible = Vec::new();
        if !config.secrets.is_empty() {
            possible.extend(SYMMETRIC);
        }
        if config.jwks_url.is_some() {
            possible.extend(ASYMMETRIC);
        }
        if let Some(keyless) = config.algorithms.iter().find(|a| !possible.contains(a)) {
            return Err(AuthError::AlgorithmWithoutKey(*keyless));
        }
        let algorithms =
            if config.algorithms.is_empty() { possible } else { config.algorithms.clone() };
        let secrets = config.secrets.iter().map(|s| DecodingKey::from_secret(s)).collect();
        let keys = config.jwks_url.clone().map(KeySet::new).transpose()?;
        Ok(Self { config, algorithms, secrets, keys })
    }

    /// Who the bearer of `token` is.
    pub(crate) async fn identify(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Bearer, Problem> {
        if token.len() > limits::TOKEN {
            return Err(refuse("the token is too long"));
        }
        let header = decode_header(token).map_err(|_| refuse("the token cannot be read"))?;
        if !self.algorithms.contains(&header.alg) {
            return Err(refuse("the token's algorithm is not accepted"));
        }
        if header.crit.is_some() {
            return Err(refuse("the token asks for an extension that is not known"));
        }
        let claims = if is_symmetric(header.alg) {
            self.secrets.iter().find_map(|key| claims(token, key, header.alg))
        } else {
            let keys = self.keys.as_ref().ok_or_else(|| refuse("no key is known"))?;
            let key = keys.find(header.kid.as_deref(), header.alg, now).await?;
            key.and_then(|key| claims(token, &key, header.alg))
        };
        let claims = claims.ok_or_else(|| refuse("the token's signature is not good"))?;
        let expires_at = self.check(&claims, now)?;
        self.identity(&claims, expires_at)
    }

    /// Whether the claims are good now, and until when.
    fn check(
        &self,
        claims: &Map<String, Value>,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, Problem> {
        let leeway = self.config.leeway.as_secs_f64();
        let now = now.timestamp() as f64;
        let instant = |name: &str| claims.get(name).map(|value| value.as_f64().ok_or(()));
        let exp = match instant("exp") {
            Some(Ok(exp)) if now < exp + leeway => exp,
            Some(Ok(_)) => return Err(refuse("the token has expired")),
            _ => return Err(refuse("the token has no expiry")),
        };
        match instant("nbf") {
            None => {}
            Some(Ok(nbf)) if now >= nbf - leeway => {}
            Some(_) => return Err(refuse("the token is not good yet")),
        }
        let audiences = texts(claims.get("aud"));
        if audiences.contains(&RoomGrant::AUDIENCE) {
            return Err(refuse("the token is one for a room"));
        }
        if let Some(audience) = &self.config.audience
            && !audiences.contains(&audience.as_str())
        {
            return Err(refuse("the token is for another audience"));
        }
        if let Some(issuer) = &self.config.issuer
            && claims.get("iss").and_then(Value::as_str) != Some(issuer)
        {
            return Err(refuse("the token is of another issuer"));
        }
        // One that is good for longer than the calendar goes is good for good.
        Ok(DateTime::from_timestamp(exp as i64, 0).unwrap_or(DateTime::<Utc>::MAX_UTC))
    }

    fn identity(
        &self,
        claims: &Map<String, Value>,
        expires_at: DateTime<Utc>,
    ) -> Result<Bearer, Problem> {
        let names = &self.config.claims;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let id: UserId = text(&names.subject)
            .and_then(|subject| subject.parse().ok())
            .ok_or_else(|| refuse("the token does not say whose it is"))?;
        let admin = texts(claims.get(&names.role)).contains(&"admin");
        let bounded = |name: &str| {
            text(name).and_then(|text| text.parse::<Title>().ok()).map(|text| text.to_string())
        };
        let claims = Claims {
            id: id.clone(),
            name: bounded(&names.name),
            locale: text(&names.locale)
                .and_then(|tag| tag.parse::<Locale>().ok())
                .map(|tag| tag.as_str().to_owned()),
            time_zone: bounded(&names.time_zone),
            email: bounded(&names.email),
        };
        let actor = if admin { Actor::admin(id) } else { Actor::person(id) };
        Ok(Bearer { actor, claims, expires_at })
    }
}

fn refuse(why: &'static str) -> Problem {
    Problem::unauthenticated(why)
}

/// The claims, if `key` signed them with `algorithm`. Times and names are
/// checked by [`Authenticator::check`], which is told the time.
fn claims(token: &str, key: &DecodingKey, algorithm: Algorithm) -> Option<Map<String, Value>> {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims = HashSet::new();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    decode(token, key, &validation).ok().map(|data| data.claims)
}

/// A claim that is a text or a list of texts.
fn texts(claim: Option<&Value>) -> Vec<&str> {
    match claim {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
