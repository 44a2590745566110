//! `GET /api/sessions/{id}/events`

use axum::extract::State;
use lectern_domain::service_key::Scope;
use lectern_store::audit;
use serde::Deserialize;
use utoipa::IntoParams;

use super::visible;
use crate::{
    extract::{Listed, Paged, Principal, Query, SessionPath, position},
    limits,
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view::AuditEvent,
};

/// Which page of the record.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// `nextCursor` of the page before.
    #[param(nullable = false, pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
}

/// What was done to a lesson and by whom, the earliest first; 200 events a page.
///
/// It cannot be changed, not even by the server. What others did with their
/// reviews only admins see.
#[utoipa::path(
    operation_id = "listSessionEvents",
    get, path = "/api/sessions/{id}/events", tag = "sessions",
    params(("id" = uuid::Uuid, Path), EventsQuery),
    security(("platformToken" = []), ("serviceKey" = ["sessions:read"])),
    responses(
        (status = 200, description = "One page of it.", body = inline(Paged<AuditEvent>)),
        (status = 403, description = "`not_participant`; `forbidden`: the key lacks the scope.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn events(
    State(state): State<ApiState>,
    caller: Principal,
    SessionPath(id): SessionPath,
    Query(query): Query<EventsQuery>,
) -> Result<Listed<Paged<AuditEvent>>, Problem> {
    let actor = caller.person_or(Scope::SessionsRead)?;
    let after = position(query.cursor.as_deref())?;
    visible(&state, &actor, id).await?;
    let size = usize::from(limits::EVENTS_PAGE);
    // One event more than a page shows whether there is a next one.
    let page = audit::of_session(&state.pool, id, &actor, after, limits::EVENTS_PAGE + 1);
    let mut events = state.timed("audit_of_session", page).await?;
    let more = events.len() > size;
    events.truncate(size);
    let next_cursor = events.last().filter(|_| more).map(|event| event.id.to_string());
    Ok(Listed(Paged { items: events.into_iter().map(Into::into).collect(), next_cursor }))
}
