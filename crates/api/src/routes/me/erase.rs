//! `DELETE /api/me`

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::{Body, Caller},
    problem::{Problem, ProblemDocument},
    routes::users::erase_person,
    state::ApiState,
};

/// That the caller means it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ErasureConfirmation, example = json!({ "confirm": "jonas" }))]
pub(crate) struct Confirmation {
    /// The caller's own id.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 128)]
    confirm: Option<String>,
}

/// Erases the caller for good, as `DELETE /api/users/{id}` does. The account at
/// the platform is the platform's.
#[utoipa::path(
    operation_id = "eraseMe",
    delete, path = "/api/me", tag = "me", request_body = Confirmation,
    responses(
        (status = 204, description = "Nothing is left of the caller."),
        (status = 409, description = "`in_lesson`: the caller is in a room, or a lesson of theirs \
            is in progress; `detail` says until when.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn erase(
    State(state): State<ApiState>,
    caller: Caller,
    body: Body<Confirmation>,
) -> Result<StatusCode, Problem> {
    let id = &caller.actor.id;
    if body.value.confirm.as_deref() != Some(id.as_str()) {
        return Err(Problem::field("/confirm", "expected your own id"));
    }
    erase_person(&state, id.clone(), caller.actor.clone()).await
}
