//! `GET /api/me/export`

use axum::{extract::State, response::Response};

use crate::{
    extract::Caller, problem::Problem, routes::users::attachment, state::ApiState,
    view::PersonExport,
};

/// Everything that is kept of the caller (GDPR, articles 15 and 20), as
/// `GET /api/users/{id}/export` has it.
#[utoipa::path(
    operation_id = "exportMe",
    get, path = "/api/me/export", tag = "me",
    responses((status = 200, description = "One document, as a file.", body = PersonExport,
            headers(("Content-Disposition" = String, description = "`attachment`")))),
)]
pub(crate) async fn export(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<Response, Problem> {
    attachment(state, caller.actor.id).await
}
