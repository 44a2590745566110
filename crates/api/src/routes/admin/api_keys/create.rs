//! `POST /api/admin/api-keys`

use axum::{Json, extract::State, http::StatusCode};
use chrono::TimeDelta;
use lectern_domain::{
    id::KeyId,
    service_key::{Scope, ServiceKey},
    text::Title,
};
use lectern_store::api_keys::{self, NewKey};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::{Body, Caller, Checks},
    limits,
    problem::{Problem, ProblemDocument},
    random,
    state::ApiState,
    view::{ApiKeyScope, CreatedApiKey},
};

/// A service key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewApiKey)]
pub(crate) struct NewApiKeyBody {
    /// What people call it, such as the server that uses it.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 200)]
    name: Option<String>,
    /// What it is good for.
    #[schema(required = true, nullable = false, value_type = Vec<ApiKeyScope>, min_items = 1)]
    scopes: Option<Vec<String>>,
    /// For how many days.
    #[schema(minimum = 1, maximum = 1826, default = 365)]
    expires_in_days: Option<i64>,
}

/// Makes a service key. The answer shows it in full, and nothing ever does
/// again. For admins.
#[utoipa::path(
    operation_id = "createApiKey",
    post, path = "/api/admin/api-keys", tag = "admin",
    request_body(content = NewApiKeyBody, example = json!({
        "name": "backend", "scopes": ["sessions:write", "users:write"], "expiresInDays": 365,
    })),
    responses(
        (status = 201, description = "The key.", body = CreatedApiKey),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    body: Body<NewApiKeyBody>,
) -> Result<(StatusCode, Json<CreatedApiKey>), Problem> {
    let caller = caller.admin()?;
    let mut checks = Checks::default();
    let name = checks.required::<Title>("/name", body.value.name.as_deref());
    let scopes = scopes(&mut checks, body.value.scopes.as_deref());
    let days = body.value.expires_in_days.unwrap_or(limits::KEY_DAYS);
    if !(1..=limits::KEY_DAYS_MAX).contains(&days) {
        let max = limits::KEY_DAYS_MAX;
        checks.reject("/expiresInDays", format_args!("expected a whole number from 1 to {max}"));
    }
    let Some(name) = name else { return Err(checks.problem()) };
    checks.done()?;
    let key = ServiceKey::new(KeyId(random::id()), random::secret());
    let now = state.clock.now();
    let expires_at = now + TimeDelta::days(days);
    let new = NewKey { id: key.id, name, hash: key.hash(), scopes, expires_at };
    let row = state
        .timed("api_keys_create", api_keys::create(&state.pool, &new, Some(&caller.actor), now))
        .await?;
    Ok((StatusCode::CREATED, Json(CreatedApiKey { key: key.reveal(), row: row.into() })))
}

/// Each scope once, in a fixed order.
fn scopes(checks: &mut Checks, names: Option<&[String]>) -> Vec<Scope> {
    let names = names.unwrap_or_default();
    if names.is_empty() {
        checks.reject("/scopes", "at least one is required");
    }
    let mut scopes = Vec::new();
    for (index, name) in names.iter().enumerate().take(limits::IDS) {
        scopes.extend(checks.accept(&format!("/scopes/{index}"), name.parse::<Scope>()));
    }
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}
