//! Which node holds which room, and what a room needs to know of its lesson.
//!
//! Nodes beat once a second; a lease is alive while the epoch of its node is.
//! Rooms are never renewed one by one. All of this runs on the database's
//! clock, so that nodes need not agree on the time.

mod lessons;
mod live;
mod nodes;
mod placement;
#[cfg(all(test, feature = "testing"))]
mod tests;

pub use self::{
    lessons::{Held, RoomFacts, begin, facts, finish, held},
    live::{LiveRoom, PersonThere, live},
    nodes::{NodeState, beat, register, retire},
    placement::{Lease, place},
};

/// How long a node counts as alive after its last beat, in seconds.
pub const NODE_ALIVE_SECONDS: f64 = 5.0;
