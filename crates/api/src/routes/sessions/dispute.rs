//! `POST /api/sessions/{id}/disputes`

use axum::{Json, extract::State, http::StatusCode};
use lectern_domain::{id::DisputeId, text::Grounds};
use lectern_store::disputes::{self, NewDispute};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::{Body, Caller, Checks, SessionPath},
    problem::{Problem, ProblemDocument},
    random,
    state::ApiState,
    view::Dispute,
};

/// What is wrong with a lesson.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewDispute)]
pub(crate) struct DisputeBody {
    /// In words; admins read them, and nobody else.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

/// Asks the admins to decide what became of a lesson. Its people may once each,
/// from when it begins or is called off until 30 days after its end.
#[utoipa::path(
    operation_id = "disputeSession",
    post, path = "/api/sessions/{id}/disputes", tag = "sessions",
    params(("id" = uuid::Uuid, Path)),
    request_body(content = DisputeBody,
        example = json!({ "reason": "I waited for half an hour, and nobody came." })),
    responses(
        (status = 201, description = "It waits for a decision.", body = Dispute),
        (status = 403, description = "`not_participant`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`already_disputed`; `not_disputable`: too early or too late.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn dispute(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(id): SessionPath,
    body: Body<DisputeBody>,
) -> Result<(StatusCode, Json<Dispute>), Problem> {
    let mut checks = Checks::default();
    let grounds = checks.required::<Grounds>("/reason", body.value.reason.as_deref());
    let Some(grounds) = grounds else { return Err(checks.problem()) };
    let new = NewDispute { id: DisputeId(random::id()), session: id, by: caller.actor, grounds };
    let now = state.clock.now();
    let row = state.timed("disputes_open", disputes::open(&state.pool, &new, now)).await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}
