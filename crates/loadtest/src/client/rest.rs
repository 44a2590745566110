//! The REST calls of a lesson, with tokens as the platform would sign them.

use anyhow::{Context as _, bail};
use chrono::{DateTime, SecondsFormat};
use jsonwebtoken::{EncodingKey, Header, encode};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{clock, limits::RESPONSE_BYTES};

/// How long a token is good for, in seconds.
const TOKEN_SECONDS: u64 = 3_600;

/// What makes the platform's tokens: HS256 with its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// The secret, as `LECTERN_AUTH_SECRET` has it.
    pub secret: String,
    /// `iss`, where the server asks for it.
    pub issuer: Option<String>,
    /// `aud`, where the server asks for it.
    pub audience: Option<String>,
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    iat: u64,
    exp: u64,
}

impl Platform {
    /// A token of a user, who is an admin if asked for.
    ///
    /// # Errors
    /// Never for HS256.
    pub fn token(&self, user: &str, admin: bool) -> anyhow::Result<String> {
        let now = clock::unix_seconds();
        let claims = Claims {
            sub: user,
            name: user,
            role: admin.then_some("admin"),
            iss: self.issuer.as_deref(),
            aud: self.audience.as_deref(),
            iat: now,
            exp: now + TOKEN_SECONDS,
        };
        let key = EncodingKey::from_secret(self.secret.as_bytes());
        encode(&Header::default(), &claims, &key).context("sign a token")
    }
}

/// A session, as far as it is used.
#[derive(Debug, Deserialize)]
struct Session {
    id: String,
}

/// What lets a participant into a room.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Ticket {
    /// The room token.
    pub token: String,
    /// The WebSocket of the node that holds the room.
    pub url: String,
}

/// A server's API.
#[derive(Debug, Clone)]
pub struct Server {
    http: Client,
    base: String,
}

impl Server {
    /// The API at `base`, such as `http://127.0.0.1:8080`. Each has
    /// connections of its own.
    ///
    /// # Errors
    /// The client cannot be made.
    pub fn new(base: &str) -> anyhow::Result<Self> {
        // Whoever was first installed the same.
        let provider = rustls::crypto::ring::default_provider();
        provider.install_default().map_err(drop).unwrap_or_default();
        let http = Client::builder().no_proxy().tcp_nodelay(true).build()?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned() })
    }

    /// Books a lesson that begins `in_seconds` from now. `None`: the time is
    /// taken.
    ///
    /// # Errors
    /// Any other answer.
    pub async fn book(
        &self,
        token: &str,
        teacher: &str,
        in_seconds: u64,
        minutes: u32,
    ) -> anyhow::Result<Option<String>> {
        let body = serde_json::json!({
            "teacher": teacher,
            "title": "Load test",
            "duration": minutes,
            "scheduledAt": rfc3339(clock::unix_seconds() + in_seconds)?,
        });
        let request = self.http.post(format!("{}/api/sessions", self.base)).json(&body);
        match send::<Session>(request.bearer_auth(token)).await? {
            Ok(session) => Ok(Some(session.id)),
            Err((StatusCode::CONFLICT, _)) => Ok(None),
            Err((status, problem)) => bail!("booking was answered {status}: {problem}"),
        }
    }

    /// Reads something, to the last byte.
    ///
    /// # Errors
    /// Any answer but a success.
    pub async fn get(&self, token: &str, path: &str) -> anyhow::Result<()> {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(token);
        match send::<serde_json::Value>(request).await? {
            Ok(_) => Ok(()),
            Err((status, problem)) => bail!("{path} was answered {status}: {problem}"),
        }
    }

    /// Asks to be let into a lesson.
    ///
    /// # Errors
    /// Any answer but 200.
    pub async fn join(&self, token: &str, session: &str) -> anyhow::Result<Ticket> {
        let url = format!("{}/api/sessions/{session}/join", self.base);
        match send(self.http.post(url).bearer_auth(token)).await? {
            Ok(ticket) => Ok(ticket),
            Err((status, problem)) => bail!("joining was answered {status}: {problem}"),
        }
    }
}

/// The body of a success, or status and body of a refusal.
async fn send<T: DeserializeOwned>(
    request: RequestBuilder,
) -> anyhow::Result<Result<T, (StatusCode, String)>> {
    let response = request.send().await?;
    let status = response.status();
    let length = response.content_length().unwrap_or(0);
    anyhow::ensure!(length <= RESPONSE_BYTES as u64, "a response of {length} bytes");
    let body = response.bytes().await?;
    if status.is_success() {
        return Ok(Ok(serde_json::from_slice(&body)?));
    }
    Ok(Err((status, String::from_utf8_lossy(&body).into_owned())))
}

/// Seconds since the epoch as RFC 3339, in UTC.
///
/// # Errors
/// The calendar does not reach so far.
pub fn rfc3339(seconds: u64) -> anyhow::Result<String> {
    let instant = i64::try_from(seconds).ok().and_then(|at| DateTime::from_timestamp(at, 0));
    let instant = instant.with_context(|| format!("{seconds} s is past the calendar"))?;
    Ok(instant.to_rfc3339_opts(SecondsFormat::Secs, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_say_who() {
        let platform =
            Platform { secret: "s".repeat(32), issuer: Some("me".to_owned()), audience: None };
        let token = platform.token("bench", true).unwrap();
        let mut validation = jsonwebtoken::Validation::default();
        validation.set_issuer(&["me"]);
        let key = jsonwebtoken::DecodingKey::from_secret(platform.secret.as_bytes());
        let claims =
            jsonwebtoken::decode::<serde_json::Value>(&token, &key, &validation).unwrap().claims;
        assert_eq!((&claims["sub"], &claims["role"]), (&"bench".into(), &"admin".into()));
    }
}
