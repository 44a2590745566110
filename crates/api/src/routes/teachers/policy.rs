//! `GET, PUT /api/teachers/{id}/policy`

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::IntoResponse,
};
use lectern_domain::{id::UserId, person::Actor, service_key::Scope};
use lectern_store::{
    policies::{self, Stored},
    sessions::Expected,
};

use crate::{
    extract::{Body, IfMatch, Principal, UserPath},
    problem::{Problem, ProblemDocument},
    routes::sessions::entity_tag,
    state::ApiState,
    view::{Policy, PolicyChange},
};

/// What holds for a teacher's lessons: students read it before they book.
#[utoipa::path(
    operation_id = "getPolicy",
    get, path = "/api/teachers/{id}/policy", tag = "availability",
    params(("id" = String, Path, min_length = 1, max_length = 128)),
    security(("platformToken" = []), ("serviceKey" = ["users:read"])),
    responses(
        (status = 200, description = "The policy.", body = Policy, headers(("ETag" = String))),
    ),
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Principal,
    UserPath(teacher): UserPath,
) -> Result<impl IntoResponse, Problem> {
    caller.person_or(Scope::UsersRead)?;
    show(&state, &teacher).await
}

/// Replaces what it names, and leaves the rest. Lessons that are booked stay.
#[utoipa::path(
    operation_id = "setPolicy",
    put, path = "/api/teachers/{id}/policy", tag = "availability",
    params(("id" = String, Path, min_length = 1, max_length = 128),
        ("If-Match" = Option<String>, Header, nullable = false,
        description = "The ETag of the version to change, or `*`.")),
    request_body = PolicyChange,
    security(("platformToken" = []), ("serviceKey" = ["users:write"])),
    responses(
        (status = 200, description = "The policy as it is now.", body = Policy,
            headers(("ETag" = String))),
        (status = 403, description = "`forbidden`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`user_erased`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 412, description = "`version_conflict`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn put(
    State(state): State<ApiState>,
    caller: Principal,
    UserPath(teacher): UserPath,
    IfMatch(expected): IfMatch,
    body: Body<PolicyChange>,
) -> Result<impl IntoResponse, Problem> {
    let by = caller.looks_after(&teacher, Scope::UsersWrite)?;
    amend(&state, &teacher, &by, expected, &body.value).await
}

/// What holds, with its entity tag.
type Shown = ([(HeaderName, HeaderValue); 1], Json<Policy>);

pub(crate) async fn show(state: &ApiState, teacher: &UserId) -> Result<Shown, Problem> {
    let work = policies::find(&state.pool, teacher);
    let stored = state.timed("policies_find", work).await?;
    tagged(state, &stored)
}

pub(crate) async fn amend(
    state: &ApiState,
    teacher: &UserId,
    by: &Actor,
    expected: Option<Expected>,
    body: &PolicyChange,
) -> Result<Shown, Problem> {
    let (named, now) = (body.parse()?, state.clock.now());
    let expected = expected.unwrap_or(Expected::Any);
    let work = policies::amend(&state.pool, teacher, &named, &expected, by, now);
    let stored = state.timed("policies_amend", work).await?;
    tagged(state, &stored)
}

fn tagged(state: &ApiState, stored: &Stored) -> Result<Shown, Problem> {
    let view = Policy::of(&stored.own.over(&state.policy));
    Ok(([(header::ETAG, entity_tag(stored.version)?)], Json(view)))
}
