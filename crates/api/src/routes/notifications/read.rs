//! `POST /api/notifications/read`

use axum::{extract::State, http::StatusCode};
use lectern_domain::id::NotificationId;
use lectern_store::notifications;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::{Body, Caller, Checks},
    limits,
    problem::Problem,
    state::ApiState,
};

/// Which notices were read: `ids`, or `all`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Read {
    /// These.
    #[schema(value_type = Option<Vec<uuid::Uuid>>, max_items = 200)]
    ids: Option<Vec<String>>,
    /// All of them.
    all: Option<bool>,
}

/// Marks the caller's notices as read. Ids that are not theirs change nothing.
#[utoipa::path(
    operation_id = "markNotificationsRead",
    post, path = "/api/notifications/read", tag = "notifications", request_body = Read,
    responses((status = 204, description = "Done.")),
)]
pub(crate) async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    body: Body<Read>,
) -> Result<StatusCode, Problem> {
    let ids = parse(&body.value)?;
    let (user, now) = (&caller.actor.id, state.clock.now());
    let mark = notifications::mark_read(&state.pool, user, ids.as_deref(), now);
    state.timed("notifications_mark_read", mark).await?;
    state.hub.has_read(user);
    Ok(StatusCode::NO_CONTENT)
}

/// The ids, or none for all.
fn parse(body: &Read) -> Result<Option<Vec<NotificationId>>, Problem> {
    let mut checks = Checks::default();
    let ids = match (&body.ids, body.all.unwrap_or(false)) {
        (None, true) => return Ok(None),
        (Some(ids), false) if ids.len() <= limits::IDS => ids,
        (Some(_), false) => {
            return Err(Problem::field("/ids", format_args!("at most {}", limits::IDS)));
        }
        _ => return Err(Problem::field("/ids", "either ids or all is required")),
    };
    let parsed = ids
        .iter()
        .enumerate()
        .filter_map(|(n, id)| checks.accept(&format!("/ids/{n}"), id.parse()))
        .collect();
    checks.done()?;
    Ok(Some(parsed))
}
