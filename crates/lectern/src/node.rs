//! This server as a media node: its entry in the registry, its heartbeat, and
//! the API's way to rooms.

use std::{fmt, time::Duration};

use futures_util::future::BoxFuture;
use lectern_api::{CloseCause, PlaceError, Placement, Rooms};
use lectern_domain::id::{NodeId, SessionId};
use lectern_protocol::CloseReason;
use lectern_signaling::{Handle, Limits};
use lectern_store::rooms::{self, NodeState};
use rand::RngExt as _;
use sqlx::PgPool;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;

/// The time between two heartbeats. A node counts as gone after several.
const BEAT: Duration = Duration::from_secs(1);
/// How long a heartbeat waits for the database.
const BEAT_TIMEOUT: Duration = Duration::from_secs(2);

/// The entry of this process among the media nodes.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) pool: PgPool,
    pub(crate) id: NodeId,
    /// Rises with every start: leases of an earlier process are void.
    pub(crate) epoch: i64,
}

/// What the last heartbeat found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pulse {
    /// The database answered.
    Beating,
    /// The database did not answer.
    NoDatabase,
    /// Another process has this node's place.
    Replaced,
}

impl Node {
    /// Enters this node. `url` is where clients open the WebSocket.
    pub(crate) async fn register(
        pool: &PgPool,
        id: NodeId,
        url: &str,
        region: &str,
    ) -> Result<Self, lectern_store::StoreError> {
        let epoch = rooms::register(pool, id, url, region).await?;
        Ok(Self { pool: pool.clone(), id, epoch })
    }

    /// Says every second that this node is there, until `stop`; tells what
    /// came of it by `pulse`. While `draining`, no new rooms are placed here.
    pub(crate) async fn beat(
        self,
        signaling: Handle,
        capacity: Limits,
        pulse: watch::Sender<Pulse>,
        draining: CancellationToken,
        stop: CancellationToken,
    ) {
        let mut ticks = interval(BEAT);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let state =
                if draining.is_cancelled() { NodeState::Draining } else { NodeState::Active };
            let load = load(&signaling, capacity);
            let beat = rooms::beat(&self.pool, self.id, self.epoch, state, load);
            let found = match timeout(BEAT_TIMEOUT, beat).await {
                Ok(Ok(true)) => Pulse::Beating,
                Ok(Ok(false)) => Pulse::Replaced,
                Ok(Err(_)) | Err(_) => Pulse::NoDatabase,
            };
            pulse.send_if_modified(|last| {
                let changed = *last != found;
                if changed {
                    tracing::info!(?found, "node.pulse");
                }
                *last = found;
                changed
            });
        }
    }

    /// Says that this node is gone: others may take its rooms at once.
    pub(crate) async fn retire(&self) {
        let retire = rooms::retire(&self.pool, self.id, self.epoch);
        match timeout(BEAT_TIMEOUT, retire).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "node.not_retired"),
            Err(_) => tracing::warn!("node.not_retired"),
        }
    }
}

/// How busy the node is, from 0 to 1: by rooms or by people, whichever is more.
fn load(signaling: &Handle, capacity: Limits) -> f32 {
    let now = signaling.load();
    let share = |used: usize, of: usize| used as f32 / of.max(1) as f32;
    share(now.rooms, capacity.rooms)
        .max(share(now.participants, capacity.connections))
        .clamp(0.0, 1.0)
}

/// The API's way to rooms: by lease to whichever node, and to this one's own
/// signaling.
pub(crate) struct NodeRooms {
    pub(crate) node: Node,
    pub(crate) signaling: Handle,
}

impl fmt::Debug for NodeRooms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeRooms").field("node", &self.node.id).finish_non_exhaustive()
    }
}

impl Rooms for NodeRooms {
    fn place(&self, session: SessionId) -> BoxFuture<'_, Result<Placement, PlaceError>> {
        Box::pin(async move {
            #[expect(clippy::disallowed_methods, reason = "a driver: placement is a random choice")]
            let draw = rand::rng().random();
            match rooms::place(&self.node.pool, session, draw).await {
                Ok(Some(lease)) => Ok(Placement { url: lease.url, fence: lease.fence }),
                Ok(None) => Err(PlaceError::NoNode),
                Err(error) => Err(PlaceError::Failed(error.to_string())),
            }
        })
    }

    /// Another node that holds the room learns of it from the database.
    fn close(&self, session: SessionId, cause: CloseCause) -> BoxFuture<'_, ()> {
        let reason = match cause {
            CloseCause::Cancelled => CloseReason::Cancelled,
        };
        Box::pin(self.signaling.close_room(session, reason))
    }

    /// All rooms of this node look at once, and those of others within a second.
    fn look_again(&self, _: SessionId) {
        self.signaling.look_again();
    }
}
