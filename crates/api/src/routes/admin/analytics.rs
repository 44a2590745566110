//! `GET /api/admin/analytics`

use axum::{extract::State, http::HeaderMap, response::Response};
use lectern_domain::service_key::Scope;
use lectern_store::analytics;

use crate::{
    extract::{Principal, Query},
    problem::{Problem, ProblemDocument},
    routes::analytics::{AnalyticsQuery, Whose},
    state::ApiState,
    view::Analytics,
};

/// What everybody's lessons come to. For admins, and services whose key has the
/// scope `analytics:read`.
///
/// Times that are no full quarters of an hour are widened to some. Retention
/// may be some seconds old, everything else is as it is now.
#[utoipa::path(
    operation_id = "getPlatformAnalytics",
    get, path = "/api/admin/analytics", tag = "admin", params(AnalyticsQuery),
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
pub(crate) async fn platform(
    State(state): State<ApiState>,
    caller: Principal,
    headers: HeaderMap,
    Query(query): Query<AnalyticsQuery>,
) -> Result<Response, Problem> {
    let actor = caller.admin_or(Scope::AnalyticsRead)?;
    let asked = query.parse(&state, &actor.id, &headers).await?;
    let question = asked.question(&state);
    let answer =
        state.timed("analytics_platform", analytics::platform(&state.pool, &question)).await?;
    Ok(asked.show(&state, &answer, Whose::Platform))
}
