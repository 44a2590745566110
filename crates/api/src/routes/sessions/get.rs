//! `GET /api/sessions/{id}`

use axum::{Json, extract::State, http::header, response::IntoResponse};

use super::{ZoneQuery, entity_tag, visible, zone};
use crate::{
    extract::{Caller, Query, SessionPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// One lesson, for its people and for admins.
#[utoipa::path(
    operation_id = "getSession",
    get, path = "/api/sessions/{id}", tag = "sessions",
    params(("id" = uuid::Uuid, Path), ZoneQuery),
    responses(
        (status = 200, description = "The lesson.", body = view::Session,
            headers(("ETag" = String))),
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
    Query(query): Query<ZoneQuery>,
) -> Result<impl IntoResponse, Problem> {
    let zone = zone(&state, query.time_zone.as_deref())?;
    let session = visible(&state, &caller, id).await?;
    let viewer = view::Viewer { actor: &caller.actor, zone: zone.as_ref() };
    let view = viewer.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}
