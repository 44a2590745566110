//! `GET /api/admin/analytics`

use axum::{Json, extract::State};
use lectern_store::analytics;

use crate::{
    extract::{Caller, Query},
    problem::{Problem, ProblemDocument},
    routes::analytics::AnalyticsQuery,
    state::ApiState,
    view::Analytics,
};

/// What everybody's lessons come to. For admins.
///
/// Times that are no full quarters of an hour are widened to some. Retention
/// may be some seconds old, everything else is as it is now.
#[utoipa::path(
    operation_id = "getPlatformAnalytics",
    get, path = "/api/admin/analytics", tag = "admin", params(AnalyticsQuery),
    responses(
        (status = 200, description = "The figures.", body = Analytics),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn platform(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<AnalyticsQuery>,
) -> Result<Json<Analytics>, Problem> {
    let caller = caller.admin()?;
    let asked = query.parse(&state, &caller).await?;
    let question = asked.question(&state);
    let answer =
        state.timed("analytics_platform", analytics::platform(&state.pool, &question)).await?;
    asked.show(&state, &answer, true).map(Json)
}
