//! `/livez` and `/readyz`.
//!
//! Both answer from memory: asking for them costs the database nothing.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Serialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::node::Pulse;

/// What readiness is made of.
#[derive(Debug, Clone)]
pub(crate) struct Health {
    pub(crate) pulse: watch::Receiver<Pulse>,
    pub(crate) draining: CancellationToken,
    /// The version of the time-zone rules in use.
    pub(crate) time_zones: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Readiness {
    status: &'static str,
    database: bool,
    draining: bool,
    time_zones: String,
    version: &'static str,
}

pub(super) fn router(health: Health) -> Router {
    Router::new().route("/livez", get(live)).route("/readyz", get(ready)).with_state(health)
}

async fn live() -> Response {
    uncached("ok".into_response())
}

async fn ready(State(health): State<Health>) -> Response {
    let database = *health.pulse.borrow() == Pulse::Beating;
    let draining = health.draining.is_cancelled();
    let (code, status) = match database && !draining {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "unready"),
    };
    let (time_zones, version) = (health.time_zones, env!("CARGO_PKG_VERSION"));
    let readiness = Readiness { status, database, draining, time_zones, version };
    uncached((code, Json(readiness)).into_response())
}

fn uncached(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
