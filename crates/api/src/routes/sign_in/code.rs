//! `POST /api/sign-in-codes`

use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use lectern_domain::{id::UserId, service_key::Scope, sign_in::ReturnTo, text::Title};
use lectern_store::{
    sign_in::{self, NewCode},
    users::{self, Claims},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    extract::{Body, Checks, Principal},
    problem::{Code, Problem, ProblemDocument},
    random,
    state::ApiState,
};

/// Who is to come in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewSignInCode {
    /// The platform's id.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 128)]
    user: Option<String>,
    /// What others see; what is known stays, where this is missing.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Whether they look after everybody's lessons.
    #[serde(default)]
    #[schema(default = false)]
    admin: bool,
    /// The page of the web app that they wanted: a path.
    #[schema(
        max_length = 512,
        default = "/",
        pattern = r"^/(([A-Za-z0-9?._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})([A-Za-z0-9/?._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)?$"
    )]
    return_to: Option<String>,
}

/// What to send somebody's browser to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignInCode {
    /// The code, good once.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    code: String,
    /// The web app's address with the code in its fragment, which browsers send
    /// to nobody.
    #[schema(format = "uri")]
    url: String,
    /// The first instant at which the code is no longer good: a minute away.
    expires_at: DateTime<Utc>,
}

/// Makes a code with which one person signs in once, within a minute.
///
/// For the platform's servers, after somebody has signed in there: answer them
/// with a redirect to `url`.
#[utoipa::path(
    operation_id = "createSignInCode",
    post, path = "/api/sign-in-codes", tag = "sign-in",
    security(("serviceKey" = ["sign-in:write"])),
    request_body(content = NewSignInCode, example = json!({
        "user": "jonas", "name": "Jonas Weber", "returnTo": "/lessons/0198f2b4-6c1e-7a52-9a44-3f0c8f1d2e77",
    })),
    responses(
        (status = 201, description = "The code.", body = SignInCode),
        (status = 403, description = "`forbidden`: not a service, or its key lacks the scope.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "`user_erased`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn make(
    State(state): State<ApiState>,
    caller: Principal,
    body: Body<NewSignInCode>,
) -> Result<(StatusCode, Json<SignInCode>), Problem> {
    let Principal::Service(_) = &caller else {
        return Err(Problem::new(Code::Forbidden).detail("only the platform's servers may do this"));
    };
    let by = caller.person_or(Scope::SignInWrite)?;
    let mut checks = Checks::default();
    let user = checks.required::<UserId>("/user", body.value.user.as_deref());
    let name = checks.optional::<Title>("/name", body.value.name.as_deref());
    let return_to = checks.optional::<ReturnTo>("/returnTo", body.value.return_to.as_deref());
    let Some(user) = user else { return Err(checks.problem()) };
    checks.done()?;
    let now = state.clock.now();
    let claims = Claims {
        id: user,
        name: name.map(|name| name.to_string()),
        locale: None,
        time_zone: None,
        email: None,
    };
    state.timed("users_remember", users::remember(&state.pool, &claims, now)).await?;
    let code = random::secret();
    let return_to = return_to.unwrap_or_default();
    let new = NewCode {
        hash: code.hash(),
        user: &claims.id,
        admin: body.value.admin,
        return_to: &return_to,
    };
    let expires_at =
        state.timed("sign_in_add_code", sign_in::add_code(&state.pool, &new, &by, now)).await?;
    let code = code.reveal();
    let url = format!("{}{return_to}#code={code}", state.public_url);
    Ok((StatusCode::CREATED, Json(SignInCode { code, url, expires_at })))
}
