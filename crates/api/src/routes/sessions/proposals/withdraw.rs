//! `DELETE /api/sessions/{id}/proposals/{proposalId}`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_domain::proposal::Rejection;
use lectern_store::sessions;

use super::super::entity_tag;
use crate::{
    extract::{Caller, ProposalPath},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// Withdraws a proposal of the caller's: the lesson keeps its time.
#[utoipa::path(
    operation_id = "withdrawProposal",
    delete, path = "/api/sessions/{id}/proposals/{proposalId}", tag = "sessions",
    params(("id" = uuid::Uuid, Path), ("proposalId" = uuid::Uuid, Path)),
    responses(
        (status = 200, description = "The lesson as it is now.", body = view::Session,
            headers(("ETag" = String))),
        (status = 403, description = "`not_participant`; `forbidden`: it is not the caller's.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`proposal_closed`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn withdraw(
    State(state): State<ApiState>,
    caller: Caller,
    ProposalPath { session, proposal }: ProposalPath,
) -> Result<impl IntoResponse, Problem> {
    let (by, now) = (&caller.actor, state.clock.now());
    let work = sessions::reject(&state.pool, session, proposal, Rejection::Withdrawn, by, now);
    let session = state.timed("sessions_withdraw_proposal", work).await?;
    let view = view::Viewer { actor: by, zone: None }.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}
