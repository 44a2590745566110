//! `GET /api/reviews/{userId}`

use axum::extract::State;
use lectern_domain::service_key::Scope;
use lectern_store::reviews;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    extract::{Listed, PageQuery, Paged, Principal, Query, Turns, UserPath},
    limits,
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view::{Aggregate, FullAggregate, Review},
};

/// Somebody's reviews, with their aggregate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewsOf {
    #[serde(flatten)]
    page: Paged<Review>,
    #[serde(flatten)]
    ratings: Aggregate,
    /// The same numbers, and by skill.
    aggregate: FullAggregate,
}

impl Turns for ReviewsOf {
    fn next_cursor(&self) -> Option<&str> {
        self.page.next_cursor()
    }
}

/// The published reviews of somebody, the latest published first, and all of
/// them in numbers. Somebody who is not known has none.
#[utoipa::path(
    operation_id = "listReviews",
    get, path = "/api/reviews/{userId}", tag = "reviews",
    params(("userId" = String, Path, description = "The platform's id."), PageQuery),
    security(("platformToken" = []), ("serviceKey" = ["reviews:read"])),
    responses(
        (status = 200, description = "One page of them.", body = inline(ReviewsOf)),
        (status = 403, description = "`forbidden`: the key lacks the scope.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Principal,
    UserPath(user): UserPath,
    Query(query): Query<PageQuery>,
) -> Result<Listed<ReviewsOf>, Problem> {
    let actor = caller.person_or(Scope::ReviewsRead)?;
    let page = state.timed("reviews_of", reviews::of(&state.pool, &user, query.parse()?)).await?;
    let ratings = state.timed("reviews_aggregate", reviews::aggregate(&state.pool, &user)).await?;
    let skills = reviews::by_skill(&state.pool, &user, limits::SKILLS);
    let skills = state.timed("reviews_by_skill", skills).await?;
    let page = page.map(|row| {
        let id = actor.id.as_str();
        let private = actor.admin || row.reviewer_id == id || row.reviewee_id == id;
        Review::listed(row, private)
    });
    let ratings: Aggregate = ratings.into();
    let aggregate = FullAggregate::new(ratings, skills);
    Ok(Listed(ReviewsOf { page: page.into(), ratings, aggregate }))
}
