//! Headers that a request is conditional on.

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, header, request::Parts},
};
use lectern_domain::{
    id::{NotificationId, UserId},
    session::Version,
};
use lectern_store::sessions::Expected;
use sha2::{Digest as _, Sha256};

use crate::{problem::Problem, state::ApiState};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// `If-Match` (RFC 9110, section 13.1.1), if there is one.
#[derive(Debug)]
pub(crate) struct IfMatch(pub(crate) Option<Expected>);

impl FromRequestParts<ApiState> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        let mut versions = Vec::new();
        let mut given = false;
        for value in parts.headers.get_all(header::IF_MATCH) {
            given = true;
            let malformed = || Problem::field("If-Match", "expected entity tags or *");
            let text = value.to_str().map_err(|_| malformed())?.trim();
            if text == "*" {
                return Ok(Self(Some(Expected::Any)));
            }
            versions.extend(versions_of(text).ok_or_else(malformed)?);
        }
        Ok(Self(given.then_some(Expected::OneOf(versions))))
    }
}

/// The versions that a list of entity tags names (RFC 9110, section 8.8.3): a
/// weak tag never matches, and neither does one of another form. None, if it is
/// no such list.
fn versions_of(mut list: &str) -> Option<Vec<Version>> {
    let mut versions = Vec::new();
    loop {
        let weak = list.strip_prefix("W/");
        let (tag, after) = weak.unwrap_or(list).strip_prefix('"')?.split_once('"')?;
        if !tag.bytes().all(|b| b.is_ascii_graphic()) {
            return None;
        }
        // A reader's tag goes on after the version: see `layers::validate`.
        let version = tag.split('.').next().unwrap_or_default();
        if weak.is_none()
            && let Ok(version) = version.parse()
        {
            versions.push(Version(version));
        }
        let after = after.trim_start();
        if after.is_empty() {
            return Some(versions);
        }
        list = after.strip_prefix(',')?.trim_start();
    }
}

/// `Last-Event-ID` of a stream of notices, if there is one: the last notice that
/// the reader has.
#[derive(Debug)]
pub(crate) struct LastEventId(pub(crate) Option<NotificationId>);

impl FromRequestParts<ApiState> for LastEventId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(LAST_EVENT_ID) else { return Ok(Self(None)) };
        let id = value.to_str().ok().and_then(|id| id.parse().ok());
        let malformed = || Problem::field("Last-Event-ID", "expected the id of a notice");
        Ok(Self(Some(id.ok_or_else(malformed)?)))
    }
}

/// `Idempotency-Key`, if there is one.
#[derive(Debug)]
pub(crate) struct IdempotencyKey(Option<String>);

impl FromRequestParts<ApiState> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(IDEMPOTENCY_KEY) else { return Ok(Self(None)) };
        let max = crate::limits::IDEMPOTENCY_KEY;
        let visible = |key: &&str| key.bytes().all(|b| b.is_ascii_graphic());
        let key = value.to_str().ok().filter(|key| (1..=max).contains(&key.len())).filter(visible);
        let problem = || {
            let detail = format_args!("expected 1 to {max} visible ASCII characters");
            Problem::field("Idempotency-Key", detail)
        };
        Ok(Self(Some(key.ok_or_else(problem)?.to_owned())))
    }
}

/// A request that is to happen once: its key, and a digest of what it asks.
#[derive(Debug)]
pub(crate) struct Once {
    caller: UserId,
    key: String,
    digest: [u8; 32],
}

impl IdempotencyKey {
    /// Binds the key to what is asked for.
    pub(crate) fn bind(self, caller: &UserId, operation: &str, body: &[u8]) -> Option<Once> {
        let mut digest = Sha256::new();
        digest.update(operation.as_bytes());
        digest.update([0]);
        digest.update(body);
        let digest = digest.finalize().into();
        self.0.map(|key| Once { caller: caller.clone(), key, digest })
    }
}

impl Once {
    /// The same, as the store takes it.
    pub(crate) fn as_store(&self) -> lectern_store::idempotency::Once<'_> {
        lectern_store::idempotency::Once {
            caller: &self.caller,
            key: &self.key,
            request: &self.digest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_among_tags() {
        let versions = |list| versions_of(list).map(|all| all.iter().map(|v| v.0).collect());
        assert_eq!(versions(r#""7""#), Some(vec![7]));
        assert_eq!(versions(r#""7.a1b2" , "8",W/"9""#), Some(vec![7, 8]));
        // A comma is a character of a tag like any other.
        assert_eq!(versions(r#"W/"",",%`LH,E", "3","N""#), Some(vec![3]));
        for list in ["", "7", r#""7"#, r#""7","#, r#","7""#, r#""7""8""#, r#""7 ""#, r#"w/"7""#] {
            assert_eq!(versions_of(list), None, "{list}");
        }
    }
}
