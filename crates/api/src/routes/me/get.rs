//! `GET /api/me`

use axum::{Json, extract::State};
use lectern_store::users;

use crate::{auth, extract::Caller, problem::Problem, state::ApiState, view::Me};

/// Who the caller is.
#[utoipa::path(
    operation_id = "getMe",
    get, path = "/api/me", tag = "me",
    responses((status = 200, description = "The caller.", body = Me)),
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<Json<Me>, Problem> {
    show(&state, &caller).await
}

/// The caller, as they are stored.
pub(super) async fn show(state: &ApiState, caller: &Caller) -> Result<Json<Me>, Problem> {
    let user = state.timed("users_find", users::find(&state.pool, &caller.actor.id)).await?;
    // Who is erased at this moment is stored no more.
    let user = user.ok_or_else(auth::erased)?;
    Ok(Json(Me::new(user, caller.actor.admin)))
}
