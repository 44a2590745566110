//! Who calls, as the layers around the handlers have found out.

use axum::{extract::FromRequestParts, http::request::Parts};
use chrono::{DateTime, Utc};
use lectern_domain::{id::UserId, person::Actor, service_key::Scope};

use crate::{
    auth::{Identity, Service},
    layers::Authenticated,
    problem::{Code, Problem},
    state::ApiState,
};

/// A person with a good token. Services are refused.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    /// What others see as the name.
    pub(crate) name: Option<String>,
    /// Until when the token is good.
    pub(crate) expires_at: DateTime<Utc>,
}

impl Caller {
    /// Lets admins through, and nobody else.
    pub(crate) fn admin(self) -> Result<Self, Problem> {
        if self.actor.admin {
            return Ok(self);
        }
        Err(only_admins())
    }
}

/// A person with a good token, or a service of the platform with a good key:
/// for endpoints that serve both. Each says what it asks of a service, or the
/// service gets nothing.
#[derive(Debug, Clone)]
pub(crate) enum Principal {
    Person(Caller),
    Service(Service),
}

impl Principal {
    /// Who acts: any person, or a service whose key has `scope`. A service acts
    /// for nobody in particular and is held to no more than its scope.
    pub(crate) fn person_or(&self, scope: Scope) -> Result<Actor, Problem> {
        match self {
            Self::Person(caller) => Ok(caller.actor.clone()),
            Self::Service(service) => service.acting(scope),
        }
    }

    /// The same, where people must be admins.
    pub(crate) fn admin_or(&self, scope: Scope) -> Result<Actor, Problem> {
        match self {
            Self::Person(caller) if caller.actor.admin => Ok(caller.actor.clone()),
            Self::Person(_) => Err(only_admins()),
            Self::Service(service) => service.acting(scope),
        }
    }

    /// Who acts: the teacher of this id, an admin, or a service with `scope`.
    pub(crate) fn looks_after(&self, teacher: &UserId, scope: Scope) -> Result<Actor, Problem> {
        match self {
            Self::Person(caller) if caller.actor.admin || caller.actor.id == *teacher => {
                Ok(caller.actor.clone())
            }
            Self::Person(_) => {
                Err(Problem::new(Code::Forbidden).detail("only the teacher and admins may do this"))
            }
            Self::Service(service) => service.acting(scope),
        }
    }

    /// By whom the request is made: whose idempotency keys it uses, say.
    pub(crate) fn id(&self) -> UserId {
        match self {
            Self::Person(caller) => caller.actor.id.clone(),
            Self::Service(service) => service.key.into(),
        }
    }
}

impl Service {
    fn acting(&self, scope: Scope) -> Result<Actor, Problem> {
        self.require(scope)?;
        Ok(Actor::service(self.key))
    }

    /// Acts for `user`, within the rights that this user has.
    pub(crate) fn acting_for(&self, scope: Scope, user: UserId) -> Result<Actor, Problem> {
        self.require(scope)?;
        Ok(Actor::service_for(self.key, user))
    }

    /// Lets services through whose key has `scope`.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        let detail = format!("the key lacks the scope {scope}");
        Err(Problem::new(Code::Forbidden).detail(detail))
    }
}

fn only_admins() -> Problem {
    Problem::new(Code::Forbidden).detail("only admins may do this")
}

impl FromRequestParts<ApiState> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        match parts.extensions.get::<Authenticated>().cloned() {
            Some(Authenticated(identity)) => Ok(match identity? {
                Identity::Person(bearer) => Self::Person(Caller {
                    actor: bearer.actor,
                    name: bearer.claims.name,
                    expires_at: bearer.expires_at,
                }),
                Identity::Service(service) => Self::Service(service),
            }),
            None => Err(Problem::new(Code::Internal).caused_by("a route without authentication")),
        }
    }
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        match Principal::from_request_parts(parts, state).await? {
            Principal::Person(caller) => Ok(caller),
            Principal::Service(_) => {
                Err(Problem::new(Code::Forbidden).detail("this is for people, not for keys"))
            }
        }
    }
}
