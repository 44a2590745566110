//! `GET /api/sessions/{id}/calendar.ics`

use axum::{extract::State, http::header, response::IntoResponse};
use lectern_domain::calendar;

use super::visible;
use crate::{
    extract::{Caller, SessionPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// One lesson, for a calendar.
///
/// iCalendar (RFC 5545) with one event, in UTC: the same `UID` as ever, and a
/// `SEQUENCE` that rises when the lesson is moved or called off.
#[utoipa::path(
    operation_id = "getSessionCalendar",
    get, path = "/api/sessions/{id}/calendar.ics", tag = "sessions",
    params(("id" = uuid::Uuid, Path)),
    responses(
        (status = 200, description = "The event.", body = String, content_type = "text/calendar"),
        (status = 403, description = "`not_participant`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn calendar(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(id): SessionPath,
) -> Result<impl IntoResponse, Problem> {
    let session = visible(&state, &caller.actor, id).await?;
    let url = view::meeting_url(&state, &session);
    let text = calendar::calendar(&session, &url, state.clock.now());
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"lesson.ics\""),
    ];
    Ok((headers, text))
}
