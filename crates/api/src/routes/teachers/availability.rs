//! `GET, PUT /api/teachers/{id}/availability`

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::IntoResponse,
};
use lectern_domain::{id::UserId, person::Actor, service_key::Scope, session::Version};
use lectern_store::{availability, sessions::Expected, users};

use crate::{
    extract::{Body, IfMatch, Principal, UserPath},
    problem::{Problem, ProblemDocument},
    routes::sessions::entity_tag,
    state::ApiState,
    view::{Availability, NewAvailability},
};

/// When a teacher can be booked, for the teacher and for admins.
///
/// Who never said so has version 0 and can be booked at any time.
#[utoipa::path(
    operation_id = "getAvailability",
    get, path = "/api/teachers/{id}/availability", tag = "availability",
    params(("id" = String, Path, min_length = 1, max_length = 128)),
    security(("platformToken" = []), ("serviceKey" = ["users:read"])),
    responses(
        (status = 200, description = "The teacher's hours.", body = Availability,
            headers(("ETag" = String))),
        (status = 403, description = "`forbidden`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Principal,
    UserPath(teacher): UserPath,
) -> Result<impl IntoResponse, Problem> {
    caller.looks_after(&teacher, Scope::UsersRead)?;
    show(&state, &teacher).await
}

/// Replaces when a teacher can be booked. Lessons that are booked stay.
#[utoipa::path(
    operation_id = "setAvailability",
    put, path = "/api/teachers/{id}/availability", tag = "availability",
    params(("id" = String, Path, min_length = 1, max_length = 128),
        ("If-Match" = Option<String>, Header, nullable = false,
        description = "The ETag of the version to replace, or `*`.")),
    request_body = NewAvailability,
    security(("platformToken" = []), ("serviceKey" = ["users:write"])),
    responses(
        (status = 200, description = "The teacher's hours as they are now.", body = Availability,
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
    body: Body<NewAvailability>,
) -> Result<impl IntoResponse, Problem> {
    let by = caller.looks_after(&teacher, Scope::UsersWrite)?;
    replace(&state, &teacher, &by, expected, &body.value).await
}

/// What somebody has set, with its entity tag.
type Shown = ([(HeaderName, HeaderValue); 1], Json<Availability>);

pub(crate) async fn show(state: &ApiState, teacher: &UserId) -> Result<Shown, Problem> {
    let stored = state.timed("availability_find", availability::find(&state.pool, teacher)).await?;
    match stored {
        Some(stored) => tagged(Availability::of(&stored), stored.version),
        None => {
            let user = state.timed("users_find", users::find(&state.pool, teacher)).await?;
            let zone = user.map_or_else(|| "UTC".to_owned(), |user| user.time_zone);
            tagged(Availability::never_set(zone), Version(0))
        }
    }
}

pub(crate) async fn replace(
    state: &ApiState,
    teacher: &UserId,
    by: &Actor,
    expected: Option<Expected>,
    body: &NewAvailability,
) -> Result<Shown, Problem> {
    let availability = body.parse(&state.zones)?;
    let expected = expected.unwrap_or(Expected::Any);
    let (pool, now) = (&state.pool, state.clock.now());
    let work = availability::replace(pool, teacher, &availability, &expected, by, now);
    let stored = state.timed("availability_replace", work).await?;
    tagged(Availability::of(&stored), stored.version)
}

fn tagged(view: Availability, version: Version) -> Result<Shown, Problem> {
    Ok(([(header::ETAG, entity_tag(version)?)], Json(view)))
}
