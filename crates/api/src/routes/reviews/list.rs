//! `GET /api/reviews/{userId}`

use axum::extract::State;
use lectern_store::reviews;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    extract::{Caller, Listed, PageQuery, Paged, Query, Turns, UserPath},
    problem::Problem,
    state::ApiState,
    view::{Aggregate, Review},
};

/// Somebody's reviews, with their aggregate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewsOf {
    #[serde(flatten)]
    page: Paged<Review>,
    #[serde(flatten)]
    aggregate: Aggregate,
}

impl Turns for ReviewsOf {
    fn next_cursor(&self) -> Option<&str> {
        self.page.next_cursor()
    }
}

/// The published reviews of somebody, the newest first, and all of them in
/// numbers. Somebody who is not known has none.
#[utoipa::path(
    operation_id = "listReviews",
    get, path = "/api/reviews/{userId}", tag = "reviews",
    params(("userId" = String, Path, description = "The platform's id."), PageQuery),
    responses((status = 200, description = "One page of them.", body = inline(ReviewsOf))),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    UserPath(user): UserPath,
    Query(query): Query<PageQuery>,
) -> Result<Listed<ReviewsOf>, Problem> {
    let page = state.timed("reviews_of", reviews::of(&state.pool, &user, query.parse()?)).await?;
    let aggregate =
        state.timed("reviews_aggregate", reviews::aggregate(&state.pool, &user)).await?;
    let page = page.map(|row| {
        let id = caller.actor.id.as_str();
        let private = caller.actor.admin || row.reviewer_id == id || row.reviewee_id == id;
        Review::listed(row, private)
    });
    Ok(Listed(ReviewsOf { page: page.into(), aggregate: aggregate.into() }))
}
