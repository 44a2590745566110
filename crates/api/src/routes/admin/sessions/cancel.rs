//! `POST /api/admin/sessions/{id}/cancel`

use axum::{Json, extract::State};
use lectern_domain::dispute::Outcome;

use super::{ReasonBody, rule};
use crate::{
    extract::{Body, Caller, SessionPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// Calls a lesson off in any state, even a completed one, and closes its room.
/// What was published of it stays, unless it is moderated. For admins.
#[utoipa::path(
    operation_id = "forceCancel",
    post, path = "/api/admin/sessions/{id}/cancel", tag = "admin",
    params(("id" = uuid::Uuid, Path)),
    request_body(content = ReasonBody, example = json!({ "reason": "The teacher's account was closed." })),
    responses(
        (status = 200, description = "The lesson as it is now.", body = view::Session),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`invalid_transition`: it is cancelled already.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn cancel(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(id): SessionPath,
    body: Body<ReasonBody>,
) -> Result<Json<view::Session>, Problem> {
    rule(&state, caller.admin()?, id, Outcome::Cancel, &body.value).await
}
