//! `GET /api/history`

use axum::{Json, extract::State};
use lectern_domain::{
    session::ParticipantRole,
    text::{Search, Skill},
};
use lectern_store::sessions::{self, Filter, Order, Scope};
use serde::Deserialize;
use utoipa::IntoParams;

use super::sessions::zone;
use crate::{
    extract::{Caller, Checks, Query, page},
    problem::Problem,
    state::ApiState,
    view,
};

/// Which past lessons.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Those in which the caller was this.
    #[param(value_type = Option<view::SessionRole>, nullable = false)]
    role: Option<String>,
    /// Those that were not over before this instant.
    #[param(nullable = false, format = DateTime)]
    from: Option<String>,
    /// Those that started before this instant.
    #[param(nullable = false, format = DateTime)]
    to: Option<String>,
    /// Those that taught this.
    #[param(nullable = false)]
    skill: Option<String>,
    /// Those with this text in the title, the description, the skill or a name.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    q: Option<String>,
    /// Adds `localStart`, on the clocks of this IANA zone.
    #[param(nullable = false)]
    time_zone: Option<String>,
    /// `nextCursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// The most lessons.
    #[param(value_type = Option<u16>, nullable = false, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
}

/// The caller's own lessons that are over, completed early or called off; the
/// latest first.
#[utoipa::path(
    operation_id = "listHistory",
    get, path = "/api/history", tag = "sessions", params(HistoryQuery),
    responses((status = 200, description = "One page of them.", body = inline(view::Sessions))),
)]
pub(crate) async fn history(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<view::Sessions>, Problem> {
    let zone = zone(&state, query.time_zone.as_deref())?;
    let mut checks = Checks::default();
    let role = checks.optional::<ParticipantRole>("?role", query.role.as_deref());
    let filter = Filter {
        scope: Scope::Of(caller.actor.id.clone(), role),
        order: Order::NewestFirst,
        statuses: Vec::new(),
        from: checks.instant("?from", query.from.as_deref()),
        to: checks.instant("?to", query.to.as_deref()),
        past: Some(state.clock.now()),
        skill: checks.optional::<Skill>("?skill", query.skill.as_deref()),
        search: checks.optional::<Search>("?q", query.q.as_deref()),
    };
    let page = page(&mut checks, query.cursor.as_deref(), query.limit.as_deref());
    checks.done()?;
    let page = state.timed("sessions_list", sessions::list(&state.pool, &filter, page)).await?;
    let viewer = view::Viewer { actor: &caller.actor, zone: zone.as_ref() };
    let items = viewer.show_all(&state, &page.items).await?;
    Ok(Json(lectern_store::page::Page { items, next: page.next }.into()))
}
