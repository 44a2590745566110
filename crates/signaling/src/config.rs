//! What a node's signaling is configured with.

use std::{fmt, sync::Arc};

use chrono::TimeDelta;
use lectern_domain::{clock::Clock, id::NodeId};

/// What a node's signaling is configured with.
#[derive(Debug, Clone)]
pub struct Config {
    /// This node, as it is registered.
    pub node: NodeId,
    /// The epoch under which it is registered.
    pub epoch: i64,
    /// The keys with which room tokens are signed.
    pub room_keys: RoomKeys,
    /// The web origins (RFC 6454) from which browsers may connect, besides the
    /// one that serves `/signal` itself.
    pub origins: Vec<String>,
    /// How long a room stays open after the end of its lesson.
    pub grace: TimeDelta,
    /// How much the node takes on.
    pub limits: Limits,
    /// Says what time it is.
    pub clock: Arc<dyn Clock>,
}

/// How much a node takes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rooms at once.
    pub rooms: usize,
    /// Participants in one room.
    pub participants: usize,
    /// WebSockets at once.
    pub connections: usize,
    /// WebSockets from one address.
    pub connections_per_address: usize,
    /// WebSockets of one user.
    pub connections_per_user: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rooms: 2_000,
            participants: 64,
            connections: 10_000,
            connections_per_address: 256,
            connections_per_user: 8,
        }
    }
}

/// The secrets of room tokens: the one that signs, and those that did before.
#[derive(Clone, PartialEq, Eq)]
pub struct RoomKeys(pub Vec<Vec<u8>>);

impl fmt::Debug for RoomKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomKeys({} secrets)", self.0.len())
    }
}
