//! `DELETE /api/holds/{id}`

use axum::{extract::State, http::StatusCode};
use lectern_store::{StoreError, holds};

use crate::{
    extract::{Caller, HoldPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
};

/// Lets go of a hold of the caller's. It is no fault if it has ended already,
/// since it was used, a newer one took its place, or its time was over.
#[utoipa::path(
    operation_id = "releaseHold",
    delete, path = "/api/holds/{id}", tag = "availability",
    params(("id" = uuid::Uuid, Path)),
    responses(
        (status = 204, description = "The slot is free again."),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn release(
    State(state): State<ApiState>,
    caller: Caller,
    HoldPath(id): HoldPath,
) -> Result<StatusCode, Problem> {
    let holder = &caller.actor.id;
    let work = holds::release(&state.pool, id, holder);
    match state.timed("holds_release", work).await {
        Err(StoreError::NotFound) if id.is_of(holder) => Ok(StatusCode::NO_CONTENT),
        released => Ok(released.map(|()| StatusCode::NO_CONTENT)?),
    }
}
