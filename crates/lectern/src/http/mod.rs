//! What surrounds the API and signaling on their listener, and the listener
//! of operators.

pub(crate) mod accept;
mod assets;
mod headers;
mod health;
mod metrics;

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, header},
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
        let router = self
            .api
            .layer(cors(self.origins))
            .merge(self.signaling)
            .merge(health::router(self.health))
            .merge(assets::router());
        headers::protect(router, &self.sockets, self.secure)
    }
}

/// What pages of other origins may send, and read of the answers. Cookies are
/// not among it: there are none.
fn cors(origins: Vec<HeaderValue>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([
            header::ETAG,
            header::LOCATION,
            header::LINK,
            header::RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(PREFLIGHT)
}
