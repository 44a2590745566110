//! `GET /api/admin/analytics`

use axum::{Json, extract::State};
use lectern_domain::service_key::Scope;
use lectern_store::analytics;

use crate::{
    extract::{Principal, Query},
    problem::{Problem, ProblemDocument},
    routes::analytics::AnalyticsQuery,
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
        (status = 200, description = "The figures.", body = Analytics),
        (status = 403, description = "`forbidden`: neither an admin nor a key with the scope.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn platform(
    State(state): State<ApiState>,
    caller: Principal,
    Query(query): Query<AnalyticsQuery>,
) -> Result<Json<Analytics>, Problem> {
    let actor = caller.admin_or(Scope::AnalyticsRead)?;
    let asked = query.parse(&state, &actor.id).await?;
    let question = asked.question(&state);
    let answer =
        state.timed("analytics_platform", analytics::platform(&state.pool, &question)).await?;
    asked.show(&state, &answer, true).map(Json)
}
