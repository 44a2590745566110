//! `POST /api/sessions/{id}/proposals`

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use lectern_domain::{id::ProposalId, text::Minutes};
use lectern_store::sessions::{self, NewProposal, NewStart};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{entity_tag, series::ScopeQuery, start::Asked};
use crate::{
    extract::{Body, Caller, Checks, Query, SessionPath},
    problem::{Code, Problem, ProblemDocument},
    random,
    state::ApiState,
    view,
};

/// A new time: a start, which is `scheduledAt` or `localStart` with `timeZone`,
/// or a length, or both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewProposal, min_properties = 1,
    example = json!({ "localStart": "2027-06-01T18:00", "timeZone": "Europe/Lisbon" }))]
pub(crate) struct NewProposalBody {
    /// When the lesson would start.
    #[schema(format = DateTime)]
    scheduled_at: Option<String>,
    /// When it would start on the clocks of `timeZone`: `2027-03-14T02:30`. With
    /// an offset it means that instant.
    local_start: Option<String>,
    /// An IANA time zone.
    time_zone: Option<String>,
    /// Refuses a local time that does not exist or comes twice.
    strict_time: Option<bool>,
    /// How long it would be, in minutes.
    #[schema(minimum = 1, maximum = 1440)]
    duration: Option<i64>,
}

/// Proposes another time to the other side.
///
/// The lesson keeps its time until they accept; `proposal` says what is open. It
/// can be accepted until the earlier of the two starts, and is void once the
/// lesson has been moved or called off otherwise.
///
/// In a series, `scope` says which of the others would move with it, by as much
/// on the clocks of its zone, all of them or none. It can then be accepted until
/// the earliest start among theirs.
#[utoipa::path(
    operation_id = "proposeTime",
    post, path = "/api/sessions/{id}/proposals", tag = "sessions",
    params(("id" = uuid::Uuid, Path), ScopeQuery),
    request_body = NewProposalBody,
    responses(
        (status = 201, description = "The lesson, with the proposal.", body = view::Session,
            headers(("Location" = String), ("ETag" = String))),
        (status = 403, description = "`not_participant`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`proposal_open`: there is one already; \
            `invalid_transition`: it has begun or was called off, or is a group lesson.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn propose(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(session): SessionPath,
    Query(query): Query<ScopeQuery>,
    body: Body<NewProposalBody>,
) -> Result<impl IntoResponse, Problem> {
    let (body, reach) = (body.value, query.reach()?);
    let mut checks = Checks::default();
    let asked = Asked {
        scheduled_at: body.scheduled_at.as_deref(),
        local_start: body.local_start.as_deref(),
        time_zone: body.time_zone.as_deref(),
        strict_time: body.strict_time.unwrap_or(false),
    };
    let start = if asked.is_something() { asked.resolve(&state, &mut checks)? } else { None };
    let minutes = body.duration.map(Minutes::try_from);
    let duration = minutes.and_then(|minutes| checks.accept("/duration", minutes));
    checks.done()?;
    if start.is_none() && duration.is_none() {
        return Err(Problem::field("", "name a start or a duration"));
    }
    let new = NewProposal {
        id: ProposalId(random::id()),
        session,
        reach,
        by: caller.actor.clone(),
        start: start.map(|start| NewStart { at: start.at, intent: start.intent }),
        duration,
    };
    let propose = sessions::propose(&state.pool, &state.zones, &new, state.clock.now());
    let session = state.timed("sessions_propose", propose).await?;
    let view = view::Viewer { actor: &caller.actor, zone: None }.show(&state, &session).await?;
    let location = format!("/api/sessions/{}/proposals/{}", session.id, new.id);
    let location = HeaderValue::try_from(location)
        .map_err(|error| Problem::new(Code::Internal).caused_by(error))?;
    let headers = [(header::ETAG, entity_tag(view.version)?), (header::LOCATION, location)];
    Ok((StatusCode::CREATED, headers, Json(view)))
}
