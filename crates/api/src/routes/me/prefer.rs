//! `GET, PUT /api/me/preferences`

use axum::{Json, extract::State};
use lectern_domain::text::Locale;
use lectern_store::users;
use serde::Deserialize;
use utoipa::ToSchema;

use super::get::show;
use crate::{
    extract::{Body, Caller, Checks},
    problem::Problem,
    state::ApiState,
    view::Me,
};

/// What the caller prefers; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Preferences {
    /// An IANA time zone.
    time_zone: Option<String>,
    /// A BCP 47 language tag.
    #[schema(min_length = 2, max_length = 35)]
    locale: Option<String>,
}

/// What the caller prefers, beside who they are.
#[utoipa::path(
    operation_id = "getPreferences",
    get, path = "/api/me/preferences", tag = "me",
    responses((status = 200, description = "The caller.", body = Me)),
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<Json<Me>, Problem> {
    show(&state, &caller).await
}

/// Changes what the caller prefers.
#[utoipa::path(
    operation_id = "setPreferences",
    put, path = "/api/me/preferences", tag = "me", request_body = Preferences,
    responses((status = 200, description = "The caller, as they are now.", body = Me)),
)]
pub(crate) async fn prefer(
    State(state): State<ApiState>,
    caller: Caller,
    body: Body<Preferences>,
) -> Result<Json<Me>, Problem> {
    let mut checks = Checks::default();
    let zone = body
        .value
        .time_zone
        .as_deref()
        .and_then(|name| checks.accept("/timeZone", state.zones.name(name)));
    let locale = checks.optional::<Locale>("/locale", body.value.locale.as_deref());
    checks.done()?;
    let zone = zone.as_ref().map(|zone| zone.as_str());
    let locale = locale.as_ref().map(Locale::as_str);
    state
        .timed(
            "users_prefer",
            users::prefer(&state.pool, &caller.actor.id, zone, locale, state.clock.now()),
        )
        .await?;
    show(&state, &caller).await
}
