//! Room tokens: JWTs (RFC 7519) of the booking side, signed with HS256 by one
//! of the node's keys.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use lectern_domain::room::RoomGrant;

use crate::config::RoomKeys;

/// How far the clocks of the booking side and of this node may differ.
const LEEWAY_SECONDS: i64 = 5;

/// The token is not one that opens a room now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadToken {
    /// Not signed by us with HS256, or not a room's.
    #[error("the token is not valid")]
    Invalid,
    /// Good once.
    #[error("the token has expired")]
    Expired,
}

/// Checks a token and returns what it grants.
pub(super) fn verify(
    token: &str,
    keys: &RoomKeys,
    now: DateTime<Utc>,
) -> Result<RoomGrant, BadToken> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[RoomGrant::AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "aud", "sub"]);
    // Time is told by the node's clock, below, and not asked by the library.
    validation.validate_exp = false;
    let grant = keys
        .0
        .iter()
        .find_map(|key| {
            decode::<RoomGrant>(token, &DecodingKey::from_secret(key), &validation).ok()
        })
        .ok_or(BadToken::Invalid)?
        .claims;
    let now = now.timestamp();
    if grant.iat > now + LEEWAY_SECONDS {
        return Err(BadToken::Invalid);
    }
    if grant.exp + LEEWAY_SECONDS <= now {
        return Err(BadToken::Expired);
    }
    Ok(grant)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use chrono::TimeDelta;
    use jsonwebtoken::{EncodingKey, Header, encode};
    use lectern_domain::{id::SessionId, room::Role};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    const NEW: &[u8] = b"the key that signs at present";
    const OLD: &[u8] = b"the key that signed before it";

    fn keys() -> RoomKeys {
        RoomKeys(vec![NEW.to_vec(), OLD.to_vec()])
    }

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn grant() -> RoomGrant {
        RoomGrant {
            aud: RoomGrant::AUDIENCE.into(),
            room: SessionId(Uuid::from_u128(1)),
            sub: "mira".parse().expect("user"),
            name: "Mira".into(),
            role: Role::Student,
            fence: 3,
            iat: now().timestamp(),
            exp: now().timestamp() + RoomGrant::LIFETIME_SECONDS,
        }
    }

    fn sign(algorithm: Algorithm, key: &[u8], claims: &impl serde::Serialize) -> String {
        encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key)).expect("sign")
    }

    #[test]
    fn any_present_key_opens() {
        for key in [NEW, OLD] {
            let token = sign(Algorithm::HS256, key, &grant());
            assert_eq!(verify(&token, &keys(), now()), Ok(grant()));
        }
        let token = sign(Algorithm::HS256, b"a key of somebody else's", &grant());
        assert_eq!(verify(&token, &keys(), now()), Err(BadToken::Invalid));
    }

    #[test]
    fn a_token_has_its_time() {
        let token = sign(Algorithm::HS256, NEW, &grant());
        let at = |seconds| now() + TimeDelta::seconds(seconds);
        let last = RoomGrant::LIFETIME_SECONDS + LEEWAY_SECONDS - 1;
        assert!(verify(&token, &keys(), at(last)).is_ok());
        assert_eq!(verify(&token, &keys(), at(last + 1)), Err(BadToken::Expired));
        assert!(verify(&token, &keys(), at(-LEEWAY_SECONDS)).is_ok());
        assert_eq!(verify(&token, &keys(), at(-LEEWAY_SECONDS - 1)), Err(BadToken::Invalid));
    }

    #[test]
    fn what_is_not_a_room_token_is_refused() {
        let mut claims = serde_json::to_value(grant()).expect("claims");
        let with = |field: &str, value: serde_json::Value| {
            let mut claims = serde_json::to_value(grant()).expect("claims");
            claims[field] = value;
            sign(Algorithm::HS256, NEW, &claims)
        };
        claims.as_object_mut().expect("an object").remove("exp");
        let unsigned = format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
            URL_SAFE_NO_PAD.encode(serde_json::to_string(&grant()).expect("claims")),
        );
        for (what, token) in [
            ("another audience", with("aud", json!("lectern"))),
            ("another algorithm", sign(Algorithm::HS384, NEW, &grant())),
            ("no algorithm", unsigned),
            ("an unknown claim", with("admin", json!(true))),
            ("an unknown role", with("role", json!("headmaster"))),
            ("no expiry", sign(Algorithm::HS256, NEW, &claims)),
            ("no token", "x".into()),
            ("nothing", String::new()),
        ] {
            assert_eq!(verify(&token, &keys(), now()), Err(BadToken::Invalid), "{what}");
        }
    }
}
