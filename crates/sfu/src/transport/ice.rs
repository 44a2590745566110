//! ICE as a lite agent (RFC 8445, section 2.5): it sends no checks; it answers
//! those of the peer, takes the pair the peer nominates, and watches consent
//! (RFC 7675).

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    time::Instant,
};

use crate::limits::TransportLimits;

/// Both ends of a way to the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Path {
    /// The local address that the peer sent to, and that it is answered from.
    /// `None` where the socket is bound to one address and needs no telling.
    pub local: Option<IpAddr>,
    /// The peer's address.
    pub remote: SocketAddr,
}

/// A username fragment and its password (RFC 8839, section 5.4).
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub ufrag: String,
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("ufrag", &self.ufrag).finish_non_exhaustive()
    }
}

/// One generation of ICE: what the offer and the answer agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IceParameters {
    pub local: Credentials,
    /// The peer's username fragment; its password is of no use to a lite agent.
    pub remote_ufrag: String,
}

#[derive(Debug)]
pub(super) struct Ice {
    current: IceParameters,
    /// The generation before a restart; it lives until the new one is nominated.
    previous: Option<IceParameters>,
    /// Addresses that an authentic request came from, with the latest one's time.
    validated: Vec<(Path, Instant)>,
    path: Option<Path>,
    nominated: bool,
    limits: TransportLimits,
}

impl Ice {
    pub(super) fn new(parameters: IceParameters, limits: TransportLimits) -> Self {
        Self {
            current: parameters,
            previous: None,
            validated: Vec::new(),
            path: None,
            nominated: false,
            limits,
        }
    }

    /// Begins a restart: both generations are answered until the peer
    /// nominates a pair under the new one. Returns the generation that a
    /// restart during a restart retires.
    pub(super) fn restart(&mut self, parameters: IceParameters) -> Option<IceParameters> {
        let finished = std::mem::replace(&mut self.current, parameters);
        self.previous.replace(finished)
    }

    pub(super) fn current(&self) -> &IceParameters {
        &self.current
    }

    /// The local credentials for a request with these fragments.
    pub(super) fn password(&self, local: &str, remote: &str) -> Option<&str> {
        let generations = std::iter::once(&self.current).chain(&self.previous);
        generations
            .filter(|generation| {
                generation.local.ufrag == local && generation.remote_ufrag == remote
            })
            .map(|generation| generation.local.password.as_str())
            .next()
    }

    /// Takes an authentic check under the local fragment `ufrag`. Returns what
    /// it changed; `retired` is the generation that is over.
    pub(super) fn handle_check(
        &mut self,
        now: Instant,
        path: Path,
        ufrag: &str,
        nominates: bool,
    ) -> (Option<SocketAddr>, Option<IceParameters>) {
        let forgotten = self.validate(now, path);
        if nominates || !self.nominated {
            // Before any nomination the first authentic address is the path.
            if nominates || self.path.is_none() {
                self.path = Some(path);
            }
            self.nominated |= nominates;
        }
        let retired = if nominates && ufrag == self.current.local.ufrag {
            self.previous.take()
        } else {
            None
        };
        (forgotten, retired)
    }

    /// The way to the peer, once there is one.
    pub(super) fn path(&self) -> Option<Path> {
        self.path
    }

    /// Whether an authentic request has come over the path.
    pub(super) fn is_validated(&self, path: Path) -> bool {
        self.validated.iter().any(|(known, _)| *known == path)
    }

    /// Whether the address was confirmed recently enough to be this peer's.
    pub(super) fn holds(&self, now: Instant, remote: SocketAddr) -> bool {
        self.validated.iter().any(|(path, at)| {
            path.remote == remote && now.duration_since(*at) < self.limits.consent_timeout
        })
    }

    /// When the peer's consent to be sent to expires.
    pub(super) fn consent_until(&self) -> Option<Instant> {
        let path = self.path?;
        let (_, at) = self.validated.iter().find(|(known, _)| *known == path)?;
        Some(*at + self.limits.consent_timeout)
    }

    pub(super) fn has_consent(&self, now: Instant) -> bool {
        self.consent_until().is_some_and(|until| now < until)
    }

    /// All addresses that are the peer's.
    pub(super) fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.validated.iter().map(|(path, _)| path.remote)
    }

    /// The local fragments that are answered.
    pub(super) fn ufrags(&self) -> impl Iterator<Item = &str> {
        let generations = std::iter::once(&self.current).chain(&self.previous);
        generations.map(|generation| generation.local.ufrag.as_str())
    }

    /// Remembers an address, in the place of the longest silent one that is
    /// not the path. Returns a remote address that nothing is left of.
    fn validate(&mut self, now: Instant, path: Path) -> Option<SocketAddr> {
        if let Some((_, at)) = self.validated.iter_mut().find(|(known, _)| *known == path) {
            *at = now;
            return None;
        }
        let mut forgotten = None;
        if self.validated.len() == self.limits.validated_addresses {
            let oldest = (0..self.validated.len())
                .filter(|index| Some(self.validated[*index].0) != self.path)
                .min_by_key(|index| self.validated[*index].1);
            if let Some(oldest) = oldest {
                let (gone, _) = self.validated.swap_remove(oldest);
                let kept = path.remote == gone.remote
                    || self.validated.iter().any(|(known, _)| known.remote == gone.remote);
                forgotten = (!kept).then_some(gone.remote);
            }
        }
        self.validated.push((path, now));
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn parameters(name: &str) -> IceParameters {
        IceParameters {
            local: Credentials { ufrag: name.to_owned(), password: format!("{name} password") },
            remote_ufrag: format!("their {name}"),
        }
    }

    fn path(port: u16) -> Path {
        Path { local: None, remote: ([192, 0, 2, 1], port).into() }
    }

    #[expect(clippy::disallowed_methods, reason = "a test needs some instant to begin with")]
    fn start() -> Instant {
        Instant::now()
    }

    #[test]
    fn the_path_follows_the_latest_nomination() {
        let now = start();
        let mut ice = Ice::new(parameters("a"), TransportLimits::default());
        assert_eq!(ice.path(), None);
        ice.handle_check(now, path(1), "a", false);
        ice.handle_check(now, path(2), "a", false);
        assert_eq!(ice.path(), Some(path(1)), "the first, while none is nominated");
        ice.handle_check(now, path(2), "a", true);
        assert_eq!(ice.path(), Some(path(2)));
        ice.handle_check(now, path(1), "a", false);
        assert_eq!(ice.path(), Some(path(2)), "a check alone does not move it");
        ice.handle_check(now, path(3), "a", true);
        assert_eq!(ice.path(), Some(path(3)));
    }

    #[test]
    fn both_credentials_live_until_the_new_pair_is_nominated() {
        let now = start();
        let mut ice = Ice::new(parameters("a"), TransportLimits::default());
        ice.handle_check(now, path(1), "a", true);
        assert_eq!(ice.restart(parameters("b")), None);
        assert_eq!(ice.password("a", "their a"), Some("a password"));
        assert_eq!(ice.password("b", "their b"), Some("b password"));
        assert_eq!(ice.password("b", "their a"), None);

        let (_, retired) = ice.handle_check(now, path(1), "a", true);
        assert_eq!(retired, None, "the old pair goes on being nominated");
        let (_, retired) = ice.handle_check(now, path(2), "b", false);
        assert_eq!(retired, None);
        let (_, retired) = ice.handle_check(now, path(2), "b", true);
        assert_eq!(retired, Some(parameters("a")));
        assert_eq!(ice.password("a", "their a"), None);
        assert_eq!(ice.path(), Some(path(2)));
    }

    #[test]
    fn consent_is_that_of_the_path_and_expires() {
        let limits = TransportLimits::default();
        let now = start();
        let mut ice = Ice::new(parameters("a"), limits);
        assert!(!ice.has_consent(now));
        ice.handle_check(now, path(1), "a", true);
        let later = now + limits.consent_timeout - Duration::from_millis(1);
        assert!(ice.has_consent(later));
        ice.handle_check(later, path(2), "a", false);
        assert!(!ice.has_consent(now + limits.consent_timeout));
        ice.handle_check(now + limits.consent_timeout, path(2), "a", true);
        assert!(ice.has_consent(now + limits.consent_timeout));
    }

    #[test]
    fn addresses_are_bounded_and_the_path_is_kept() {
        let limits = TransportLimits::default();
        let mut now = start();
        let mut ice = Ice::new(parameters("a"), limits);
        ice.handle_check(now, path(1), "a", true);
        let mut forgotten = Vec::new();
        for port in 2..100 {
            now += Duration::from_millis(1);
            let (gone, _) = ice.handle_check(now, path(port), "a", false);
            forgotten.extend(gone);
        }
        assert_eq!(ice.addresses().count(), limits.validated_addresses);
        assert_eq!(forgotten.len(), 99 - limits.validated_addresses);
        assert!(ice.is_validated(path(1)) && ice.is_validated(path(99)));
    }
}
