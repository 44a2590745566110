//! Who calls, as the layers around the handlers have found out.

use axum::{extract::FromRequestParts, http::request::Parts};
use lectern_domain::{id::UserId, person::Actor};

use crate::{
    layers::Authenticated,
    problem::{Code, Problem},
    state::ApiState,
};

/// Somebody with a good token.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    /// What others see as the name.
    pub(crate) name: Option<String>,
}

impl Caller {
    /// Lets admins through, and nobody else.
    pub(crate) fn admin(self) -> Result<Self, Problem> {
        if self.actor.admin {
            return Ok(self);
        }
        Err(Problem::new(Code::Forbidden).detail("only admins may do this"))
    }
}

impl Caller {
    /// Lets the teacher of this id through, and admins.
    pub(crate) fn looks_after(&self, teacher: &UserId) -> Result<(), Problem> {
        if self.actor.admin || self.actor.id == *teacher {
            return Ok(());
        }
        Err(Problem::new(Code::Forbidden).detail("only the teacher and admins may do this"))
    }
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        let authenticated = parts.extensions.get::<Authenticated>().cloned();
        match authenticated {
            Some(Authenticated(result)) => {
                let identity = result?;
                Ok(Self { actor: identity.actor, name: identity.claims.name })
            }
            None => Err(Problem::new(Code::Internal).caused_by("a route without authentication")),
        }
    }
}
