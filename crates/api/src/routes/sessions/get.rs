//! `GET /api/sessions/{id}`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_domain::service_key::Scope;
use lectern_store::sessions;

use super::{ZoneQuery, entity_tag, zone};
use crate::{
    extract::{Principal, Query, SessionPath},
    problem::{Code, Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// One lesson, for its people, for who waits for a seat in it, and for admins.
#[utoipa::path(
    operation_id = "getSession",
    get, path = "/api/sessions/{id}", tag = "sessions",
    params(("id" = uuid::Uuid, Path), ZoneQuery),
    security(("platformToken" = []), ("serviceKey" = ["sessions:read"])),
    responses(
        (status = 200, description = "The lesson.", body = view::Session,
            headers(("ETag" = String))),
        (status = 403, description = "`not_participant`; `forbidden`: the key lacks the scope.", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Principal,
    SessionPath(id): SessionPath,
    Query(query): Query<ZoneQuery>,
) -> Result<impl IntoResponse, Problem> {
    let zone = zone(&state, query.time_zone.as_deref())?;
    let actor = caller.person_or(Scope::SessionsRead)?;
    let session = state
        .timed("sessions_find", sessions::find(&state.pool, id))
        .await?
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    session.may_follow(&actor, state.clock.now())?;
    let viewer = view::Viewer { actor: &actor, zone: zone.as_ref() };
    let view = viewer.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}
