//! Asks the platform over HTTP, signed as Standard Webhooks signs: the platform
//! can check with any of that specification's libraries who asks.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use lectern_domain::id::UserId;
use ring::hmac;
use serde::Deserialize;
use serde_json::json;

use crate::{limits, random};

/// How long an answer is used again.
const FRESH: TimeDelta = TimeDelta::seconds(30);

/// What holds where the platform does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// Nobody books: 503.
    Refuse,
    /// Anybody does.
    Allow,
}

/// Where and how the platform is asked.
pub struct MatchHook {
    url: String,
    key: hmac::Key,
    on_failure: OnFailure,
    client: reqwest::Client,
    known: Mutex<HashMap<(UserId, UserId), Known>>,
}

/// An answer, and until when it is used.
struct Known {
    allowed: bool,
    until: DateTime<Utc>,
}

/// Why the platform's answer is none.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The HTTP client, the request, or a status that is no success.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// More bytes than an answer has.
    #[error("the answer is larger than {} bytes", limits::MATCH_BYTES)]
    TooLarge,
    /// Not `{"allowed": …}`.
    #[error("the answer cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct Answer {
    allowed: bool,
}

impl std::fmt::Debug for MatchHook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MatchHook").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The key of a secret: of one that begins with `whsec_` the base64 after it, as
/// Standard Webhooks writes secrets, otherwise its bytes.
pub fn webhook_key(secret: &str) -> Option<Vec<u8>> {
    match secret.strip_prefix("whsec_") {
        Some(encoded) => STANDARD.decode(encoded).ok(),
        None => Some(secret.as_bytes().to_vec()),
    }
}

impl MatchHook {
    /// A hook at `url`, signed with `key`, that waits no longer than `timeout`.
    pub fn new(
        url: String,
        key: &[u8],
        timeout: Duration,
        on_failure: OnFailure,
    ) -> Result<Self, HookError> {
        // Fails where the process has chosen a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        Ok(Self { url, key, on_failure, client, known: Mutex::default() })
    }

    /// Whether `student` may book `teacher`.
    pub(super) async fn ask(
        &self,
        student: &UserId,
        teacher: &UserId,
        now: DateTime<Utc>,
    ) -> Result<bool, HookError> {
        let pair = (student.clone(), teacher.clone());
        if let Some(allowed) = self.known(&pair, now) {
            return Ok(allowed);
        }
        match self.send(student, teacher, now).await {
            Ok(Answer { allowed }) => {
                self.learn(pair, Known { allowed, until: now + FRESH });
                Ok(allowed)
            }
            Err(error) => {
                tracing::warn!(event = "match_hook_failed", %error);
                match self.on_failure {
                    OnFailure::Refuse => Err(error),
                    OnFailure::Allow => Ok(true),
                }
            }
        }
    }

    async fn send(
        &self,
        student: &UserId,
        teacher: &UserId,
        now: DateTime<Utc>,
    ) -> Result<Answer, HookError> {
        let (id, timestamp) = (format!("msg_{}", random::id().simple()), now.timestamp());
        let body = json!({ "type": "match.asked", "student": student, "teacher": teacher });
        let body = body.to_string();
        let signed = hmac::sign(&self.key, format!("{id}.{timestamp}.{body}").as_bytes());
        let request = self
            .client
            .post(&self.url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", format!("v1,{}", STANDARD.encode(signed)));
        let response = request.body(body).send().await?.error_for_status()?;
        let mut answer = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            answer.extend_from_slice(&chunk?);
            if answer.len() > limits::MATCH_BYTES {
                return Err(HookError::TooLarge);
            }
        }
        Ok(serde_json::from_slice(&answer)?)
    }

    fn known(&self, pair: &(UserId, UserId), now: DateTime<Utc>) -> Option<bool> {
        let known = self.known.lock().ok()?;
        known.get(pair).filter(|known| now < known.until).map(|known| known.allowed)
    }

    /// Remembers an answer; where too many are known, all are forgotten.
    fn learn(&self, pair: (UserId, UserId), answer: Known) {
        let Ok(mut known) = self.known.lock() else { return };
        if known.len() >= limits::MATCHES {
            known.clear();
        }
        known.insert(pair, answer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_as_standard_webhooks_writes_them() {
        assert_eq!(webhook_key("whsec_AQID"), Some(vec![1, 2, 3]));
        assert_eq!(webhook_key("whsec_!"), None);
        assert_eq!(webhook_key("plain"), Some(b"plain".to_vec()));
    }
}
