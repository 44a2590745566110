//! `GET /api/users/{id}/analytics`

use axum::{extract::State, http::HeaderMap, response::Response};
use lectern_domain::service_key::Scope;
use lectern_store::users;

use crate::{
    extract::{Principal, Query, UserPath},
    problem::{Code, Problem, ProblemDocument},
    routes::analytics::{AnalyticsQuery, count_own},
    state::ApiState,
    view::Analytics,
};

/// What a person's lessons come to, as they see it themselves. For admins, and
/// services whose key has the scope `analytics:read`.
#[utoipa::path(
    operation_id = "getUserAnalytics",
    get, path = "/api/users/{id}/analytics", tag = "users",
    params(("id" = String, Path, min_length = 1, max_length = 128), AnalyticsQuery),
    security(("platformToken" = []), ("serviceKey" = ["analytics:read"])),
    responses(
        (status = 200, description = "The figures, or their series as CSV.", content(
            (Analytics = "application/json"),
            (String = "text/csv", example = "date,startsAt,endsAt,booked\r\n"),
        )),
        (status = 403, description = "`forbidden`: neither an admin nor a key with the scope.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn analytics(
    State(state): State<ApiState>,
    caller: Principal,
    UserPath(id): UserPath,
    headers: HeaderMap,
    Query(query): Query<AnalyticsQuery>,
) -> Result<Response, Problem> {
    let actor = caller.admin_or(Scope::AnalyticsRead)?;
    let asked = query.parse(&state, &actor.id, &headers).await?;
    let record = state.timed("users_record", users::record(&state.pool, &id)).await?;
    record.ok_or_else(|| Problem::new(Code::NotFound))?;
    count_own(&state, &id, &asked).await
}
