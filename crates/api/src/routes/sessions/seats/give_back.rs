//! `DELETE /api/sessions/{id}/seats`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_domain::series::Reach;
use lectern_store::sessions::{self, SeatRequest};

use super::super::{entity_tag, series::ScopeQuery};
use crate::{
    extract::{Caller, Query, SessionPath},
    problem::{Code, Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// Gives the caller's seat in a group lesson back, or their place on the
/// waitlist. The lesson stands, and the seat is offered to who waits for one.
/// Whoever is in its room already is put out.
///
/// In a series, `scope` says in which lessons: all of them or, where one is past
/// the teacher's deadline, none. Those without a seat or place are passed over.
#[utoipa::path(
    operation_id = "giveSeatBack",
    delete, path = "/api/sessions/{id}/seats", tag = "sessions",
    params(("id" = uuid::Uuid, Path), ScopeQuery),
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
    Query(query): Query<ScopeQuery>,
) -> Result<impl IntoResponse, Problem> {
    let user = caller.actor.id.clone();
    let request = SeatRequest { session, user, by: caller.actor.clone() };
    let (pool, platform, now) = (&state.pool, state.platform(), state.clock.now());
    let lessons = match query.reach()? {
        Reach::One => {
            let give = sessions::give_seat_back(pool, platform, &request, now);
            vec![state.timed("sessions_give_seat_back", give).await?]
        }
        reach => {
            let give = sessions::give_seats_back(pool, platform, &request, reach, now);
            state.timed("sessions_give_seats_back", give).await?
        }
    };
    lessons.iter().for_each(|lesson| state.rooms.look_again(lesson.id));
    let session = lessons.into_iter().find(|lesson| lesson.id == session);
    let session = session.ok_or_else(|| Problem::new(Code::NotFound))?;
    let view = view::Viewer { actor: &caller.actor, zone: None }.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}
