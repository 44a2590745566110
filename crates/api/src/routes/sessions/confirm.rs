//! `POST /api/sessions/{id}/confirm`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_store::sessions::Decision;

use super::{answer::answer, entity_tag, series::ScopeQuery};
use crate::{
    extract::{Caller, Query, SessionPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// Agrees to a lesson that a student asked for.
///
/// Its teacher may, and admins, until `confirmBy`. Of two requests for one
/// slot, the second can no longer be confirmed. With `scope`, all requests of a
/// series that it reaches are confirmed, or none.
#[utoipa::path(
    operation_id = "confirmSession",
    post, path = "/api/sessions/{id}/confirm", tag = "sessions",
    params(("id" = uuid::Uuid, Path), ScopeQuery),
    responses(
        (status = 200, description = "The lesson, which stands now.", body = view::Session,
            headers(("ETag" = String))),
        (status = 403, description = "`not_participant`; `forbidden` for students",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`slot_taken`, of a series with `starts`; \
            `invalid_transition`: it waits for no answer, or no longer", body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn confirm(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(id): SessionPath,
    Query(query): Query<ScopeQuery>,
) -> Result<impl IntoResponse, Problem> {
    let session = answer(&state, id, &caller.actor, &Decision::Confirm, query.reach()?).await?;
    let viewer = view::Viewer { actor: &caller.actor, zone: None };
    let view = viewer.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}
