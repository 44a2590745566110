//! `/api/demo/…`: who there is to be, and being it.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use lectern_domain::clock::Clock;
use serde::{Deserialize, Serialize};

use super::people::{PEOPLE, Part, Person};
use crate::tokens::{Issuer, Subject};

/// How long somebody stays signed in.
const LIFETIME: TimeDelta = TimeDelta::hours(12);
/// The longest request, in bytes.
const BODY: usize = 1024;

/// What signing in needs.
#[derive(Clone)]
pub(crate) struct SignIn {
    pub(crate) issuer: Issuer,
    pub(crate) clock: Arc<dyn Clock>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: &'static str,
    name: &'static str,
    role: &'static str,
    time_zone: &'static str,
    headline: &'static str,
}

#[derive(Debug, Serialize)]
struct People {
    items: Vec<Shown>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SignedIn {
    token: String,
    expires_at: String,
    user: Shown,
}

pub(crate) fn router(sign_in: SignIn) -> Router {
    Router::new()
        .route("/api/demo/people", get(people))
        .route("/api/demo/sign-in", post(sign_in_as))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(sign_in)
}

async fn people() -> Json<People> {
    Json(People { items: PEOPLE.iter().map(show).collect() })
}

async fn sign_in_as(
    State(state): State<SignIn>,
    chosen: Result<Json<Chosen>, JsonRejection>,
) -> Response {
    let chosen = match chosen {
        Ok(Json(chosen)) => chosen,
        Err(rejection) => return problem(rejection.status(), "malformed", "expected {\"id\"}"),
    };
    let Some(person) = Person::find(&chosen.id) else {
        return problem(StatusCode::NOT_FOUND, "not_found", "there is nobody of this id");
    };
    let subject = Subject {
        id: person.id,
        name: Some(person.name),
        role: Some(if person.part == Part::Admin { "admin" } else { "user" }),
        locale: Some(person.locale),
        time_zone: Some(person.time_zone),
    };
    let now = state.clock.now();
    match state.issuer.issue(&subject, now, LIFETIME) {
        Ok(token) => {
            let expires_at = instant(now + LIFETIME);
            uncached(Json(SignedIn { token, expires_at, user: show(person) }).into_response())
        }
        Err(error) => {
            tracing::error!(%error, "demo.token_not_signed");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "internal", "no token could be made")
        }
    }
}

fn show(person: &'static Person) -> Shown {
    let Person { id, name, part, time_zone, headline, .. } = person;
    Shown { id, name, role: part.as_str(), time_zone, headline }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn problem(status: StatusCode, code: &str, title: &str) -> Response {
    let problem = serde_json::json!({
        "type": "about:blank", "title": title, "status": status.as_u16(), "code": code,
    });
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
    uncached((status, json, problem.to_string()).into_response())
}

/// What was answered to one person is nobody else's.
fn uncached(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
