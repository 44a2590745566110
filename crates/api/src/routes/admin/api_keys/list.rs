//! `GET /api/admin/api-keys`

use axum::extract::State;
use lectern_store::api_keys;

use crate::{
    extract::{Caller, Listed, PageQuery, Paged, Query},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view::ApiKey,
};

/// All service keys, the newest first, with those that have expired or were
/// revoked. Their secrets are not known here. For admins.
#[utoipa::path(
    operation_id = "listApiKeys",
    get, path = "/api/admin/api-keys", tag = "admin", params(PageQuery),
    responses(
        (status = 200, description = "One page of them.", body = inline(Paged<ApiKey>)),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Listed<Paged<ApiKey>>, Problem> {
    caller.admin()?;
    let page = state.timed("api_keys_list", api_keys::list(&state.pool, query.parse()?)).await?;
    Ok(Listed(page.map(ApiKey::from).into()))
}
