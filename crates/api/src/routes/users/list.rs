//! `GET /api/users`

use axum::extract::State;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lectern_domain::{id::UserId, service_key::Scope, text::Search};
use lectern_store::users;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    extract::{Checks, Listed, Paged, Principal, Query, page},
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view::User,
};

/// Whose records.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsersQuery {
    /// Those with this text in the id, the name, the address or the number.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    q: Option<String>,
    /// `nextCursor` of the page before.
    #[param(nullable = false, pattern = "^[A-Za-z0-9_-]{2,171}$")]
    cursor: Option<String>,
    /// The most items.
    #[param(value_type = Option<u16>, nullable = false, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
}

/// People's records, in the order of their ids.
#[utoipa::path(
    operation_id = "listUsers",
    get, path = "/api/users", tag = "users", params(UsersQuery),
    security(("platformToken" = []), ("serviceKey" = ["users:read"])),
    responses(
        (status = 200, description = "One page of them.", body = inline(Paged<User>)),
        (status = 403, description = "`forbidden`: not an admin, or the key lacks the scope.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Principal,
    Query(query): Query<UsersQuery>,
) -> Result<Listed<Paged<User>>, Problem> {
    caller.admin_or(Scope::UsersRead)?;
    let mut checks = Checks::default();
    let search = checks.optional::<Search>("?q", query.q.as_deref());
    let limit = page(&mut checks, None, query.limit.as_deref()).limit;
    let after = query.cursor.as_deref().and_then(|cursor| {
        let after = read(cursor);
        if after.is_none() {
            checks.reject("?cursor", "expected the nextCursor of another page");
        }
        after
    });
    checks.done()?;
    // One record more than a page shows whether there is a next one.
    let found = users::list(&state.pool, search.as_ref(), after.as_ref(), limit + 1);
    let mut records = state.timed("users_list", found).await?;
    let more = records.len() > usize::from(limit);
    records.truncate(usize::from(limit));
    let next_cursor =
        records.last().filter(|_| more).map(|record| URL_SAFE_NO_PAD.encode(&record.id));
    Ok(Listed(Paged { items: records.into_iter().map(Into::into).collect(), next_cursor }))
}

fn read(cursor: &str) -> Option<UserId> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?.parse().ok()
}
