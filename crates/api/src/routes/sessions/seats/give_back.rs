//! `DELETE /api/sessions/{id}/seats`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_store::sessions::{self, SeatRequest};

use super::super::entity_tag;
use crate::{
    extract::{Caller, SessionPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// Gives the caller's seat in a group lesson back, or their place on the
/// waitlist. The lesson stands, and the seat is offered to who waits for one.
#[utoipa::path(
    operation_id = "giveSeatBack",
    delete, path = "/api/sessions/{id}/seats", tag = "sessions",
    params(("id" = uuid::Uuid, Path)),
    responses(
        (status = 200, description = "The lesson as it is now.", body = view::Session,
            headers(("ETag" = String))),
        (status = 403, description = "`not_participant`; `forbidden`: its teacher has no seat.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`invalid_transition`: it has begun or was called off; \
            `too_late_to_cancel`",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn give_back(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(session): SessionPath,
) -> Result<impl IntoResponse, Problem> {
    let user = caller.actor.id.clone();
    let request = SeatRequest { session, user, by: caller.actor.clone() };
    let give = sessions::give_seat_back(&state.pool, state.platform(), &request, state.clock.now());
    let session = state.timed("sessions_give_seat_back", give).await?;
    let view = view::Viewer { actor: &caller.actor, zone: None }.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}
