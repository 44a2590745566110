//! What surrounds every request: its id, its time and its figures, who makes
//! it and how often, and the form of whatever goes wrong.

mod next;
mod validate;

use std::{any::Any, net::SocketAddr, time::Instant};

use axum::{
    extract::{ConnectInfo, MatchedPath, OriginalUri, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::Instrument as _;

pub(crate) use self::{next::NextPage, validate::validate};
use crate::{
    auth::{self, Identity},
    limits,
    problem::{Code, Problem},
    random,
    rate::{Account, Key},
    state::ApiState,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What requests to no route are counted as.
const NO_ROUTE: &str = "none";

/// Whether there was a good token or key; handlers that need one take it from here.
#[derive(Debug, Clone)]
pub(crate) struct Authenticated(pub(crate) Result<Identity, Problem>);

/// The outermost layer: names the request, counts and logs it, and gives
/// problems their final form.
#[expect(clippy::disallowed_methods, reason = "the layer measures how long the answer took")]
pub(crate) async fn observe(
    State(state): State<ApiState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request_id(&request);
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| NO_ROUTE.to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("http", request_id = %id, %method, route);
    let uri = request.extensions().get::<OriginalUri>().map(|OriginalUri(uri)| uri.clone());
    let account = Account::default();
    request.extensions_mut().insert(account.clone());
    let in_flight = state.metrics.begin();
    let began = Instant::now();
    let answer = tokio::time::timeout(limits::REQUEST, next.run(request)).instrument(span.clone());
    let mut response = match answer.await {
        Ok(response) => response,
        Err(_) => Problem::unavailable("the request took too long").into_response(),
    };
    let elapsed = began.elapsed();
    drop(in_flight);
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        if let Some(cause) = problem.cause() {
            span.in_scope(
                || tracing::error!(event = "request_failed", code = ?problem.code(), cause),
            );
        }
        response = problem.write_into(response, &id);
    }
    if let Ok(value) = HeaderValue::try_from(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if let (Some(next), Some(uri)) = (response.extensions_mut().remove::<NextPage>(), uri)
        && let Some(link) = next.link(&uri)
    {
        response.headers_mut().insert(header::LINK, link);
    }
    account.say(response.headers_mut());
    no_store(&mut response);
    let status = response.status();
    state.metrics.answered(&method, &route, status, elapsed);
    if status.is_success() && !method.is_safe() {
        state.hub.wake();
    }
    let milliseconds = elapsed.as_secs_f64() * 1e3;
    span.in_scope(|| {
        tracing::info!(event = "http_answered", status = status.as_u16(), milliseconds)
    });
    response
}

/// The id a proxy gave the request, if it is a harmless text, or a new one.
fn request_id(request: &Request) -> String {
    let harmless = |text: &&str| {
        (1..=limits::REQUEST_ID).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    given.filter(harmless).map_or_else(|| random::id().to_string(), ToOwned::to_owned)
}

/// Finds out who calls, and whether they may again.
pub(crate) async fn admit(
    State(state): State<ApiState>,
    mut request: Request,
    next: Next,
) -> Response {
    let now = state.clock.now();
    let identity = auth::identify(&state, request.headers()).await;
    let key = match &identity {
        Ok(identity) => Key::User(identity.counted_as().to_string()),
        Err(_) => request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(Key::Rest, |ConnectInfo(peer)| Key::Address(peer.ip())),
    };
    let allowance = state.limiter.take(key, now);
    if let Some(account) = request.extensions().get::<Account>() {
        account.note(allowance);
    }
    match allowance.check() {
        Ok(()) => {
            request.extensions_mut().insert(Authenticated(identity));
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// What one caller sees is nobody else's, and nothing a cache should keep.
fn no_store(response: &mut Response) {
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(no_store);
}

/// A handler that panicked is a fault like any other.
pub(crate) fn panicked(payload: Box<dyn Any + Send + 'static>) -> Response {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a text");
    Problem::new(Code::Internal).caused_by(format_args!("panic: {text}")).into_response()
}
