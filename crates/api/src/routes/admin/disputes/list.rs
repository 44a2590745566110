//! `GET /api/admin/disputes`

use axum::extract::State;
use lectern_store::disputes::{self, State as Which};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    extract::{Caller, Checks, Listed, Paged, Query, page},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view::Dispute,
};

/// Which disputes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DisputesQuery {
    /// Those that wait for a decision, or those that have one.
    #[param(nullable = false, pattern = "^(open|decided)$")]
    state: Option<String>,
    /// `nextCursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// The most disputes.
    #[param(value_type = Option<u16>, nullable = false, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
}

/// Everybody's disputes, the newest first. For admins.
#[utoipa::path(
    operation_id = "listDisputes",
    get, path = "/api/admin/disputes", tag = "admin", params(DisputesQuery),
    responses(
        (status = 200, description = "One page of them.", body = inline(Paged<Dispute>)),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<DisputesQuery>,
) -> Result<Listed<Paged<Dispute>>, Problem> {
    caller.admin()?;
    let mut checks = Checks::default();
    let which = checks.optional::<Which>("?state", query.state.as_deref());
    let page = page(&mut checks, query.cursor.as_deref(), query.limit.as_deref());
    checks.done()?;
    let page = state.timed("disputes_list", disputes::list(&state.pool, which, page)).await?;
    Ok(Listed(page.map(Dispute::from).into()))
}
