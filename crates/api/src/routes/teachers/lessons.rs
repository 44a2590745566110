//! `GET /api/teachers/{id}/lessons`

use axum::extract::State;
use lectern_store::sessions;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    extract::{Caller, Checks, Listed, Query, UserPath, page},
    problem::Problem,
    routes::sessions::zone,
    state::ApiState,
    view,
};

/// Which page, on whose clocks.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GroupLessonsQuery {
    /// Adds `localStart`, on the clocks of this IANA zone.
    #[param(nullable = false)]
    time_zone: Option<String>,
    /// `nextCursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// The most lessons of a page.
    #[param(value_type = Option<u16>, nullable = false, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
}

/// A teacher's group lessons that have not begun, by start: how many seats
/// there are and are taken, and where the caller stands with each. Who else
/// comes is only told to those who do.
#[utoipa::path(
    operation_id = "listGroupLessons",
    get, path = "/api/teachers/{id}/lessons", tag = "people",
    params(("id" = String, Path, min_length = 1, max_length = 128), GroupLessonsQuery),
    responses((status = 200, description = "One page of them.", body = inline(view::Sessions))),
)]
pub(crate) async fn lessons(
    State(state): State<ApiState>,
    caller: Caller,
    UserPath(teacher): UserPath,
    Query(query): Query<GroupLessonsQuery>,
) -> Result<Listed<view::Sessions>, Problem> {
    let zone = zone(&state, query.time_zone.as_deref())?;
    let mut checks = Checks::default();
    let page = page(&mut checks, query.cursor.as_deref(), query.limit.as_deref());
    checks.done()?;
    let now = state.clock.now();
    let list = sessions::open_groups(&state.pool, &teacher, now, page);
    let page = state.timed("sessions_open_groups", list).await?;
    let viewer = view::Viewer { actor: &caller.actor, zone: zone.as_ref() };
    let items = viewer.show_all(&state, &page.items).await?;
    Ok(Listed(lectern_store::page::Page { items, next: page.next }.into()))
}
