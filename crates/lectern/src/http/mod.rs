//! What surrounds the API and signaling on their listener, and the listener
//! of operators.

pub(crate) mod accept;
mod assets;
mod headers;
mod health;
mod metrics;

use axum::{
    Router,
    http::{HeaderValue, Method, header},
};
use tower_http::cors::CorsLayer;

pub(crate) use self::{health::Health, metrics::router as metrics_router};

/// The longest time that a browser keeps the answer to a preflight.
const PREFLIGHT: std::time::Duration = std::time::Duration::from_secs(600);

/// What the public listener serves.
#[derive(Debug)]
pub(crate) struct Public {
    /// Everything under `/api`.
    pub(crate) api: Router,
    /// `GET /signal`.
    pub(crate) signaling: Router,
    pub(crate) health: Health,
    /// Origins of other sites whose pages may call the API.
    pub(crate) origins: Vec<HeaderValue>,
    /// Where the WebSocket is, as the pages' policy names it.
    pub(crate) sockets: Vec<String>,
    /// Whether people come by HTTPS.
    pub(crate) secure: bool,
}

impl Public {
    pub(crate) fn router(self) -> Router {
        let cors = CorsLayer::new()
            .allow_origin(self.origins)
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::IF_MATCH,
                header::HeaderName::from_static("idempotency-key"),
            ])
            .expose_headers([header::ETAG, header::LOCATION, header::RETRY_AFTER])
            .max_age(PREFLIGHT);
        let router = self
            .api
            .layer(cors)
            .merge(self.signaling)
            .merge(health::router(self.health))
            .merge(assets::router());
        headers::protect(router, &self.sockets, self.secure)
    }
}
