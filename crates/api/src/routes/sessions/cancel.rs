//! `DELETE /api/sessions/{id}`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_domain::{series::Reach, session::Status, text::Reason};
use lectern_store::sessions::{self, Cancellation, Expected};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{entity_tag, series::ScopeQuery};
use crate::{
    extract::{Caller, Checks, IfMatch, OptionalBody, Query, SessionPath},
    problem::{Code, Problem, ProblemDocument},
    rooms::CloseCause,
    state::ApiState,
    view,
};

/// Why a lesson is called off.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CancelReason {
    /// In words; the others are told.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// Calls a lesson off, frees its people's time and closes its room.
///
/// Its people may until its end has passed, and students until the teacher's
/// deadline, where there is one; an admin also clears away one to which nobody
/// came. `lateCancel` says whether it was after the deadline. The lesson stays,
/// with status `cancelled`. In a series, `scope` says how far this reaches: all
/// of those lessons are called off or none. A student of a group lesson gives
/// their seat back by it, and the lesson takes place.
#[utoipa::path(
    operation_id = "cancelSession",
    delete, path = "/api/sessions/{id}", tag = "sessions",
    params(("id" = uuid::Uuid, Path), ScopeQuery, ("If-Match" = Option<String>, Header, nullable = false,
        description = "The ETag of the version to call off, or `*`.")),
    request_body = Option<CancelReason>,
    responses(
        (status = 200, description = "The lesson as it is now.", body = view::Session,
            headers(("ETag" = String))),
        (status = 403, description = "`not_participant`; `forbidden`: a series of group lessons \
            is its teacher's to call off.", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`invalid_transition`, `too_late_to_cancel`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 412, description = "`version_conflict`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn cancel(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(id): SessionPath,
    Query(query): Query<ScopeQuery>,
    IfMatch(expected): IfMatch,
    OptionalBody(body): OptionalBody<CancelReason>,
) -> Result<impl IntoResponse, Problem> {
    let mut checks = Checks::default();
    let reason = checks.required::<Reason>("/reason", Some(body.reason.as_deref().unwrap_or("")));
    let Some(reason) = reason else { return Err(checks.problem()) };
    let cancellation = Cancellation {
        id,
        expected: expected.unwrap_or(Expected::Any),
        by: caller.actor.clone(),
        reason,
    };
    let (pool, platform, now) = (&state.pool, state.platform(), state.clock.now());
    let cancelled = match query.reach()? {
        Reach::One => {
            let cancel = sessions::cancel(pool, platform, &cancellation, now);
            vec![state.timed("sessions_cancel", cancel).await?]
        }
        reach => {
            let cancel = sessions::cancel_series(pool, platform, &cancellation, reach, now);
            state.timed("sessions_cancel_series", cancel).await?
        }
    };
    for session in &cancelled {
        match session.state.status() {
            Status::Cancelled => state.rooms.close(session.id, CloseCause::Cancelled).await,
            // One seat was given back, and the lesson stands.
            _ => state.rooms.look_again(session.id),
        }
    }
    let session = cancelled.into_iter().find(|session| session.id == id);
    let session = session.ok_or_else(|| Problem::new(Code::NotFound))?;
    let viewer = view::Viewer { actor: &caller.actor, zone: None };
    let view = viewer.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}
