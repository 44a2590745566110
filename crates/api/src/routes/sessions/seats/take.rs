//! `POST /api/sessions/{id}/seats`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_domain::{id::UserId, session::Place};
use lectern_store::sessions::{self, SeatRequest};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::entity_tag;
use crate::{
    extract::{Caller, Checks, OptionalBody, SessionPath},
    problem::{Code, Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// For whom a seat is taken.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewSeat {
    /// Who comes, where an admin takes a seat for somebody. Otherwise the caller.
    #[schema(min_length = 1, max_length = 128)]
    student: Option<String>,
}

/// Takes a seat in a group lesson, or one that was offered.
///
/// Where no seat is free, the caller is put on the waitlist; a seat that becomes
/// free is offered to the first there, and kept for two hours, at most until the
/// lesson starts. `seats.mine` says which it is. Repeating this changes nothing.
#[utoipa::path(
    operation_id = "takeSeat",
    post, path = "/api/sessions/{id}/seats", tag = "sessions",
    params(("id" = uuid::Uuid, Path)),
    request_body = Option<NewSeat>,
    responses(
        (status = 200, description = "The lesson as it is now.", body = view::Session,
            headers(("ETag" = String))),
        (status = 403, description = "`not_participant`: not a group lesson; `forbidden`: its \
            teacher takes no seat, and only an admin takes one for somebody; `not_matched`",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`slot_taken`: they have another lesson then; \
            `invalid_transition`: it has begun or was called off; `waitlist_full`",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn take(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(session): SessionPath,
    OptionalBody(body): OptionalBody<NewSeat>,
) -> Result<impl IntoResponse, Problem> {
    let mut checks = Checks::default();
    let student = checks.optional::<UserId>("/student", body.student.as_deref());
    checks.done()?;
    let user = student.unwrap_or_else(|| caller.actor.id.clone());
    if user != caller.actor.id && !caller.actor.admin {
        let detail = "only an admin takes a seat for somebody else";
        return Err(Problem::new(Code::Forbidden).detail(detail));
    }
    let lesson = state.timed("sessions_find", sessions::find(&state.pool, session)).await?;
    let lesson = lesson.ok_or_else(|| Problem::new(Code::NotFound))?;
    // Whoever has a seat, or waits for one, was asked about before.
    if lesson.is_group() && lesson.place_of(&user, state.clock.now()) == Place::None {
        state.check_match(&caller.actor, &user, &lesson.teacher).await?;
    }
    let request = SeatRequest { session, user, by: caller.actor.clone() };
    let take = sessions::take_seat(&state.pool, &request, state.clock.now());
    let session = state.timed("sessions_take_seat", take).await?;
    let view = view::Viewer { actor: &caller.actor, zone: None }.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}
