//! `GET /api/teachers/{id}/lessons`

use axum::extract::State;
use lectern_store::sessions;

use crate::{
    extract::{Caller, Listed, PageQuery, Query, UserPath},
    problem::Problem,
    state::ApiState,
    view,
};

/// A teacher's group lessons that have not begun, by start: how many seats
/// there are and are taken, and where the caller stands with each. Who else
/// comes is only told to those who do.
#[utoipa::path(
    operation_id = "listGroupLessons",
    get, path = "/api/teachers/{id}/lessons", tag = "people",
    params(("id" = String, Path, min_length = 1, max_length = 128), PageQuery),
    responses((status = 200, description = "One page of them.", body = inline(view::Sessions))),
)]
pub(crate) async fn lessons(
    State(state): State<ApiState>,
    caller: Caller,
    UserPath(teacher): UserPath,
    Query(query): Query<PageQuery>,
) -> Result<Listed<view::Sessions>, Problem> {
    let (page, now) = (query.parse()?, state.clock.now());
    let list = sessions::open_groups(&state.pool, &teacher, now, page);
    let page = state.timed("sessions_open_groups", list).await?;
    let viewer = view::Viewer { actor: &caller.actor, zone: None };
    let items = viewer.show_all(&state, &page.items).await?;
    Ok(Listed(lectern_store::page::Page { items, next: page.next }.into()))
}
