//! `GET /api/history`

pub(crate) mod export;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use lectern_domain::{
    id::UserId,
    session::ParticipantRole,
    text::{Search, Skill},
};
use lectern_store::{
    history,
    page::{Page, PageRequest},
    sessions::{self, Filter, Order, Scope},
};
use serde::Deserialize;
use utoipa::IntoParams;

use self::export::Sheet;
use super::sessions::zone;
use crate::{
    extract::{Caller, Checks, Format, Listed, Paged, Query, page},
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
    /// Those with this person in them: the platform's id.
    #[param(nullable = false, min_length = 1, max_length = 128)]
    with: Option<String>,
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

/// The caller's own lessons that are over, completed early or called off; the
/// latest first.
///
/// Each comes with who was there, for how long and how well, and with what its
/// people said of each other, as far as that is published. As CSV (RFC 4180)
/// all of them come at once, up to 20,000.
#[utoipa::path(
    operation_id = "listHistory",
    get, path = "/api/history", tag = "sessions", params(HistoryQuery),
    responses((status = 200, description = "One page of them, or all as CSV.", content(
        (Paged<view::PastSession> = "application/json"),
        (String = "text/csv", example = "id,title,skill,role,teacher,teacherName,students,\
            scheduledAt,duration,status,cancelledBy,cancelReason,attendedMinutes,lossRate,\
            ratingGiven,ratingReceived\r\n"),
    ))),
)]
pub(crate) async fn history(
    State(state): State<ApiState>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<HistoryQuery>,
) -> Result<Response, Problem> {
    let zone = zone(&state, query.time_zone.as_deref())?;
    let (filter, page, format) = query.parse(&state, &caller, &headers)?;
    let mut response = match format {
        Format::Csv => export::csv(state, Sheet::Own(caller.actor.id), filter).await?,
        Format::Json => {
            let viewer = view::Viewer { actor: &caller.actor, zone: zone.as_ref() };
            Listed(list(&state, viewer, &filter, page).await?).into_response()
        }
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

async fn list(
    state: &ApiState,
    viewer: view::Viewer<'_>,
    filter: &Filter,
    page: PageRequest,
) -> Result<Paged<view::PastSession>, Problem> {
    let page = state.timed("sessions_list", sessions::list(&state.pool, filter, page)).await?;
    let ids: Vec<_> = page.items.iter().map(|session| session.id).collect();
    let records = history::records(&state.pool, &ids);
    let mut records = state.timed("history_records", records).await?;
    let shown = viewer.show_all(state, &page.items).await?;
    let items = ids
        .iter()
        .zip(shown)
        .map(|(id, session)| {
            view::PastSession::new(session, records.remove(id).unwrap_or_default())
        })
        .collect();
    Ok(Page { items, next: page.next }.into())
}

impl HistoryQuery {
    fn parse(
        &self,
        state: &ApiState,
        caller: &Caller,
        headers: &HeaderMap,
    ) -> Result<(Filter, PageRequest, Format), Problem> {
        let mut checks = Checks::default();
        let role = checks.optional::<ParticipantRole>("?role", self.role.as_deref());
        let filter = Filter {
            scope: Scope::Of(caller.actor.id.clone(), role),
            order: Order::NewestFirst,
            statuses: Vec::new(),
            with: checks.optional::<UserId>("?with", self.with.as_deref()),
            from: checks.instant("?from", self.from.as_deref()),
            to: checks.instant("?to", self.to.as_deref()),
            past: Some(state.clock.now()),
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
