//! `GET /api/sessions`

use axum::extract::State;
use lectern_domain::{
    id::SeriesId,
    person::Actor,
    service_key::Scope,
    session::{ParticipantRole, Status},
    text::{Search, Skill},
};
use lectern_store::{
    page::PageRequest,
    sessions::{self, Filter, Order, Scope as Whose},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::zone;
use crate::{
    extract::{Checks, Listed, Principal, Query, page},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view,
};

/// Which lessons.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SessionsQuery {
    /// In one of these states, separated by commas.
    #[param(nullable = false, example = "scheduled,in-progress")]
    status: Option<String>,
    /// Those in which the caller is this.
    #[param(value_type = Option<view::SessionRole>, nullable = false)]
    role: Option<String>,
    /// Those that are not over before this instant.
    #[param(nullable = false, format = DateTime)]
    from: Option<String>,
    /// Those that start before this instant.
    #[param(nullable = false, format = DateTime)]
    to: Option<String>,
    /// Those of this series.
    #[param(nullable = false, format = Uuid)]
    series_id: Option<String>,
    /// Those that teach this.
    #[param(nullable = false)]
    skill: Option<String>,
    /// Those with this text in the title, the description, the skill or a name.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    q: Option<String>,
    /// By start: `asc`, or `desc`.
    #[param(nullable = false, pattern = "^(asc|desc)$", default = "asc")]
    order: Option<String>,
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

/// The caller's lessons, by start; an admin sees everybody's, and so does a
/// service whose key has the scope `sessions:read`.
///
/// An admin who names a `role` sees those in which they are that themselves.
#[utoipa::path(
    operation_id = "listSessions",
    get, path = "/api/sessions", tag = "sessions", params(SessionsQuery),
    security(("platformToken" = []), ("serviceKey" = ["sessions:read"])),
    responses(
        (status = 200, description = "One page of them.", body = inline(view::Sessions)),
        (status = 403, description = "`forbidden`: the key lacks the scope.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Principal,
    Query(query): Query<SessionsQuery>,
) -> Result<Listed<view::Sessions>, Problem> {
    let actor = caller.person_or(Scope::SessionsRead)?;
    let zone = zone(&state, query.time_zone.as_deref())?;
    let (filter, page) = filter(&actor, &query)?;
    let page = state.timed("sessions_list", sessions::list(&state.pool, &filter, page)).await?;
    let viewer = view::Viewer { actor: &actor, zone: zone.as_ref() };
    let items = viewer.show_all(&state, &page.items).await?;
    Ok(Listed(lectern_store::page::Page { items, next: page.next }.into()))
}

fn filter(actor: &Actor, query: &SessionsQuery) -> Result<(Filter, PageRequest), Problem> {
    let mut checks = Checks::default();
    let mut statuses = Vec::new();
    for name in query.status.as_deref().into_iter().flat_map(|names| names.split(',')) {
        statuses.extend(checks.accept("?status", name.trim().parse::<Status>()));
    }
    let role = checks.optional::<ParticipantRole>("?role", query.role.as_deref());
    let order = match query.order.as_deref() {
        None | Some("asc") => Order::Chronological,
        Some("desc") => Order::NewestFirst,
        Some(_) => {
            checks.reject("?order", "expected one of asc, desc");
            Order::Chronological
        }
    };
    let scope = match role {
        None if actor.admin => Whose::All,
        role => Whose::Of(actor.id.clone(), role),
    };
    let filter = Filter {
        scope,
        order,
        statuses,
        from: checks.instant("?from", query.from.as_deref()),
        to: checks.instant("?to", query.to.as_deref()),
        past: None,
        with: None,
        series: checks.optional::<SeriesId>("?seriesId", query.series_id.as_deref()),
        skill: checks.optional::<Skill>("?skill", query.skill.as_deref()),
        search: checks.optional::<Search>("?q", query.q.as_deref()),
    };
    let page = page(&mut checks, query.cursor.as_deref(), query.limit.as_deref());
    checks.done()?;
    Ok((filter, page))
}
