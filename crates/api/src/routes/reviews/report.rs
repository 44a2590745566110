//! `POST /api/reviews/{id}/report`

use axum::{extract::State, http::StatusCode};
use lectern_domain::text::Grounds;
use lectern_store::reviews::{self, NewReport};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::{Body, Caller, Checks, ReviewPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
};

/// Why a review is reported.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewReviewReport)]
pub(crate) struct ReportBody {
    /// In words; admins read them.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

/// Reports a review to the admins. Once is enough: a second report of the same
/// caller changes nothing.
#[utoipa::path(
    operation_id = "reportReview",
    post, path = "/api/reviews/{id}/report", tag = "reviews",
    params(("id" = uuid::Uuid, Path)),
    request_body(content = ReportBody, example = json!({ "reason": "It is about another lesson." })),
    responses(
        (status = 204, description = "The admins will see it."),
        (status = 404, description = "`not_found`: there is none, or none that is published.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn report(
    State(state): State<ApiState>,
    caller: Caller,
    ReviewPath(id): ReviewPath,
    body: Body<ReportBody>,
) -> Result<StatusCode, Problem> {
    let mut checks = Checks::default();
    let grounds = checks.required::<Grounds>("/reason", body.value.reason.as_deref());
    let Some(grounds) = grounds else { return Err(checks.problem()) };
    let report = NewReport { review: id, by: caller.actor, grounds };
    let now = state.clock.now();
    state.timed("reviews_report", reviews::report(&state.pool, &report, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}
