//! `PUT /api/users/{id}`

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lectern_domain::service_key::Scope;
use lectern_store::users;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    extract::{Body, IfMatch, Principal, Query, UserPath},
    problem::{Code, Problem, ProblemDocument},
    routes::sessions::entity_tag,
    state::ApiState,
    view::{User, UserChange},
};

/// What may be done besides.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PutQuery {
    /// Whether an id that was erased may be somebody's again. Nothing of who it
    /// was before comes back.
    #[param(nullable = false, default = false)]
    readmit: Option<bool>,
}

/// Makes a person's record, or changes what it names of it. A name and an
/// address are as they were said last: here, or in a token of the person.
///
/// Whoever was erased is refused, so that no synchronisation that runs late
/// brings them back; `readmit` takes the id for somebody new. With `If-Match`
/// the record must be there.
#[utoipa::path(
    operation_id = "putUser",
    put, path = "/api/users/{id}", tag = "users",
    params(("id" = String, Path, min_length = 1, max_length = 128), PutQuery,
        ("If-Match" = Option<String>, Header, nullable = false,
        description = "The ETag of the version to change, or `*`.")),
    request_body = UserChange,
    security(("platformToken" = []), ("serviceKey" = ["users:write"])),
    responses(
        (status = 200, description = "The record as it is now.", body = User,
            headers(("ETag" = String))),
        (status = 201, description = "The record, which is new.", body = User,
            headers(("ETag" = String), ("Location" = String))),
        (status = 403, description = "`forbidden`: not an admin, or the key lacks the scope.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "`user_erased`: whoever had this id was erased.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "`version_conflict`: another version, or no record.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn put(
    State(state): State<ApiState>,
    caller: Principal,
    UserPath(id): UserPath,
    Query(query): Query<PutQuery>,
    IfMatch(expected): IfMatch,
    body: Body<UserChange>,
) -> Result<Response, Problem> {
    let by = caller.admin_or(Scope::UsersWrite)?;
    let change = body.value.parse(id, &state.zones)?;
    let location = format!("/api/users/{}", percent_encoded(change.id.as_str()));
    let again = query.readmit.unwrap_or(false);
    let put = users::Put { change, expected, again, by };
    let work = users::put(&state.pool, &put, state.clock.now());
    let (record, new) = state.timed("users_put", work).await?;
    let user = User::from(record);
    let tag: [(HeaderName, HeaderValue); 1] = [(header::ETAG, entity_tag(user.version)?)];
    if !new {
        return Ok((tag, Json(user)).into_response());
    }
    let location = HeaderValue::try_from(location)
        .map_err(|error| Problem::new(Code::Internal).caused_by(error))?;
    let location = [(header::LOCATION, location)];
    Ok((StatusCode::CREATED, tag, location, Json(user)).into_response())
}

/// An id as a segment of a path (RFC 3986, section 3.3).
fn percent_encoded(id: &str) -> String {
    let mut path = String::new();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}
