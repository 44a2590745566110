//! Where rooms are: the seam to the media plane, which this crate never sees.

use std::fmt;

use futures_util::future::BoxFuture;
use lectern_domain::id::SessionId;

/// Where a room is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The WebSocket URL of the node that holds it.
    pub url: String,
    /// The fence of the lease under which it does.
    pub fence: i64,
}

/// Why a room has no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// No media node takes rooms at the moment.
    #[error("no media node takes rooms")]
    NoNode,
    /// It could not be found out.
    #[error("the placement of the room failed: {0}")]
    Failed(String),
}

/// Why a room is closed from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCause {
    /// The lesson was cancelled.
    Cancelled,
}

/// Finds places for rooms, and closes them.
pub trait Rooms: fmt::Debug + Send + Sync {
    /// Where the room of a lesson is; it is placed if it is nowhere yet.
    fn place(&self, session: SessionId) -> BoxFuture<'_, Result<Placement, PlaceError>>;

    /// Closes the room of a lesson, if it is open. What cannot be reached now
    /// learns of it from the database.
    fn close(&self, session: SessionId, cause: CloseCause) -> BoxFuture<'_, ()>;

    /// Somebody may no longer be in a lesson: its room, if it is open, looks who
    /// is, and puts the others out. What cannot be reached now looks by itself.
    fn look_again(&self, session: SessionId);
}
