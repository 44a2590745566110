//! The REST calls of a lesson, with tokens as the platform would sign them.

use anyhow::{Context as _, bail};
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
            "scheduledAt": rfc3339(clock::unix_seconds() + in_seconds),
        });
        let request = self.http.post(format!("{}/api/sessions", self.base)).json(&body);
        match send::<Session>(request.bearer_auth(token)).await? {
            Ok(session) => Ok(Some(session.id)),
            Err((StatusCode::CONFLICT, _)) => Ok(None),
            Err((status, problem)) => bail!("booking was answered {status}: {problem}"),
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

/// Seconds since the epoch as RFC 3339, in UTC (the civil-from-days algorithm
/// of Howard Hinnant).
fn rfc3339(seconds: u64) -> String {
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // From the epoch to eras of 400 years that begin on 1 March.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_rfc_3339() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_804_300_205, "2027-03-06T05:30:05Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), expected);
        }
    }

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
