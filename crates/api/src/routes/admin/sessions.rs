//! `/api/admin/sessions`

pub(crate) mod cancel;
pub(crate) mod complete;
pub(crate) mod list;

use axum::Json;
use lectern_domain::{dispute::Outcome, id::SessionId, text::Grounds};
use lectern_store::sessions::{self, Ruling};
use serde::Deserialize;
use utoipa::ToSchema;

use super::disputes::decide::close_if_cancelled;
use crate::{
    extract::{Caller, Checks},
    problem::Problem,
    state::ApiState,
    view,
};

/// Why an admin decides.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AdminReason)]
pub(crate) struct ReasonBody {
    /// In words; the lesson's people are told, and it stays on record.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

/// Decides what became of a lesson.
async fn rule(
    state: &ApiState,
    admin: Caller,
    session: SessionId,
    outcome: Outcome,
    body: &ReasonBody,
) -> Result<Json<view::Session>, Problem> {
    let mut checks = Checks::default();
    let grounds = checks.required::<Grounds>("/reason", body.reason.as_deref());
    let Some(grounds) = grounds else { return Err(checks.problem()) };
    let ruling = Ruling { session, outcome, grounds, by: admin.actor.clone() };
    let now = state.clock.now();
    let session = state.timed("sessions_rule", sessions::rule(&state.pool, &ruling, now)).await?;
    close_if_cancelled(state, &session).await;
    let viewer = view::Viewer { actor: &admin.actor, zone: None };
    Ok(Json(viewer.show(state, &session).await?))
}
