//! Many participants on one thread, over real sockets.

mod member;
mod worker;

use std::{
    io,
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc,
        mpsc::{SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Instant,
};

use anyhow::Context as _;
use nix::sys::{
    eventfd::{EfdFlags, EventFd},
    socket::{setsockopt, sockopt},
};
use tokio::sync::mpsc;

use crate::{
    limits::COMMANDS,
    peer::{Event, Peer, SendPlan, Tally},
};

use self::worker::Worker;

/// Events of one participant that may wait to be read; there are never more.
const EVENTS: usize = 4;

/// Asked for; the kernel cuts it to its own maximum.
const SOCKET_BUFFER_BYTES: usize = 1024 * 1024;

/// A participant of a swarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MemberId(usize);

/// When something happened to a participant.
pub type Happened = (Instant, Event);

/// What the thread is told.
pub(crate) enum Command {
    Add { socket: UdpSocket, peer: Box<Peer>, events: mpsc::Sender<Happened> },
    Start { member: MemberId, start: Instant, plan: SendPlan },
    Remove { member: MemberId },
    Take { reply: SyncSender<Report> },
    Stop,
}

/// What was counted since the last report, and the packets that all present
/// participants should have got and did not get, since they came.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The counters.
    pub tally: Tally,
    /// Packets that should have come.
    pub expected: u64,
    /// Packets that did not.
    pub lost: u64,
}

/// A thread of participants. It ends when this is dropped.
#[derive(Debug)]
pub struct Swarm {
    commands: SyncSender<Command>,
    waker: Arc<EventFd>,
    thread: Option<JoinHandle<()>>,
    members: usize,
}

impl Swarm {
    /// Starts the thread. `run_began` is the origin of the times in the
    /// packets.
    ///
    /// # Errors
    /// The system has no thread or descriptor left.
    pub fn start(run_began: Instant) -> anyhow::Result<Self> {
        let (commands, inbox) = sync_channel(COMMANDS);
        let waker = Arc::new(EventFd::from_flags(EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC)?);
        let mut worker = Worker::new(run_began, inbox, Arc::clone(&waker))?;
        let thread = std::thread::Builder::new().name("swarm".to_owned()).spawn(move || {
            if let Err(error) = worker.run() {
                eprintln!("the participants stopped: {error}");
            }
        })?;
        Ok(Self { commands, waker, thread: Some(thread), members: 0 })
    }

    fn tell(&self, command: Command) -> anyhow::Result<()> {
        self.commands.send(command).ok().context("the participants have stopped")?;
        self.waker.write(1)?;
        Ok(())
    }

    /// Adds a participant whose socket is connected, and where its events go.
    ///
    /// # Errors
    /// The thread has stopped.
    pub fn add(
        &mut self,
        socket: UdpSocket,
        peer: Peer,
    ) -> anyhow::Result<(MemberId, mpsc::Receiver<Happened>)> {
        let (events, receiver) = mpsc::channel(EVENTS);
        self.tell(Command::Add { socket, peer: Box::new(peer), events })?;
        self.members += 1;
        Ok((MemberId(self.members - 1), receiver))
    }

    /// Lets a participant send, from `start` on.
    ///
    /// # Errors
    /// The thread has stopped.
    pub fn start_media(
        &self,
        member: MemberId,
        start: Instant,
        plan: SendPlan,
    ) -> anyhow::Result<()> {
        self.tell(Command::Start { member, start, plan })
    }

    /// Takes a participant away.
    ///
    /// # Errors
    /// The thread has stopped.
    pub fn remove(&self, member: MemberId) -> anyhow::Result<()> {
        self.tell(Command::Remove { member })
    }

    /// What was counted since this was last called.
    ///
    /// # Errors
    /// The thread has stopped.
    pub fn take_report(&self) -> anyhow::Result<Report> {
        let (reply, answer) = sync_channel(1);
        self.tell(Command::Take { reply })?;
        answer.recv().context("the participants have stopped")
    }
}

impl Drop for Swarm {
    fn drop(&mut self) {
        self.tell(Command::Stop).unwrap_or_default();
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            eprintln!("the participants' thread panicked");
        }
    }
}

/// A socket that can reach this address of this machine, not yet connected.
///
/// It is bound to the address itself, so an address of another machine is an
/// error: the load never leaves this one.
///
/// # Errors
/// The address is not this machine's, or the system has no socket left.
pub fn bind(towards: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind((towards.ip(), 0))?;
    socket.set_nonblocking(true)?;
    setsockopt(&socket, sockopt::RcvBuf, &SOCKET_BUFFER_BYTES)?;
    Ok(socket)
}
