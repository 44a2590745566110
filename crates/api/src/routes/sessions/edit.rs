//! `PUT /api/sessions/{id}`

use axum::{Json, extract::State, http::header, response::IntoResponse};
use lectern_domain::{
    id::{SeriesId, SessionId},
    series::Reach,
    text::{Description, Minutes, Skill, Title},
};
use lectern_store::sessions::{self, Edit, Expected, NewStart};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{entity_tag, series::ScopeQuery, start::Asked, visible};
use crate::{
    extract::{Body, Caller, Checks, IfMatch, Query, SessionPath},
    problem::{Code, Problem, ProblemDocument},
    random,
    state::ApiState,
    view,
};

/// What is to change; what is not named stays. A new start is `scheduledAt`, or
/// `localStart` with `timeZone`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(min_properties = 1)]
pub(crate) struct SessionEdit {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    /// What it is about.
    #[schema(max_length = 5000)]
    description: Option<String>,
    /// What is taught.
    #[schema(max_length = 100)]
    skill: Option<String>,
    /// How long it is, in minutes.
    #[schema(minimum = 1, maximum = 1440)]
    duration: Option<i64>,
    /// When it starts.
    #[schema(format = DateTime)]
    scheduled_at: Option<String>,
    /// When it starts on the clocks of `timeZone`: `2027-03-14T02:30`. With an
    /// offset it means that instant.
    local_start: Option<String>,
    /// An IANA time zone.
    time_zone: Option<String>,
    /// Refuses a local time that does not exist or comes twice.
    strict_time: Option<bool>,
}

/// Edits or reschedules a lesson.
///
/// Its people and admins may, as long as it is not over. Its time changes only
/// before it has begun, to one that the teacher offers, unless it is the teacher
/// who moves it. `If-Match` names the version that was read.
///
/// In a series, `scope` says how far the change reaches: a new start moves the
/// others by as much on the clocks of its zone, all of them or none. A lesson
/// that is moved by itself no longer moves with the others.
#[utoipa::path(
    operation_id = "editSession",
    put, path = "/api/sessions/{id}", tag = "sessions",
    params(("id" = uuid::Uuid, Path), ScopeQuery,
        ("If-Match" = String, Header, description = "The ETag of the version to change, or `*`.")),
    request_body = SessionEdit,
    responses(
        (status = 200, description = "The lesson as it is now.", body = view::Session,
            headers(("ETag" = String))),
        (status = 403, description = "`not_participant`; `forbidden`: a group lesson is its \
            teacher's to change.", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`slot_taken`, \
            `outside_availability` with `rule`, `invalid_transition`; `consent_required`: \
            the teacher wants a proposal, or students can no longer call it off", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 412, description = "`version_conflict`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 428, description = "`precondition_required`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn edit(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(id): SessionPath,
    Query(query): Query<ScopeQuery>,
    IfMatch(expected): IfMatch,
    body: Body<SessionEdit>,
) -> Result<impl IntoResponse, Problem> {
    let Some(expected) = expected else {
        visible(&state, &caller.actor, id).await?;
        let problem = Problem::new(Code::PreconditionRequired);
        return Err(problem.detail("say which version in If-Match"));
    };
    let edit = parse(&state, &caller, id, expected, &body.value)?;
    let (pool, platform, now) = (&state.pool, state.platform(), state.clock.now());
    let session = match query.reach()? {
        Reach::One => {
            let edit = sessions::edit(pool, platform, &edit, now);
            state.timed("sessions_edit", edit).await?
        }
        reach => {
            let split = SeriesId(random::id());
            let edit = sessions::edit_series(pool, platform, &edit, reach, split, now);
            state.timed("sessions_edit_series", edit).await?
        }
    };
    let viewer = view::Viewer { actor: &caller.actor, zone: None };
    let view = viewer.show(&state, &session).await?;
    Ok(([(header::ETAG, entity_tag(view.version)?)], Json(view)))
}

fn parse(
    state: &ApiState,
    caller: &Caller,
    id: SessionId,
    expected: Expected,
    body: &SessionEdit,
) -> Result<Edit, Problem> {
    let mut checks = Checks::default();
    let asked = Asked {
        scheduled_at: body.scheduled_at.as_deref(),
        local_start: body.local_start.as_deref(),
        time_zone: body.time_zone.as_deref(),
        strict_time: body.strict_time.unwrap_or(false),
    };
    let start = if asked.is_something() { asked.resolve(state, &mut checks)? } else { None };
    let edit = Edit {
        id,
        expected,
        by: caller.actor.clone(),
        title: checks.optional::<Title>("/title", body.title.as_deref()),
        description: checks.optional::<Description>("/description", body.description.as_deref()),
        skill: checks.optional::<Skill>("/skill", body.skill.as_deref()),
        start: start.map(|start| NewStart { at: start.at, intent: start.intent }),
        duration: body
            .duration
            .and_then(|minutes| checks.accept("/duration", Minutes::try_from(minutes))),
    };
    let something = edit.title.is_some()
        || edit.description.is_some()
        || edit.skill.is_some()
        || edit.start.is_some()
        || edit.duration.is_some();
    checks.done()?;
    if !something {
        return Err(Problem::field("", "name at least one field to change"));
    }
    Ok(edit)
}
