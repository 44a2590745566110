//! `DELETE /api/admin/api-keys/{id}`

use axum::{extract::State, http::StatusCode};
use lectern_store::api_keys;

use crate::{
    extract::{Caller, KeyPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
};

/// Makes a service key worthless, at once and for good. For admins.
#[utoipa::path(
    operation_id = "revokeApiKey",
    delete, path = "/api/admin/api-keys/{id}", tag = "admin",
    params(("id" = uuid::Uuid, Path)),
    responses(
        (status = 204, description = "It is revoked, now or already."),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn revoke(
    State(state): State<ApiState>,
    caller: Caller,
    KeyPath(id): KeyPath,
) -> Result<StatusCode, Problem> {
    let caller = caller.admin()?;
    let now = state.clock.now();
    state.timed("api_keys_revoke", api_keys::revoke(&state.pool, id, &caller.actor, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}
