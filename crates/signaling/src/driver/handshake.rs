//! `GET /signal`: whether there will be a WebSocket at all.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State, ws::WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use lectern_protocol::{SUBPROTOCOL, limits as protocol_limits};

use super::{Shared, doors::Crowded, socket};

/// The routes of signaling.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new().route("/signal", get(signal)).with_state(shared)
}

/// Why there is no WebSocket. The client has not spoken yet, so the answer is
/// one of HTTP: a problem (RFC 9457) with a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Subprotocol,
    Origin,
    Crowded(Crowded),
    Stopping,
}

async fn signal(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    upgrade: WebSocketUpgrade,
    request: Request,
) -> Response {
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(protocol_limits::FRAME_BYTES)
        .max_frame_size(protocol_limits::FRAME_BYTES);
    let checked = check(&shared, address, &upgrade, request.headers());
    match checked {
        Ok(pass) => {
            let tasks = shared.tasks.clone();
            upgrade
                .on_upgrade(move |socket| tasks.track_future(socket::serve(shared, pass, socket)))
        }
        Err(refusal) => {
            shared.metrics.refused.with_label_values(&[refusal.code()]).inc();
            refusal.into_response()
        }
    }
}

fn check(
    shared: &Arc<Shared>,
    address: SocketAddr,
    upgrade: &WebSocketUpgrade,
    headers: &HeaderMap,
) -> Result<super::doors::Pass, Refusal> {
    if upgrade.selected_protocol().is_none() {
        return Err(Refusal::Subprotocol);
    }
    if !origin_is_allowed(&shared.config.origins, headers) {
        return Err(Refusal::Origin);
    }
    if shared.shutdown.is_cancelled() {
        return Err(Refusal::Stopping);
    }
    shared.doors.enter(address.ip()).map_err(Refusal::Crowded)
}

/// Browsers say where a page comes from; what says nothing is no browser. A
/// page that this very host serves may always connect.
fn origin_is_allowed(allowed: &[String], headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    allowed.iter().any(|allowed| allowed == origin) || (own.is_some() && own == host)
}

impl Refusal {
    const fn code(self) -> &'static str {
        match self {
            Self::Subprotocol => "subprotocol_required",
            Self::Origin => "origin_not_allowed",
            Self::Crowded(Crowded::Node) => "node_full",
            Self::Crowded(Crowded::Address) => "address_full",
            Self::Stopping => "unavailable",
        }
    }

    fn into_response(self) -> Response {
        let (status, title) = match self {
            Self::Subprotocol => (StatusCode::BAD_REQUEST, "the subprotocol is lectern.v1"),
            Self::Origin => (StatusCode::FORBIDDEN, "the page's origin is not allowed"),
            Self::Crowded(Crowded::Node) => (StatusCode::SERVICE_UNAVAILABLE, "the node is full"),
            Self::Crowded(Crowded::Address) => {
                (StatusCode::TOO_MANY_REQUESTS, "too many connections from one address")
            }
            Self::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "the node stops"),
        };
        let problem = serde_json::json!({
            "type": "about:blank", "title": title, "status": status.as_u16(), "code": self.code(),
        });
        let json = HeaderValue::from_static("application/problem+json");
        (status, [(header::CONTENT_TYPE, json)], problem.to_string()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(origin: Option<&'static str>, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("lessons.example:8443"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        let allowed = ["https://school.example".to_owned()];
        assert_eq!(origin_is_allowed(&allowed, &headers), expected, "{origin:?}");
    }

    #[test]
    fn origins() {
        check(None, true);
        check(Some("https://school.example"), true);
        check(Some("https://lessons.example:8443"), true);
        check(Some("http://school.example"), false);
        check(Some("https://school.example.evil.example"), false);
        check(Some("https://lessons.example"), false);
        check(Some("null"), false);
        check(Some(""), false);
    }
}
