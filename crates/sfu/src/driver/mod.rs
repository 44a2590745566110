//! The driver: threads, sockets, clocks and queues around what is pure.
//!
//! A worker is a thread with one UDP port, and holds whole rooms: nothing on
//! the media path is shared between threads.

mod metrics;
mod outbox;
mod peers;
mod socket;
mod waker;
mod worker;

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    thread::{self, JoinHandle},
};

use lectern_domain::{
    id::{ParticipantId, SessionId},
    room::{Mid, Source},
};
use tokio::sync::{mpsc, oneshot};

pub(crate) use self::metrics::Metrics;
use self::{socket::Socket, waker::Waker, worker::Worker};
use crate::{
    engine::View,
    limits::Limits,
    negotiated::NegotiatedMedia,
    sfu::SfuEvent,
    transport::{IceParameters, Identity, TransportParameters},
};

/// What a worker is asked to do.
#[derive(Debug)]
pub(crate) enum Command {
    Join {
        room: SessionId,
        participant: ParticipantId,
        transport: TransportParameters,
        media: NegotiatedMedia,
        reply: oneshot::Sender<Result<(), WorkerFull>>,
    },
    Renegotiate {
        room: SessionId,
        participant: ParticipantId,
        ice: IceParameters,
        media: NegotiatedMedia,
        reply: oneshot::Sender<()>,
    },
    Assign {
        room: SessionId,
        receiver: ParticipantId,
        slots: Vec<(Mid, Option<(ParticipantId, Source)>)>,
    },
    View {
        room: SessionId,
        receiver: ParticipantId,
        mid: Mid,
        view: View,
    },
    Mute {
        room: SessionId,
        participant: ParticipantId,
        source: Source,
        muted: bool,
    },
    Leave {
        room: SessionId,
        participant: ParticipantId,
    },
    Close {
        room: SessionId,
    },
    Stop,
}

/// The worker has as many participants as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WorkerFull;

/// The worker has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WorkerGone;

/// The caller's end of a worker.
#[derive(Debug)]
pub(crate) struct WorkerHandle {
    address: SocketAddr,
    commands: mpsc::Sender<Command>,
    waker: Arc<Waker>,
}

impl WorkerHandle {
    /// Starts a worker on an address. Its thread ends after [`Command::Stop`],
    /// or when the handle is dropped.
    pub(crate) fn start(
        index: usize,
        listen: SocketAddr,
        identity: Arc<Identity>,
        metrics: &Metrics,
        events: mpsc::Sender<SfuEvent>,
        limits: Limits,
    ) -> io::Result<(Self, JoinHandle<()>)> {
        let socket = Socket::bind(listen, &limits.driver)?;
        let address = socket.address();
        let waker = Arc::new(Waker::new()?);
        let (sender, commands) = mpsc::channel(limits.driver.commands);
        let meter = metrics.worker(index);
        let worker = {
            let waker = Arc::clone(&waker);
            move || Worker::new(socket, waker, commands, events, identity, meter, limits).run()
        };
        let thread = thread::Builder::new().name(format!("sfu-{index}")).spawn(worker)?;
        Ok((Self { address, commands: sender, waker }, thread))
    }

    /// Where the worker's socket is bound.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Queues a command; waits while the queue is full.
    pub(crate) async fn send(&self, command: Command) -> Result<(), WorkerGone> {
        self.commands.send(command).await.map_err(|_| WorkerGone)?;
        self.waker.wake();
        Ok(())
    }
}

impl Drop for WorkerHandle {
    fn drop(&mut self) {
        // Only a full queue refuses it, and then the worker is awake; it sees
        // that the queue is closed when it has emptied it.
        let _ = self.commands.try_send(Command::Stop);
        self.waker.wake();
    }
}
