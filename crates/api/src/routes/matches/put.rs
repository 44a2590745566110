//! `PUT /api/matches/{userId}`

use axum::{Json, extract::State};
use lectern_domain::{id::UserId, service_key::Scope};
use lectern_store::matches;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    extract::{Body, Checks, Principal, UserPath},
    limits,
    problem::{Problem, ProblemDocument},
    state::ApiState,
};

/// Whom a student may book.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "teachers": ["ines", "daniel"] }))]
pub(crate) struct Matches {
    /// The platform's ids.
    #[schema(max_items = 1000)]
    pub(super) teachers: Vec<String>,
}

/// Replaces the teachers whom a student may book, where `match.mode` is `list`.
#[utoipa::path(
    operation_id = "replaceMatches",
    put, path = "/api/matches/{userId}", tag = "admin",
    params(("userId" = String, Path, min_length = 1, max_length = 128)),
    request_body = Matches,
    security(("platformToken" = []), ("serviceKey" = ["matches:write"])),
    responses(
        (status = 200, description = "As they are now.", body = Matches),
        (status = 403, description = "`forbidden`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`user_erased`: the student was. Teachers who were are left out.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn put(
    State(state): State<ApiState>,
    caller: Principal,
    UserPath(student): UserPath,
    body: Body<Matches>,
) -> Result<Json<Matches>, Problem> {
    let actor = caller.admin_or(Scope::MatchesWrite)?;
    let mut checks = Checks::default();
    if body.value.teachers.len() > limits::MATCHES_OF_ONE {
        let most = limits::MATCHES_OF_ONE;
        checks.reject("/teachers", format_args!("expected at most {most} teachers"));
        return Err(checks.problem());
    }
    let mut teachers: Vec<UserId> = Vec::new();
    for (n, teacher) in body.value.teachers.iter().enumerate() {
        teachers.extend(checks.accept(&format!("/teachers/{n}"), teacher.parse()));
    }
    checks.done()?;
    teachers.sort();
    teachers.dedup();
    let now = state.clock.now();
    let replace = matches::replace(&state.pool, &student, &teachers, &actor, now);
    state.timed("matches_replace", replace).await?;
    Ok(Json(Matches { teachers: teachers.iter().map(ToString::to_string).collect() }))
}
