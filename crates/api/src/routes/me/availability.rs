//! `GET, PUT /api/me/availability`

use axum::{extract::State, response::IntoResponse};

use crate::{
    extract::{Body, Caller, IfMatch},
    problem::{Problem, ProblemDocument},
    routes::teachers::availability::{replace, show},
    state::ApiState,
    view::{Availability, NewAvailability},
};

/// When the caller can be booked.
///
/// Who never said so has version 0 and can be booked at any time.
#[utoipa::path(
    operation_id = "getMyAvailability",
    get, path = "/api/me/availability", tag = "availability",
    responses((status = 200, description = "The caller's hours.", body = Availability,
        headers(("ETag" = String)))),
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    show(&state, &caller.actor.id).await
}

/// Replaces when the caller can be booked. Lessons that are booked stay.
#[utoipa::path(
    operation_id = "setMyAvailability",
    put, path = "/api/me/availability", tag = "availability",
    params(("If-Match" = Option<String>, Header, nullable = false,
        description = "The ETag of the version to replace, or `*`.")),
    request_body = NewAvailability,
    responses(
        (status = 200, description = "The caller's hours as they are now.", body = Availability,
            headers(("ETag" = String))),
        (status = 412, description = "`version_conflict`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn put(
    State(state): State<ApiState>,
    caller: Caller,
    IfMatch(expected): IfMatch,
    body: Body<NewAvailability>,
) -> Result<impl IntoResponse, Problem> {
    replace(&state, &caller.actor.id, &caller.actor, expected, &body.value).await
}
