//! How many connections there may be: in all, from an address, of a user.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lectern_domain::id::UserId;

use crate::config::Limits;

/// Which bound was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crowded {
    /// The node has enough connections.
    Node,
    /// The address has.
    Address,
}

/// Counts connections, and refuses those that are too many.
#[derive(Debug)]
pub(super) struct Doors {
    limits: Limits,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    addresses: HashMap<IpAddr, usize>,
    users: HashMap<UserId, usize>,
}

impl Doors {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, counts: Mutex::default() })
    }

    /// Counts a connection until the pass is dropped.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Result<Pass, Crowded> {
        let address = whose(address);
        let mut counts = self.counts();
        if counts.all >= self.limits.connections {
            return Err(Crowded::Node);
        }
        if !add(&mut counts.addresses, address, self.limits.connections_per_address) {
            return Err(Crowded::Address);
        }
        counts.all += 1;
        Ok(Pass { doors: Arc::clone(self), address, user: None })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's right to be.
#[derive(Debug)]
pub(super) struct Pass {
    doors: Arc<Doors>,
    address: IpAddr,
    user: Option<UserId>,
}

impl Pass {
    /// Counts the connection as a user's. Returns whether they may have it.
    pub(super) fn belongs_to(&mut self, user: &UserId) -> bool {
        let limit = self.doors.limits.connections_per_user;
        let mut counts = self.doors.counts();
        if let Some(before) = self.user.take() {
            subtract(&mut counts.users, &before);
        }
        let allowed = add(&mut counts.users, user.clone(), limit);
        self.user = allowed.then(|| user.clone());
        allowed
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut counts = self.doors.counts();
        counts.all -= 1;
        subtract(&mut counts.addresses, &self.address);
        if let Some(user) = &self.user {
            subtract(&mut counts.users, user);
        }
    }
}

/// IPv6 is handed out by the /64, so that is what counts as an address.
fn whose(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

fn add<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: K, limit: usize) -> bool {
    let count = counts.entry(key).or_default();
    let allowed = *count < limit;
    *count += usize::from(allowed);
    allowed
}

fn subtract<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doors() -> Arc<Doors> {
        Doors::new(Limits {
            connections: 3,
            connections_per_address: 2,
            connections_per_user: 1,
            ..Limits::default()
        })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn addresses_and_the_node_fill_up_and_empty() {
        let doors = doors();
        let first = doors.enter(address("192.0.2.1")).expect("free");
        let _second = doors.enter(address("::ffff:192.0.2.1")).expect("free");
        assert_eq!(doors.enter(address("192.0.2.1")).err(), Some(Crowded::Address));
        let third = doors.enter(address("192.0.2.2")).expect("free");
        assert_eq!(doors.enter(address("192.0.2.3")).err(), Some(Crowded::Node));
        drop(third);
        assert_eq!(doors.enter(address("192.0.2.1")).err(), Some(Crowded::Address));
        drop(first);
        assert!(doors.enter(address("192.0.2.1")).is_ok());
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let doors = doors();
        let _passes = [
            doors.enter(address("2001:db8::1")).expect("free"),
            doors.enter(address("2001:db8::2")).expect("free"),
        ];
        assert_eq!(doors.enter(address("2001:db8::3")).err(), Some(Crowded::Address));
        assert!(doors.enter(address("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn a_user_has_a_few() {
        let doors = doors();
        let user: UserId = "mira".parse().expect("user");
        let mut first = doors.enter(address("192.0.2.1")).expect("free");
        let mut second = doors.enter(address("192.0.2.1")).expect("free");
        assert!(first.belongs_to(&user));
        assert!(first.belongs_to(&user), "the same connection counts once");
        assert!(!second.belongs_to(&user));
        drop(first);
        assert!(second.belongs_to(&user));
        drop(second);
        assert!(doors.counts().users.is_empty() && doors.counts().addresses.is_empty());
    }
}
