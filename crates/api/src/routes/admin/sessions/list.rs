//! `GET /api/admin/sessions`

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use lectern_domain::{
    id::UserId,
    session::Status,
    text::{Search, Skill},
};
use lectern_store::{
    history,
    page::{Page, PageRequest},
    sessions::{self, Filter, Order, Scope},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    extract::{Caller, Checks, Format, Listed, Paged, Query, page},
    problem::{Problem, ProblemDocument},
    routes::{
        history::export::{self, Sheet},
        sessions::zone,
    },
    state::ApiState,
    view,
};

/// Which lessons.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AllSessionsQuery {
    /// In one of these states, separated by commas.
    #[param(nullable = false, example = "scheduled,in-progress")]
    status: Option<String>,
    /// Those with this person in them: the platform's id.
    #[param(nullable = false, min_length = 1, max_length = 128)]
    with: Option<String>,
    /// Those that are not over before this instant.
    #[param(nullable = false, format = DateTime)]
    from: Option<String>,
    /// Those that start before this instant.
    #[param(nullable = false, format = DateTime)]
    to: Option<String>,
    /// Those that teach this.
    #[param(nullable = false)]
    skill: Option<String>,
    /// Those with this text in the title, the description, the skill or a name.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    q: Option<String>,
    /// Adds `localStart`, on the clocks of this IANA zone.
    #[param(nullable = false)]
    time_zone: Option<String>,
    /// `json`, or `csv` for all of them at once; by default what `Accept` asks
    /// for.
    #[param(nullable = false, pattern = "^(json|csv)$")]
    format: Option<String>,
    /// `nextCursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// The most lessons of a page.
    #[param(value_type = Option<u16>, nullable = false, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
}

/// Everybody's lessons, the latest first, each with who was there, for how long
/// and how well. For admins.
///
/// As CSV (RFC 4180) all of them come at once, up to 20,000.
#[utoipa::path(
    operation_id = "listAllSessions",
    get, path = "/api/admin/sessions", tag = "admin", params(AllSessionsQuery),
    responses(
        (status = 200, description = "One page of them, or all as CSV.", content(
            (Paged<view::OverseenSession> = "application/json"),
            (String = "text/csv", example = "id,title,skill,teacher,teacherName,students,\
                scheduledAt,duration,status,cancelledBy,cancelReason,noShow,disputed,\
                togetherMinutes,lossRate\r\n"),
        )),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<AllSessionsQuery>,
) -> Result<Response, Problem> {
    let caller = caller.admin()?;
    let zone = zone(&state, query.time_zone.as_deref())?;
    let (filter, page, format) = query.parse(&headers)?;
    let mut response = match format {
        Format::Csv => export::csv(state, Sheet::Platform, filter).await?,
        Format::Json => {
            let viewer = view::Viewer { actor: &caller.actor, zone: zone.as_ref() };
            Listed(one_page(&state, viewer, &filter, page).await?).into_response()
        }
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

async fn one_page(
    state: &ApiState,
    viewer: view::Viewer<'_>,
    filter: &Filter,
    page: PageRequest,
) -> Result<Paged<view::OverseenSession>, Problem> {
    let page = state.timed("sessions_list", sessions::list(&state.pool, filter, page)).await?;
    let ids: Vec<_> = page.items.iter().map(|session| session.id).collect();
    let records = history::records(&state.pool, &ids);
    let mut records = state.timed("history_records", records).await?;
    let overviews = history::overviews(&state.pool, &ids);
    let mut overviews = state.timed("history_overviews", overviews).await?;
    let shown = viewer.show_all(state, &page.items).await?;
    let items = (ids.iter().zip(shown)).map(|(id, session)| {
        let record = records.remove(id).unwrap_or_default();
        view::OverseenSession::new(session, record, overviews.remove(id).unwrap_or_default())
    });
    Ok(Page { items: items.collect(), next: page.next }.into())
}

impl AllSessionsQuery {
    fn parse(&self, headers: &HeaderMap) -> Result<(Filter, PageRequest, Format), Problem> {
        let mut checks = Checks::default();
        let mut statuses = Vec::new();
        for name in self.status.as_deref().into_iter().flat_map(|names| names.split(',')) {
            statuses.extend(checks.accept("?status", name.trim().parse::<Status>()));
        }
        let filter = Filter {
            scope: Scope::All,
            order: Order::NewestFirst,
            statuses,
            with: checks.optional::<UserId>("?with", self.with.as_deref()),
            from: checks.instant("?from", self.from.as_deref()),
            to: checks.instant("?to", self.to.as_deref()),
            past: None,
            series: None,
            skill: checks.optional::<Skill>("?skill", self.skill.as_deref()),
            search: checks.optional::<Search>("?q", self.q.as_deref()),
        };
        let format = checks
            .optional::<Format>("?format", self.format.as_deref())
            .unwrap_or_else(|| Format::accepted(headers));
        let page = page(&mut checks, self.cursor.as_deref(), self.limit.as_deref());
        checks.done()?;
        Ok((filter, page, format))
    }
}
