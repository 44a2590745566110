//! `GET /api/notifications/stream`

use std::convert::Infallible;

use axum::{
    extract::State,
    http::{HeaderName, header},
    response::{
        IntoResponse,
        sse::{KeepAlive, Sse},
    },
};
use futures_util::stream::unfold;

use crate::{
    extract::{Caller, LastEventId},
    limits,
    problem::{Problem, ProblemDocument},
    push::Stream,
    state::ApiState,
};

/// Asks proxies not to collect the answer before they hand it on.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// The comment that says the stream is there.
const HEARTBEAT: &str = "here";

/// The caller's notices as they come, as server-sent events.
///
/// An event `notice` has the notice's id, and as its data what an item of
/// `GET /api/notifications` is. An event `unread` says how many notices are
/// unread: first of all, after each notice, and when some were read. What was
/// read by way of another node shows within 20 seconds, and so often comes a
/// comment. With `Last-Event-ID` the stream goes on after that notice; one that
/// is not known, or no longer, is as good as none, and the stream begins now.
///
/// The stream ends when the token expires, after fifteen minutes at the latest,
/// when the node stops, and when its reader is too far behind: then open it
/// again, with the last id. A person has
/// at most eight on a node.
#[utoipa::path(
    operation_id = "streamNotifications",
    get, path = "/api/notifications/stream", tag = "notifications",
    params(("Last-Event-ID" = Option<uuid::Uuid>, Header, nullable = false,
        description = "The id of the last notice that arrived.")),
    responses(
        (status = 200, description = "Events until the stream ends.", body = String,
            content_type = "text/event-stream",
            example = "event: unread\ndata: {\"unread\":3}\n\n"),
        (status = 429, description = "`rate_limited`: too many requests, or too many streams of \
            one person; `Retry-After` says when to try again.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn stream(
    State(state): State<ApiState>,
    caller: Caller,
    LastEventId(after): LastEventId,
) -> Result<impl IntoResponse, Problem> {
    let stream = Stream::open(state, caller.actor.id, after, caller.expires_at).await?;
    let events = unfold(stream, async |mut stream| {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    let alive = KeepAlive::new().interval(limits::HEARTBEAT).text(HEARTBEAT);
    let headers = [(header::CACHE_CONTROL, "no-store"), (X_ACCEL_BUFFERING, "no")];
    Ok((headers, Sse::new(events).keep_alive(alive)))
}
