//! `POST /api/sign-in`

use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use lectern_domain::{secret::Secret, sign_in::SignInToken};
use lectern_store::{StoreError, sign_in};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    extract::{Body, Checks},
    problem::{Problem, ProblemDocument},
    random,
    state::ApiState,
};

/// A code from the platform.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInWithCode {
    /// The code.
    #[schema(required = true, nullable = false, pattern = "^[0-9a-f]{64}$")]
    code: Option<String>,
}

/// What a code is exchanged for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignedIn {
    /// For `Authorization: Bearer`.
    #[schema(pattern = "^ls_[0-9a-f]{64}$")]
    token: String,
    /// The first instant at which the token is no longer good.
    expires_at: DateTime<Utc>,
    /// The page of the web app that was wanted.
    return_to: String,
}

/// Signs in with a code that the platform gave. For everybody who has one; it
/// is good once, and for a minute.
#[utoipa::path(
    operation_id = "signIn",
    post, path = "/api/sign-in", tag = "sign-in",
    security(()),
    request_body = SignInWithCode,
    responses(
        (status = 201, description = "Signed in.", body = SignedIn),
        (status = 401, description = "`unauthenticated`: the code is unknown, used or too old.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn redeem(
    State(state): State<ApiState>,
    body: Body<SignInWithCode>,
) -> Result<(StatusCode, Json<SignedIn>), Problem> {
    let mut checks = Checks::default();
    let code = checks.required::<Secret>("/code", body.value.code.as_deref());
    let Some(code) = code else { return Err(checks.problem()) };
    let now = state.clock.now();
    let token = SignInToken(random::secret());
    let expires_at = now + state.sign_in.lifetime;
    let redeemed = state
        .timed(
            "sign_in_redeem",
            sign_in::redeem(&state.pool, code.hash(), token.0.hash(), expires_at, now),
        )
        .await
        .map_err(|error| match error {
            StoreError::NotFound => Problem::unauthenticated("the code is used, or too old"),
            error => error.into(),
        })?;
    let signed_in = SignedIn { token: token.reveal(), expires_at, return_to: redeemed.return_to };
    Ok((StatusCode::CREATED, Json(signed_in)))
}
