//! `POST /api/admin/sessions/{id}/complete`

use axum::{Json, extract::State};
use lectern_domain::dispute::Outcome;

use super::{ReasonBody, rule};
use crate::{
    extract::{Body, Caller, SessionPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// Decides that a lesson took place, whatever the media server saw: it is
/// completed, and may be reviewed. For admins.
#[utoipa::path(
    operation_id = "forceComplete",
    post, path = "/api/admin/sessions/{id}/complete", tag = "admin",
    params(("id" = uuid::Uuid, Path)),
    request_body(content = ReasonBody, example = json!({ "reason": "Both say that they met elsewhere." })),
    responses(
        (status = 200, description = "The lesson as it is now.", body = view::Session),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`invalid_transition`: it is completed already, or has not begun.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn complete(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(id): SessionPath,
    body: Body<ReasonBody>,
) -> Result<Json<view::Session>, Problem> {
    rule(&state, caller.admin()?, id, Outcome::Complete, &body.value).await
}
