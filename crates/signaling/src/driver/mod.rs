//! The hub between WebSockets, the media plane and the database: the only
//! place of this crate that does I/O.
//!
//! One task owns the [`Hub`](crate::hub::Hub). Every WebSocket has a task of
//! its own, which checks what can be checked without the hub and otherwise
//! hands it on. One task writes to the database, and one compares the open
//! rooms with it. All queues between them are bounded, see [`crate::limits`].

mod admission;
mod clock;
mod doors;
mod handshake;
mod hub_task;
mod metrics;
mod queue;
mod rate;
mod recorder;
mod socket;
mod token;
mod watch;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use axum::Router;
use lectern_domain::id::SessionId;
use lectern_protocol::CloseReason;
use prometheus::Registry;
use sqlx::PgPool;
use tokio::sync::{Notify, mpsc, watch as latest};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{config::Config, limits, media::Media};
use clock::Clocks;
use doors::Doors;
use hub_task::{HubTask, Input};
use metrics::Metrics;

/// How busy a node's signaling is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Rooms that are open.
    pub rooms: usize,
    /// People in them, and those who are entering.
    pub participants: usize,
}

/// Why signaling did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its metrics are registered already.
    #[error("cannot register the metrics of signaling: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// What the tasks of connections share.
#[derive(Debug)]
struct Shared {
    config: Config,
    pool: PgPool,
    clocks: Clocks,
    metrics: Metrics,
    doors: Arc<Doors>,
    inputs: mpsc::Sender<Input>,
    draining: AtomicBool,
    next_connection: AtomicU64,
    /// That the open rooms are to be compared with the database now.
    look: Notify,
    shutdown: CancellationToken,
    tasks: TaskTracker,
}

/// The way to running signaling for those who started it.
#[derive(Debug, Clone)]
pub struct Handle {
    shared: Arc<Shared>,
    load: latest::Receiver<Load>,
}

/// Starts signaling. The router serves `GET /signal`; it needs axum's
/// [`ConnectInfo`](axum::extract::ConnectInfo) of a socket address, which a
/// trusted proxy in front may set to the client's own.
///
/// It runs until `shutdown` is cancelled; [`Handle::stopped`] says when
/// everybody was told and everything is written.
pub fn start(
    config: Config,
    pool: PgPool,
    media: Media,
    registry: &Registry,
    shutdown: CancellationToken,
) -> Result<(Router, Handle), StartError> {
    let metrics = Metrics::new(registry)?;
    let (inputs, hub_inputs) = mpsc::channel(limits::HUB_QUEUE);
    let (report, load) = latest::channel(Load::default());
    let shared = Arc::new(Shared {
        clocks: Clocks::new(Arc::clone(&config.clock)),
        doors: Doors::new(config.limits),
        config,
        pool,
        metrics,
        inputs,
        draining: AtomicBool::new(false),
        next_connection: AtomicU64::new(0),
        look: Notify::new(),
        shutdown,
        tasks: TaskTracker::new(),
    });
    let records = recorder::start(&shared);
    let task = HubTask::new(&shared, media, hub_inputs, records, report);
    shared.tasks.spawn(task.run());
    shared.tasks.spawn(watch::run(Arc::clone(&shared)));
    shared.tasks.close();
    let handle = Handle { shared: Arc::clone(&shared), load };
    Ok((handshake::router(shared), handle))
}

impl Handle {
    /// Closes a room, if it is open here.
    pub async fn close_room(&self, room: SessionId, reason: CloseReason) {
        // A hub that is gone has closed all its rooms.
        let _ = self.shared.inputs.send(Input::Close { room, reason }).await;
    }

    /// Compares the open rooms with the database at once: somebody may no longer
    /// be in a lesson.
    pub fn look_again(&self) {
        self.shared.look.notify_one();
    }

    /// Opens no more rooms, and waits until the last one is empty.
    pub async fn drain(&self) {
        self.shared.draining.store(true, Ordering::Relaxed);
        let mut load = self.load.clone();
        // The sender goes with the hub, and then nobody is left either.
        let _ = load.wait_for(|load| load.participants == 0).await;
    }

    /// How busy it is now.
    pub fn load(&self) -> Load {
        *self.load.borrow()
    }

    /// Waits until signaling has come to its end after `shutdown`.
    pub async fn stopped(&self) {
        self.shared.tasks.wait().await;
    }
}
