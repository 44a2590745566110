//! `GET /api/admin/reviews`

use axum::extract::State;
use lectern_domain::service_key::Scope;
use lectern_store::reviews::{self, State as Which};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    extract::{Checks, Listed, Paged, Principal, Query, page},
    limits,
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view::ModeratedReview,
};

/// Which reviews.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReviewsQuery {
    /// Those that nobody but the author sees yet, that everybody sees, that an
    /// admin has hidden, that somebody has reported, or that have flags.
    #[param(nullable = false, pattern = "^(pending|published|hidden|reported|flagged)$")]
    state: Option<String>,
    /// `nextCursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// The most reviews.
    #[param(value_type = Option<u16>, nullable = false, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
}

/// Everybody's reviews, the newest first, with what speaks against them. For
/// admins, and services whose key has the scope `reviews:read`.
#[utoipa::path(
    operation_id = "listAllReviews",
    get, path = "/api/admin/reviews", tag = "admin", params(ReviewsQuery),
    security(("platformToken" = []), ("serviceKey" = ["reviews:read"])),
    responses(
        (status = 200, description = "One page of them.", body = inline(Paged<ModeratedReview>)),
        (status = 403, description = "`forbidden`: neither an admin nor a key with the scope.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Principal,
    Query(query): Query<ReviewsQuery>,
) -> Result<Listed<Paged<ModeratedReview>>, Problem> {
    caller.admin_or(Scope::ReviewsRead)?;
    let mut checks = Checks::default();
    let which = checks.optional::<Which>("?state", query.state.as_deref());
    let page = page(&mut checks, query.cursor.as_deref(), query.limit.as_deref());
    checks.done()?;
    let page = state.timed("reviews_all", reviews::all(&state.pool, which, page)).await?;
    let ids: Vec<Uuid> = page.items.iter().map(|row| row.id).collect();
    let reports = reviews::reports(&state.pool, &ids, limits::REPORTS);
    let reports = state.timed("reviews_reports", reports).await?;
    Ok(Listed(page.map(|row| ModeratedReview::new(row, &reports)).into()))
}
