//! `POST /api/admin/reviews/{id}/moderate`

use axum::{Json, extract::State};
use lectern_domain::text::Grounds;
use lectern_store::reviews::{self, Action, Moderation};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::{Body, Caller, Checks, ReviewPath},
    limits,
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view::ModeratedReview,
};

/// A decision on a review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReviewModeration)]
pub(crate) struct ModerateBody {
    /// Takes it from view, or gives it back.
    #[schema(required = true, nullable = false, value_type = ModerationAction)]
    action: Option<String>,
    /// Why; the author is told, and it stays on record.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

/// What becomes of a review.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it documents the two texts that the body may hold")]
pub(crate) enum ModerationAction {
    /// Others no longer see it, and it no longer counts.
    Hide,
    /// They do, and it does.
    Restore,
}

/// Hides a review or gives it back. What the reviewee's numbers are follows at
/// once. For admins.
#[utoipa::path(
    operation_id = "moderateReview",
    post, path = "/api/admin/reviews/{id}/moderate", tag = "admin",
    params(("id" = uuid::Uuid, Path)),
    request_body(content = ModerateBody,
        example = json!({ "action": "hide", "reason": "It names somebody's address." })),
    responses(
        (status = 200, description = "The review as it is now.", body = ModeratedReview),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`invalid_transition`: it is hidden or in view already.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn moderate(
    State(state): State<ApiState>,
    caller: Caller,
    ReviewPath(id): ReviewPath,
    body: Body<ModerateBody>,
) -> Result<Json<ModeratedReview>, Problem> {
    let caller = caller.admin()?;
    let mut checks = Checks::default();
    let action = match body.value.action.as_deref() {
        Some("hide") => Some(Action::Hide),
        Some("restore") => Some(Action::Restore),
        _ => {
            checks.reject("/action", "expected one of hide, restore");
            None
        }
    };
    let grounds = checks.required::<Grounds>("/reason", body.value.reason.as_deref());
    let (Some(action), Some(grounds)) = (action, grounds) else { return Err(checks.problem()) };
    let moderation = Moderation { review: id, action, grounds, by: caller.actor };
    let now = state.clock.now();
    let row =
        state.timed("reviews_moderate", reviews::moderate(&state.pool, &moderation, now)).await?;
    let ids = [row.id];
    let reports = reviews::reports(&state.pool, &ids, limits::REPORTS);
    let reports = state.timed("reviews_reports", reports).await?;
    Ok(Json(ModeratedReview::new(row, &reports)))
}
