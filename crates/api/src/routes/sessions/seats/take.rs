//! `POST /api/sessions/{id}/seats`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_domain::{id::UserId, series::Reach, session::Place};
use lectern_store::sessions::{self, SeatRequest};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{entity_tag, series::ScopeQuery};
use crate::{
    extract::{Caller, Checks, OptionalBody, Query, SessionPath},
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
///
/// In a series, `scope` says in which lessons: each gives a seat, or a place on
/// its own waitlist. All of them or none: whoever has another lesson at the time
/// of one takes no seat at all, and `starts` says when.
#[utoipa::path(
    operation_id = "takeSeat",
    post, path = "/api/sessions/{id}/seats", tag = "sessions",
    params(("id" = uuid::Uuid, Path), ScopeQuery),
    request_body = Option<NewSeat>,
    responses(
        (status = 200, description = "The lesson as it is now.", body = view::Session,
            headers(("ETag" = String))),
        (status = 403, description = "`not_participant`: not a group lesson; `forbidden`: its \
            teacher takes no seat, and only an admin takes one for somebody; `not_matched`",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`slot_taken`: they have another lesson then, \
            and of a series `starts` says when; \
            `invalid_transition`: it has begun or was called off; `waitlist_full`; `user_erased`",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn take(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(session): SessionPath,
    Query(query): Query<ScopeQuery>,
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
    let (reach, now) = (query.reach()?, state.clock.now());
    // Whoever has a seat, or waits for one, was asked about before.
    let asked_before = reach == Reach::One && lesson.place_of(&user, now) != Place::None;
    if lesson.is_group() && !asked_before {
        state.check_match(&caller.actor, &user, &lesson.teacher).await?;
    }
    let request = SeatRequest { session, user, by: caller.actor.clone() };
    let lessons = match reach {
        Reach::One => {
            let take = sessions::take_seat(&state.pool, &request, now);
            vec![state.timed("sessions_take_seat", take).await?]
        }
        reach => {
            let take = sessions::take_seats(&state.pool, &request, reach, now);
            state.timed("sessions_take_seats", take).await?
        }
    };
    let session = lessons.into_iter().find(|lesson| lesson.id == session);
    let session = session.ok_or_else(|| Problem::new(Code::NotFound))?;
    let view = view::Viewer { actor: &caller.actor, zone: None }.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}
