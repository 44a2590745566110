//! `GET /api/admin/reviews`

use axum::extract::State;
use lectern_store::reviews;

use crate::{
    extract::{Caller, Listed, PageQuery, Paged, Query},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view::Review,
};

/// Everybody's reviews, the newest first. For admins.
#[utoipa::path(
    operation_id = "listAllReviews",
    get, path = "/api/admin/reviews", tag = "admin", params(PageQuery),
    responses(
        (status = 200, description = "One page of them.", body = inline(Paged<Review>)),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn reviews(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Listed<Paged<Review>>, Problem> {
    caller.admin()?;
    let page = state.timed("reviews_all", reviews::all(&state.pool, query.parse()?)).await?;
    Ok(Listed(page.map(|row| Review::listed(row, true)).into()))
}
