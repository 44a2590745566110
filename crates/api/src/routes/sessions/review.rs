//! `GET` and `PUT /api/sessions/{id}/review`

use axum::{Json, extract::State};
use lectern_domain::id::UserId;
use lectern_store::reviews::{self, Change};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::visible;
use crate::{
    extract::{Body, Caller, Checks, SessionPath},
    limits,
    problem::{Problem, ProblemDocument},
    routes::reviews::Said,
    state::ApiState,
    view::Review,
};

/// What the caller has written after a lesson.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnReviews {
    /// None yet, one, or in a lesson with several students one of each.
    items: Vec<Review>,
}

/// What the caller has written after a lesson, published or not.
#[utoipa::path(
    operation_id = "getOwnReview",
    get, path = "/api/sessions/{id}/review", tag = "reviews",
    params(("id" = uuid::Uuid, Path)),
    responses(
        (status = 200, description = "The caller's own.", body = OwnReviews),
        (status = 403, description = "`not_participant`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(id): SessionPath,
) -> Result<Json<OwnReviews>, Problem> {
    visible(&state, &caller.actor, id).await?;
    let mine = reviews::mine(&state.pool, id, &caller.actor.id, limits::OWN_REVIEWS);
    let rows = state.timed("reviews_mine", mine).await?;
    Ok(Json(OwnReviews { items: rows.into_iter().map(|row| Review::listed(row, true)).collect() }))
}

/// What the caller's review is to say. What is not named is taken out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReviewChange)]
pub(crate) struct ChangeBody {
    /// How good it was.
    #[schema(required = true, nullable = false, minimum = 1, maximum = 5)]
    rating: Option<i64>,
    /// In words.
    #[schema(max_length = 4000)]
    comment: Option<String>,
    /// How far the other is in the lesson's skill.
    #[schema(minimum = 1, maximum = 5)]
    skill_level: Option<i64>,
    /// Which review, in a lesson with several students: that of whom.
    #[schema(min_length = 1, max_length = 128)]
    reviewee_id: Option<String>,
}

/// Changes what the caller has written after a lesson, as long as it is not
/// published and the window is open.
#[utoipa::path(
    operation_id = "editOwnReview",
    put, path = "/api/sessions/{id}/review", tag = "reviews",
    params(("id" = uuid::Uuid, Path)),
    request_body(content = ChangeBody,
        example = json!({ "rating": 4, "comment": "Patient and clear.", "skillLevel": 3 })),
    responses(
        (status = 200, description = "The review as it is now.", body = Review),
        (status = 403, description = "`not_participant`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: the caller has not written one.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "`review_published`: others can see it; `not_reviewable`: \
            the window has closed.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn edit(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(id): SessionPath,
    body: Body<ChangeBody>,
) -> Result<Json<Review>, Problem> {
    let (mut checks, body) = (Checks::default(), body.value);
    let of = checks.optional::<UserId>("/revieweeId", body.reviewee_id.as_deref());
    let said = Said::parse(&mut checks, body.rating, body.comment.as_deref(), body.skill_level);
    let Some(Said { rating, comment, skill_level }) = said else { return Err(checks.problem()) };
    checks.done()?;
    let change = Change { session: id, by: caller.actor, of, rating, comment, skill_level };
    let (window, now) = (state.review_window, state.clock.now());
    let row = state.timed("reviews_edit", reviews::edit(&state.pool, &change, window, now)).await?;
    Ok(Json(Review::listed(row, true)))
}
