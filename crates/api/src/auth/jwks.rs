//! The platform's public keys (RFC 7517), fetched from one configured URL.
//! Nothing in a token says where keys are.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, Jwk, PublicKeyUse},
};
use serde::Deserialize;
use tokio::sync::{Mutex, MutexGuard};

use crate::{limits, problem::Problem};

/// A set is fetched again after this time, so that withdrawn keys go.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// A set that cannot be fetched again is used this long at most.
const STALE: TimeDelta = TimeDelta::hours(24);
/// At the earliest after this time a set is fetched again, whatever `kid` a
/// token names.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// The same, as long as there is no set at all.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(1);

/// Why keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum JwksError {
    /// The HTTP client, or the request.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// More bytes than a set of keys has.
    #[error("the key set is larger than {} bytes", limits::JWKS_BYTES)]
    TooLarge,
    /// Not a set of keys.
    #[error("the key set cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

struct Key {
    jwk: Jwk,
    decoding: DecodingKey,
}

/// One edition of the set.
#[derive(Default)]
struct Edition {
    keys: HashMap<Option<String>, Vec<Arc<Key>>>,
    fetched_at: Option<DateTime<Utc>>,
}

pub(super) struct KeySet {
    url: String,
    client: reqwest::Client,
    edition: ArcSwap<Edition>,
    /// When a fetch was last begun. Held while one is made.
    tried_at: Mutex<Option<DateTime<Utc>>>,
}

impl KeySet {
    pub(super) fn new(url: String) -> Result<Self, JwksError> {
        // Fails where the process has chosen a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(limits::JWKS_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { url, client, edition: ArcSwap::default(), tried_at: Mutex::new(None) })
    }

    /// The key that `kid` names, if it is one for `algorithm`. A token without
    /// `kid` is checked with the only key there is for it.
    pub(super) async fn find(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        now: DateTime<Utc>,
    ) -> Result<Option<DecodingKey>, Problem> {
        let edition = self.edition.load_full();
        let key = edition.find(kid, algorithm);
        if key.is_some() && edition.is_younger(FRESH, now) {
            return Ok(key);
        }
        let tried_at = match self.tried_at.try_lock() {
            Ok(tried_at) => tried_at,
            // Somebody else asks; who has a key does not wait for the answer.
            Err(_) if key.is_some() && edition.is_younger(STALE, now) => return Ok(key),
            Err(_) => self.tried_at.lock().await,
        };
        let failure = self.refresh(tried_at, now).await.err();
        let edition = self.edition.load_full();
        if !edition.is_younger(STALE, now) {
            let cause = failure.map_or_else(|| "no key set yet".to_owned(), |e| e.to_string());
            return Err(Problem::unavailable(cause));
        }
        Ok(edition.find(kid, algorithm))
    }

    async fn refresh(
        &self,
        mut tried_at: MutexGuard<'_, Option<DateTime<Utc>>>,
        now: DateTime<Utc>,
    ) -> Result<(), JwksError> {
        let known = self.edition.load().fetched_at.is_some();
        let pause = if known { PAUSE } else { FIRST_PAUSE };
        if tried_at.is_some_and(|at| now - at < pause) {
            return Ok(());
        }
        *tried_at = Some(now);
        let edition = match self.fetch().await {
            Ok(document) => Edition::new(document, now),
            Err(error) => {
                tracing::warn!(event = "jwks_unavailable", %error);
                return Err(error);
            }
        };
        self.edition.store(Arc::new(edition));
        Ok(())
    }

    async fn fetch(&self) -> Result<Document, JwksError> {
        let response = self.client.get(&self.url).send().await?.error_for_status()?;
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk?);
            if body.len() > limits::JWKS_BYTES {
                return Err(JwksError::TooLarge);
            }
        }
        Ok(serde_json::from_slice(&body)?)
    }
}

impl Edition {
    /// Keys that are unknown, symmetric or for encryption are left out.
    fn new(document: Document, now: DateTime<Utc>) -> Self {
        let mut keys: HashMap<Option<String>, Vec<Arc<Key>>> = HashMap::new();
        for value in document.keys.into_iter().take(limits::JWKS_KEYS) {
            let Ok(jwk) = serde_json::from_value::<Jwk>(value) else { continue };
            let symmetric = matches!(jwk.algorithm, AlgorithmParameters::OctetKey(_));
            let other_use =
                jwk.common.public_key_use.as_ref().is_some_and(|u| *u != PublicKeyUse::Signature);
            if symmetric || other_use {
                continue;
            }
            let Ok(decoding) = DecodingKey::from_jwk(&jwk) else { continue };
            let kid = jwk.common.key_id.clone();
            keys.entry(kid).or_default().push(Arc::new(Key { jwk, decoding }));
        }
        Self { keys, fetched_at: Some(now) }
    }

    fn is_younger(&self, age: TimeDelta, now: DateTime<Utc>) -> bool {
        self.fetched_at.is_some_and(|at| now - at < age)
    }

    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        let mut fitting: Vec<&Arc<Key>> = match kid {
            Some(kid) => self.keys.get(&Some(kid.to_owned()))?.iter().collect(),
            None => self.keys.values().flatten().collect(),
        };
        fitting.retain(|key| key.is_for(algorithm));
        match fitting.as_slice() {
            [only] => Some(only.decoding.clone()),
            _ => None,
        }
    }
}

impl Key {
    fn is_for(&self, algorithm: Algorithm) -> bool {
        let named = self.jwk.common.key_algorithm;
        self.decoding.family().algorithms().contains(&algorithm)
            && named.is_none_or(|named| named.to_string() == format!("{algorithm:?}"))
    }
}
