//! `DELETE /api/sign-in`

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use lectern_store::sign_in;

use crate::{auth::sign_in_token, extract::Caller, problem::Problem, state::ApiState};

/// Makes the token worthless that the caller got for a code, at once. The
/// platform's own tokens are the platform's to end: they stay as they are.
#[utoipa::path(
    operation_id = "signOut",
    delete, path = "/api/sign-in", tag = "sign-in",
    responses((status = 204, description = "Signed out.")),
)]
pub(crate) async fn leave(
    State(state): State<ApiState>,
    _: Caller,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    if let Some(token) = sign_in_token(&headers) {
        state.timed("sign_in_out", sign_in::sign_out(&state.pool, token.0.hash())).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
