//! `DELETE /api/sessions/{id}/seats/{userId}`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_store::sessions::{self, SeatRequest};

use super::super::{entity_tag, visible};
use crate::{
    extract::{Caller, SeatPath},
    problem::{Code, Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// Takes somebody's seat in a group lesson away, or their place on the waitlist.
/// Its teacher and admins may, until the lesson is over; whoever loses a seat is
/// told, and put out of the room if they are there.
#[utoipa::path(
    operation_id = "removeSeat",
    delete, path = "/api/sessions/{id}/seats/{userId}", tag = "sessions",
    params(("id" = uuid::Uuid, Path),
        ("userId" = String, Path, min_length = 1, max_length = 128)),
    responses(
        (status = 200, description = "The lesson as it is now.", body = view::Session,
            headers(("ETag" = String))),
        (status = 403, description = "`not_participant`; `forbidden`: only its teacher may.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`invalid_transition`: it is over or was called off.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    SeatPath { session, user }: SeatPath,
) -> Result<impl IntoResponse, Problem> {
    let lesson = visible(&state, &caller.actor, session).await?;
    if !caller.actor.admin && caller.actor.id != lesson.teacher {
        let detail = "only the teacher takes somebody's seat away";
        return Err(Problem::new(Code::Forbidden).detail(detail));
    }
    let request = SeatRequest { session, user, by: caller.actor.clone() };
    let give = sessions::give_seat_back(&state.pool, state.platform(), &request, state.clock.now());
    let session = state.timed("sessions_give_seat_back", give).await?;
    state.rooms.look_again(session.id);
    let view = view::Viewer { actor: &caller.actor, zone: None }.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}
