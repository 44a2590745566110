//! `POST /api/reviews/{id}/reply`

use axum::{Json, extract::State};
use lectern_domain::text::Reply;
use lectern_store::reviews;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::{Body, Caller, Checks, ReviewPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view::Review,
};

/// An answer to a review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReviewReply)]
pub(crate) struct ReplyBody {
    /// In words; everybody who sees the review sees them.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 2000)]
    text: Option<String>,
}

/// Replies to a review of the caller: once, and for good.
#[utoipa::path(
    operation_id = "replyToReview",
    post, path = "/api/reviews/{id}/reply", tag = "reviews",
    params(("id" = uuid::Uuid, Path)),
    request_body(content = ReplyBody, example = json!({ "text": "Thank you, I will." })),
    responses(
        (status = 200, description = "The review with its reply.", body = Review),
        (status = 403, description = "`forbidden`: it is about somebody else.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: there is none, or none that is published.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "`already_replied`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn reply(
    State(state): State<ApiState>,
    caller: Caller,
    ReviewPath(id): ReviewPath,
    body: Body<ReplyBody>,
) -> Result<Json<Review>, Problem> {
    let mut checks = Checks::default();
    let text = checks.required::<Reply>("/text", body.value.text.as_deref());
    let Some(text) = text else { return Err(checks.problem()) };
    let now = state.clock.now();
    let row = state
        .timed("reviews_reply", reviews::reply(&state.pool, id, &text, &caller.actor, now))
        .await?;
    Ok(Json(Review::listed(row, true)))
}
