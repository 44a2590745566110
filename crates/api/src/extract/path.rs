//! Ids in paths. A text that is no id names nothing: 404.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use lectern_domain::id::{HoldId, SessionId, UserId};

use crate::{
    problem::{Code, Problem},
    state::ApiState,
};

/// `/sessions/{id}`
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionPath(pub(crate) SessionId);

/// `/holds/{id}`
#[derive(Debug, Clone, Copy)]
pub(crate) struct HoldPath(pub(crate) HoldId);

/// `/reviews/{userId}`, `/teachers/{id}`
#[derive(Debug, Clone)]
pub(crate) struct UserPath(pub(crate) UserId);

async fn text(parts: &mut Parts, state: &ApiState) -> Result<String, Problem> {
    let path = Path::<String>::from_request_parts(parts, state).await;
    path.map(|Path(text)| text).map_err(|_| Problem::new(Code::NotFound))
}

impl FromRequestParts<ApiState> for SessionPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let text = text(parts, state).await?;
        text.parse().map(Self).map_err(|_| Problem::new(Code::NotFound))
    }
}

impl FromRequestParts<ApiState> for HoldPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let text = text(parts, state).await?;
        text.parse().map(Self).map_err(|_| Problem::new(Code::NotFound))
    }
}

impl FromRequestParts<ApiState> for UserPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let text = text(parts, state).await?;
        text.parse().map(Self).map_err(|_| Problem::new(Code::NotFound))
    }
}
