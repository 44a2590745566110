//! `DELETE /api/users/{id}`

use axum::{extract::State, http::StatusCode};
use lectern_domain::{id::UserId, person::Actor, service_key::Scope};
use lectern_store::users::{self, Erasure};

use crate::{
    extract::{Principal, UserPath},
    problem::{Problem, ProblemDocument},
    rooms::CloseCause,
    state::ApiState,
};

/// Erases a person for good (GDPR, article 17). Who was erased already stays
/// so: 204.
///
/// Lessons ahead are called off and their people told; requests are declined or
/// taken back, and seats in groups given to who waits. Record, hours, rules,
/// matches, holds, notices and chat are deleted. Lessons that were, and the
/// stars of reviews, stay for the other side under a pseudonym that leads back
/// to nobody, named "Deleted person"; the texts of reviews by them and of them
/// go, and averages stay what they are. In the record of who did what, the
/// pseudonym takes the place of the id.
///
/// Tokens of the person are no longer good: 401, on every node within a minute. Nobody is erased in the midst
/// of a lesson: ask again when it is over.
#[utoipa::path(
    operation_id = "eraseUser",
    delete, path = "/api/users/{id}", tag = "users",
    params(("id" = String, Path, min_length = 1, max_length = 128)),
    security(("platformToken" = []), ("serviceKey" = ["users:write"])),
    responses(
        (status = 204, description = "Nothing is left of them."),
        (status = 403, description = "`forbidden`: not an admin, or the key lacks the scope.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "`in_lesson`: they are in a room, or their lesson is in \
            progress; `detail` says until when.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn erase(
    State(state): State<ApiState>,
    caller: Principal,
    UserPath(person): UserPath,
) -> Result<StatusCode, Problem> {
    let by = caller.admin_or(Scope::UsersWrite)?;
    erase_person(&state, person, by).await
}

/// Erases a person, and closes the rooms of what was called off.
pub(crate) async fn erase_person(
    state: &ApiState,
    person: UserId,
    by: Actor,
) -> Result<StatusCode, Problem> {
    let erasure = Erasure { person, by };
    let work = users::erase(&state.pool, state.platform(), &erasure, state.clock.now());
    let erased = state.timed("users_erase", work).await?;
    state.remembered.forget(&erasure.person);
    for session in erased.called_off {
        state.rooms.close(session, CloseCause::Cancelled).await;
    }
    Ok(StatusCode::NO_CONTENT)
}
