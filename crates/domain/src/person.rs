//! Who acts, and with which right.

use crate::id::{KeyId, UserId};

/// Whoever makes a request, as the platform's token or its key says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The platform's user: who acts, or for whom a service does. A service
    /// that acts for nobody goes by its key's name.
    pub id: UserId,
    /// Whether everybody's lessons are theirs to look after.
    pub admin: bool,
    /// The key of the service that acts, if it is one.
    pub key: Option<KeyId>,
}

impl Actor {
    /// A user of the platform.
    pub const fn person(id: UserId) -> Self {
        Self { id, admin: false, key: None }
    }

    /// A user whom the platform calls an admin.
    pub const fn admin(id: UserId) -> Self {
        Self { id, admin: true, key: None }
    }

    /// A service that does what `user` might do, in their name.
    pub const fn service_for(key: KeyId, user: UserId) -> Self {
        Self { id: user, admin: false, key: Some(key) }
    }

    /// A service that acts for nobody in particular. What it may do, its key's
    /// scopes have said already.
    pub fn service(key: KeyId) -> Self {
        Self { id: key.into(), admin: true, key: Some(key) }
    }

    /// The user for whom a service acts, where it is one and does.
    pub fn on_behalf_of(&self) -> Option<&UserId> {
        self.key.map(UserId::from).filter(|own| *own != self.id).map(|_| &self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_acts_for_a_user_or_for_nobody() {
        let key = KeyId("0197b5c0-0000-7000-8000-000000000001".parse().expect("a UUID"));
        let jonas: UserId = "jonas".parse().expect("a user id");
        let cases = [
            (Actor::person(jonas.clone()), None),
            (Actor::admin(jonas.clone()), None),
            (Actor::service_for(key, jonas.clone()), Some(&jonas)),
            (Actor::service(key), None),
        ];
        for (actor, expected) in &cases {
            assert_eq!(actor.on_behalf_of(), *expected, "{actor:?}");
        }
    }
}
