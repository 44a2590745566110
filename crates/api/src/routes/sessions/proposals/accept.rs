//! `POST /api/sessions/{id}/proposals/{proposalId}/accept`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_domain::id::SeriesId;
use lectern_store::sessions;

use super::super::entity_tag;
use crate::{
    extract::{Caller, ProposalPath},
    problem::{Problem, ProblemDocument},
    random,
    state::ApiState,
    view,
};

/// Accepts a proposal: the lesson moves to its time, if everybody is free then.
///
/// Only the side that did not make it may. As far as its `scope` says, the others
/// of the series move by as much, all of them or none; `starts` says which meet
/// another lesson.
#[utoipa::path(
    operation_id = "acceptProposal",
    post, path = "/api/sessions/{id}/proposals/{proposalId}/accept", tag = "sessions",
    params(("id" = uuid::Uuid, Path), ("proposalId" = uuid::Uuid, Path)),
    responses(
        (status = 200, description = "The lesson as it is now.", body = view::Session,
            headers(("ETag" = String))),
        (status = 403, description = "`not_participant`; `forbidden`: it is the caller's own.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`proposal_closed`; `slot_taken` with `starts`",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn accept(
    State(state): State<ApiState>,
    caller: Caller,
    ProposalPath { session, proposal }: ProposalPath,
) -> Result<impl IntoResponse, Problem> {
    let (by, now) = (&caller.actor, state.clock.now());
    let split = SeriesId(random::id());
    let work = sessions::accept(&state.pool, state.platform(), session, proposal, by, split, now);
    let session = state.timed("sessions_accept_proposal", work).await?;
    let view = view::Viewer { actor: by, zone: None }.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}
