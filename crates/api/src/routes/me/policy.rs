//! `GET, PUT /api/me/policy`

use axum::{extract::State, response::IntoResponse};

use crate::{
    extract::{Body, Caller, IfMatch},
    problem::{Problem, ProblemDocument},
    routes::teachers::policy::{amend, show},
    state::ApiState,
    view::{Policy, PolicyChange},
};

/// What holds for the caller's lessons: what the caller has set, and for the
/// rest what the platform has.
#[utoipa::path(
    operation_id = "getMyPolicy",
    get, path = "/api/me/policy", tag = "availability",
    responses((status = 200, description = "The policy.", body = Policy,
        headers(("ETag" = String)))),
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    show(&state, &caller.actor.id).await
}

/// Replaces what it names, and leaves the rest. Lessons that are booked stay.
#[utoipa::path(
    operation_id = "setMyPolicy",
    put, path = "/api/me/policy", tag = "availability",
    params(("If-Match" = Option<String>, Header, nullable = false,
        description = "The ETag of the version to change, or `*`.")),
    request_body = PolicyChange,
    responses(
        (status = 200, description = "The policy as it is now.", body = Policy,
            headers(("ETag" = String))),
        (status = 412, description = "`version_conflict`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn put(
    State(state): State<ApiState>,
    caller: Caller,
    IfMatch(expected): IfMatch,
    body: Body<PolicyChange>,
) -> Result<impl IntoResponse, Problem> {
    amend(&state, &caller.actor.id, &caller.actor, expected, &body.value).await
}
