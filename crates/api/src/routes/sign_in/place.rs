//! `GET /api/sign-in`

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::ApiState;

/// Where people sign in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignInPlace {
    /// The platform's page; null: people find it by themselves. The web app
    /// adds the page to come back to as `returnTo`.
    #[schema(required = true, format = "uri", example = "https://school.example/login")]
    url: Option<String>,
}

/// Where people sign in who have no token. For everybody.
#[utoipa::path(
    operation_id = "getSignInPlace",
    get, path = "/api/sign-in", tag = "sign-in",
    security(()),
    responses((status = 200, description = "The place.", body = SignInPlace)),
)]
pub(crate) async fn place(State(state): State<ApiState>) -> Json<SignInPlace> {
    Json(SignInPlace { url: state.sign_in.url.clone() })
}
