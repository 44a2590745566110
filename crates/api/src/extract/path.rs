//! Ids in paths. A text that is no id names nothing: 404.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use lectern_domain::{
    id::{DisputeId, HoldId, KeyId, ProposalId, ReviewId, SessionId, UserId},
    secret::Secret,
};

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

/// `/admin/disputes/{id}`
#[derive(Debug, Clone, Copy)]
pub(crate) struct DisputePath(pub(crate) DisputeId);

/// `/admin/reviews/{id}`
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReviewPath(pub(crate) ReviewId);

/// `/admin/api-keys/{id}`
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyPath(pub(crate) KeyId);

/// `/reviews/{userId}`, `/teachers/{id}`
#[derive(Debug, Clone)]
pub(crate) struct UserPath(pub(crate) UserId);

/// `/calendar/{secret}.ics`
#[derive(Debug, Clone)]
pub(crate) struct CalendarPath(pub(crate) Secret);

/// `/sessions/{id}/proposals/{proposalId}`
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProposalPath {
    pub(crate) session: SessionId,
    pub(crate) proposal: ProposalId,
}

/// `/sessions/{id}/seats/{userId}`
#[derive(Debug, Clone)]
pub(crate) struct SeatPath {
    pub(crate) session: SessionId,
    pub(crate) user: UserId,
}

async fn text(parts: &mut Parts, state: &ApiState) -> Result<String, Problem> {
    let path = Path::<String>::from_request_parts(parts, state).await;
    path.map(|Path(text)| text).map_err(|_| Problem::new(Code::NotFound))
}

/// Both ids of a path that has two.
async fn pair<A: FromStr, B: FromStr>(
    parts: &mut Parts,
    state: &ApiState,
) -> Result<(A, B), Problem> {
    let nothing = || Problem::new(Code::NotFound);
    let path = Path::<(String, String)>::from_request_parts(parts, state).await;
    let Path((a, b)) = path.map_err(|_| nothing())?;
    Ok((a.parse().map_err(|_| nothing())?, b.parse().map_err(|_| nothing())?))
}

impl FromRequestParts<ApiState> for ProposalPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        pair(parts, state).await.map(|(session, proposal)| Self { session, proposal })
    }
}

impl FromRequestParts<ApiState> for SeatPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        pair(parts, state).await.map(|(session, user)| Self { session, user })
    }
}

impl FromRequestParts<ApiState> for CalendarPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let file = text(parts, state).await?;
        let secret = file.strip_suffix(".ics").and_then(|secret| secret.parse().ok());
        secret.map(Self).ok_or_else(|| Problem::new(Code::NotFound))
    }
}

macro_rules! from_path {
    ($($path:ident),*) => {
        $(impl FromRequestParts<ApiState> for $path {
            type Rejection = Problem;

            async fn from_request_parts(
                parts: &mut Parts,
                state: &ApiState,
            ) -> Result<Self, Problem> {
                let text = text(parts, state).await?;
                text.parse().map(Self).map_err(|_| Problem::new(Code::NotFound))
            }
        })*
    };
}

from_path!(SessionPath, UserPath, HoldPath, KeyPath, ReviewPath, DisputePath);
