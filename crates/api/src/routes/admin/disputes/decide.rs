//! `POST /api/admin/disputes/{id}/decide`

use axum::{Json, extract::State};
use lectern_domain::{
    dispute::Outcome,
    session::{self, Status},
    text::Grounds,
};
use lectern_store::disputes::{self, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::{Body, Caller, Checks, DisputePath},
    problem::{Problem, ProblemDocument},
    rooms::CloseCause,
    state::ApiState,
    view::{Dispute, DisputeOutcome},
};

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DisputeDecision)]
pub(crate) struct DecideBody {
    /// What becomes of the lesson.
    #[schema(required = true, nullable = false, value_type = DisputeOutcome)]
    outcome: Option<String>,
    /// Why; the lesson's people are told, and it stays on record.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

/// Decides a dispute, for good, and carries the decision out on the lesson. For
/// admins.
#[utoipa::path(
    operation_id = "decideDispute",
    post, path = "/api/admin/disputes/{id}/decide", tag = "admin",
    params(("id" = uuid::Uuid, Path)),
    request_body(content = DecideBody,
        example = json!({ "outcome": "teacher-no-show", "reason": "The room saw only the student." })),
    responses(
        (status = 200, description = "The dispute as it is now.", body = Dispute),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`already_decided`; `invalid_transition`: the lesson is what \
            it is to become, or has not begun.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn decide(
    State(state): State<ApiState>,
    caller: Caller,
    DisputePath(id): DisputePath,
    body: Body<DecideBody>,
) -> Result<Json<Dispute>, Problem> {
    let caller = caller.admin()?;
    let mut checks = Checks::default();
    let outcome = checks.required::<Outcome>("/outcome", body.value.outcome.as_deref());
    let grounds = checks.required::<Grounds>("/reason", body.value.reason.as_deref());
    let (Some(outcome), Some(grounds)) = (outcome, grounds) else { return Err(checks.problem()) };
    let decision = Decision { dispute: id, outcome, grounds, by: caller.actor };
    let now = state.clock.now();
    let (row, session) =
        state.timed("disputes_decide", disputes::decide(&state.pool, &decision, now)).await?;
    close_if_cancelled(&state, &session).await;
    Ok(Json(row.into()))
}

/// Nobody is left in the room of a lesson that an admin has called off.
pub(crate) async fn close_if_cancelled(state: &ApiState, session: &session::Session) {
    if session.state.status() == Status::Cancelled {
        state.rooms.close(session.id, CloseCause::Cancelled).await;
    }
}
