//! `POST /api/sessions/{id}/decline`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_domain::text::Reason;
use lectern_store::sessions::Decision;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{answer::answer, entity_tag, series::ScopeQuery};
use crate::{
    extract::{Caller, Checks, OptionalBody, Query, SessionPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// Why a request is declined.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeclineReason {
    /// In words; the student is told.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// Says no to a lesson that a student asked for.
///
/// The lesson stays, `cancelled` and with confirmation `declined`; with `scope`,
/// all requests of a series that it reaches.
#[utoipa::path(
    operation_id = "declineSession",
    post, path = "/api/sessions/{id}/decline", tag = "sessions",
    params(("id" = uuid::Uuid, Path), ScopeQuery),
    request_body = Option<DeclineReason>,
    responses(
        (status = 200, description = "The lesson as it is now.", body = view::Session,
            headers(("ETag" = String))),
        (status = 403, description = "`not_participant`; `forbidden` for students",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`invalid_transition`: it waits for no answer, or no longer",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn decline(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(id): SessionPath,
    Query(query): Query<ScopeQuery>,
    OptionalBody(body): OptionalBody<DeclineReason>,
) -> Result<impl IntoResponse, Problem> {
    let mut checks = Checks::default();
    let reason = checks.required::<Reason>("/reason", Some(body.reason.as_deref().unwrap_or("")));
    let Some(reason) = reason else { return Err(checks.problem()) };
    let no = Decision::Decline(reason);
    let session = answer(&state, id, &caller.actor, &no, query.reach()?).await?;
    let viewer = view::Viewer { actor: &caller.actor, zone: None };
    let view = viewer.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}
