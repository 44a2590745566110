//! `GET /api/matches/{userId}`

use axum::{Json, extract::State};
use lectern_domain::service_key::Scope;
use lectern_store::matches;

use super::put::Matches;
use crate::{
    extract::{Principal, UserPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
};

/// The teachers whom a student may book, where `match.mode` is `list`.
#[utoipa::path(
    operation_id = "getMatches",
    get, path = "/api/matches/{userId}", tag = "admin",
    params(("userId" = String, Path, min_length = 1, max_length = 128)),
    security(("platformToken" = []), ("serviceKey" = ["matches:write"])),
    responses(
        (status = 200, description = "In the order of their ids.", body = Matches),
        (status = 403, description = "`forbidden`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Principal,
    UserPath(student): UserPath,
) -> Result<Json<Matches>, Problem> {
    caller.admin_or(Scope::MatchesWrite)?;
    let list = matches::teachers_of(&state.pool, &student);
    let teachers = state.timed("matches_teachers_of", list).await?;
    Ok(Json(Matches { teachers }))
}
