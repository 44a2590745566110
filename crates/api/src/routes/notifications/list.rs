//! `GET /api/notifications`

use axum::extract::State;
use lectern_store::notifications;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    extract::{Caller, Listed, PageQuery, Paged, Query, Turns},
    problem::Problem,
    state::ApiState,
    view::Notice,
};

/// Notices, and how many are unread.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Notices {
    #[serde(flatten)]
    page: Paged<Notice>,
    /// How many notices of all pages are unread.
    unread: i64,
}

impl Turns for Notices {
    fn next_cursor(&self) -> Option<&str> {
        self.page.next_cursor()
    }
}

/// The caller's notices, the newest first.
#[utoipa::path(
    operation_id = "listNotifications",
    get, path = "/api/notifications", tag = "notifications", params(PageQuery),
    responses((status = 200, description = "One page of them.", body = inline(Notices))),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Listed<Notices>, Problem> {
    let user = &caller.actor.id;
    let page = state
        .timed("notifications_list", notifications::list(&state.pool, user, query.parse()?))
        .await?;
    let unread =
        state.timed("notifications_unread", notifications::unread(&state.pool, user)).await?;
    Ok(Listed(Notices { page: page.map(Notice::from).into(), unread }))
}
