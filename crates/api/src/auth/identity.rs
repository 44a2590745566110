//! Who calls, from what stands in `Authorization`.

use axum::http::{HeaderMap, header};
use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{KeyId, UserId},
    service_key::{PREFIX, Scope, ServiceKey},
    sign_in::{self, SignInToken},
};
use lectern_store::{
    StoreError, api_keys,
    sign_in::{self as sign_ins, SignedIn},
    users::{self, Claims},
};

use super::token::Bearer;
use crate::{problem::Problem, state::ApiState};

/// Somebody who may call.
#[derive(Debug, Clone)]
pub(crate) enum Identity {
    /// With the platform's token, or one that was got for a code.
    Person(Bearer),
    /// With one of the platform's keys.
    Service(Service),
}

/// A server of the platform.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) key: KeyId,
    pub(crate) scopes: Vec<Scope>,
}

impl Identity {
    /// By whom requests are counted.
    pub(crate) fn counted_as(&self) -> UserId {
        match self {
            Self::Person(bearer) => bearer.actor.id.clone(),
            Self::Service(service) => service.key.into(),
        }
    }
}

/// Finds out who calls.
pub(crate) async fn identify(state: &ApiState, headers: &HeaderMap) -> Result<Identity, Problem> {
    let token = bearer(headers)?;
    let now = state.clock.now();
    if token.starts_with(sign_in::PREFIX) {
        return signed_in(state, token, now).await.map(Identity::Person);
    }
    if token.starts_with(PREFIX) {
        return service(state, token, now).await.map(Identity::Service);
    }
    let mut bearer = state.authenticator.identify(token, now).await?;
    let zone = bearer.claims.time_zone.take();
    bearer.claims.time_zone =
        zone.and_then(|zone| state.zones.name(&zone).ok()).map(|zone| zone.to_string());
    if !state.remembered.knows(&bearer.claims, now) {
        let remember = users::remember(&state.pool, &bearer.claims, now);
        match state.timed("users_remember", remember).await {
            Err(StoreError::UserErased) => return Err(erased()),
            stored => stored?,
        }
        state.remembered.learn(&bearer.claims, now);
    }
    Ok(Identity::Person(bearer))
}

/// The bearer token of a request (RFC 6750).
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let header = headers
        .get(header::AUTHORIZATION)
        .ok_or_else(|| Problem::unauthenticated("no token was sent"))?;
    header
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| Problem::unauthenticated("expected a bearer token"))
}

/// The token of a request, where it is one that was got for a code.
pub(crate) fn sign_in_token(headers: &HeaderMap) -> Option<SignInToken> {
    bearer(headers).ok()?.parse().ok()
}

async fn signed_in(state: &ApiState, text: &str, now: DateTime<Utc>) -> Result<Bearer, Problem> {
    let refused = || Problem::unauthenticated("the sign-in has ended");
    let SignInToken(secret) = text.parse().map_err(|_| refused())?;
    let SignedIn { actor, name, expires_at } = state
        .timed("sign_ins_find", sign_ins::find(&state.pool, secret.hash(), now))
        .await?
        .ok_or_else(refused)?;
    // What else the platform says of them is stored already.
    let claims = Claims { id: actor.id.clone(), name, locale: None, time_zone: None, email: None };
    Ok(Bearer { actor, claims, expires_at })
}

/// A token may be good for longer than its person is there.
pub(crate) fn erased() -> Problem {
    Problem::unauthenticated("the person of this token was erased")
}

async fn service(state: &ApiState, text: &str, now: DateTime<Utc>) -> Result<Service, Problem> {
    // One answer for every key that is no good: which of them exist is no
    // stranger's business.
    let refused = || Problem::unauthenticated("the key is not good");
    let key: ServiceKey = text.parse().map_err(|_| refused())?;
    let known = state
        .timed("api_keys_find", api_keys::find(&state.pool, key.id, now))
        .await?
        .filter(|known| key.matches(&known.hash))
        .ok_or_else(refused)?;
    state.timed("api_keys_used", api_keys::used(&state.pool, key.id, &known, now)).await?;
    Ok(Service { key: key.id, scopes: known.scopes })
}
