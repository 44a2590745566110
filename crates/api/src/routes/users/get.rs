//! `GET /api/users/{id}`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_domain::service_key::Scope;
use lectern_store::users;

use crate::{
    extract::{Principal, UserPath},
    problem::{Code, Problem, ProblemDocument},
    routes::sessions::entity_tag,
    state::ApiState,
    view::User,
};

/// A person's record. Of who was erased there is none.
#[utoipa::path(
    operation_id = "getUser",
    get, path = "/api/users/{id}", tag = "users",
    params(("id" = String, Path, min_length = 1, max_length = 128)),
    security(("platformToken" = []), ("serviceKey" = ["users:read"])),
    responses(
        (status = 200, description = "The record.", body = User, headers(("ETag" = String))),
        (status = 403, description = "`forbidden`: not an admin, or the key lacks the scope.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Principal,
    UserPath(id): UserPath,
) -> Result<impl IntoResponse, Problem> {
    caller.admin_or(Scope::UsersRead)?;
    let record = state.timed("users_record", users::record(&state.pool, &id)).await?;
    let user = User::from(record.ok_or_else(|| Problem::new(Code::NotFound))?);
    Ok(([(header::ETAG, entity_tag(user.version)?)], Json(user)))
}
