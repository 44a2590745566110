//! A worker's loop: wait, take commands, read, let time pass, write, tell.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use lectern_domain::id::{ParticipantId, SessionId};
use tokio::sync::mpsc::{self, error::TryRecvError};

use super::{
    Command, WorkerFull,
    metrics::{Drop, WorkerMeter},
    outbox::Outbox,
    peers::{Peer, Peers},
    socket::{Inbox, Socket},
    waker::Waker,
};
use crate::{
    engine::{Engine, EngineEvent, Output, PeerKey},
    limits::Limits,
    negotiated::NegotiatedMedia,
    sfu::SfuEvent,
    transport::{
        BindingRequest, DatagramKind, Identity, Path, SrtpError, Transport, TransportEvent,
        TransportParameters,
    },
};

/// Commands taken in one turn.
const COMMANDS_A_TURN: usize = 64;
/// How soon to try again when nobody takes the events.
const EVENT_RETRY: Duration = Duration::from_millis(10);

pub(super) struct Worker {
    socket: Socket,
    waker: Arc<Waker>,
    commands: mpsc::Receiver<Command>,
    events: mpsc::Sender<SfuEvent>,
    /// Events that did not fit; commands wait while there are too many.
    backlog: VecDeque<SfuEvent>,
    identity: Arc<Identity>,
    engine: Engine,
    peers: Peers,
    outbox: Outbox,
    meter: WorkerMeter,
    limits: Limits,
}

/// Whether the worker goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Next,
    Last,
}

impl Worker {
    #[expect(clippy::disallowed_methods, reason = "a driver draws the engine's seed and time")]
    pub(super) fn new(
        socket: Socket,
        waker: Arc<Waker>,
        commands: mpsc::Receiver<Command>,
        events: mpsc::Sender<SfuEvent>,
        identity: Arc<Identity>,
        meter: WorkerMeter,
        limits: Limits,
    ) -> Self {
        let engine = Engine::new(Instant::now(), SystemTime::now(), rand::random(), limits.engine);
        Self {
            socket,
            waker,
            commands,
            events,
            backlog: VecDeque::new(),
            identity,
            engine,
            peers: Peers::default(),
            outbox: Outbox::new(&limits.driver),
            meter,
            limits,
        }
    }

    /// Works until it is stopped.
    pub(super) fn run(mut self) {
        let mut inbox = Inbox::new();
        loop {
            if let Err(error) = self.waker.wait(&self.socket, self.patience(clock())) {
                tracing::error!(%error, "sfu worker cannot wait for its socket");
                break;
            }
            let turn = self.take_commands(clock());
            self.read(&mut inbox);
            self.let_time_pass(clock());
            self.flush();
            self.publish();
            self.meter.tell(self.engine.stats());
            if turn == Turn::Last {
                break;
            }
        }
        self.stop(clock());
    }

    /// How long there is nothing to do.
    fn patience(&self, now: Instant) -> Option<Duration> {
        let due = [self.engine.poll_timeout(), self.peers.next_timeout()];
        let due = due.into_iter().flatten().min().map(|due| due.saturating_duration_since(now));
        let retry = (!self.backlog.is_empty()).then_some(EVENT_RETRY);
        [due, retry].into_iter().flatten().min()
    }

    fn take_commands(&mut self, now: Instant) -> Turn {
        for _ in 0..COMMANDS_A_TURN {
            if self.backlog.len() >= self.limits.driver.events {
                return Turn::Next;
            }
            match self.commands.try_recv() {
                Ok(Command::Stop) | Err(TryRecvError::Disconnected) => return Turn::Last,
                Ok(command) => self.handle_command(now, command),
                Err(TryRecvError::Empty) => return Turn::Next,
            }
        }
        // There may be more: the next wait is to end at once.
        self.waker.wake();
        Turn::Next
    }

    fn handle_command(&mut self, now: Instant, command: Command) {
        match command {
            Command::Join { room, participant, transport, media, reply } => {
                let outcome = self.join(now, room, participant, transport, media);
                if reply.send(outcome).is_err() && outcome.is_ok() {
                    // Whoever asked has given up: nobody would say goodbye.
                    self.leave(now, self.peers.named(room, participant));
                }
            }
            Command::Renegotiate { room, participant, ice, media, reply } => {
                if let Some(key) = self.peers.named(room, participant)
                    && let Some(peer) = self.peers.get_mut(key)
                {
                    let retired = peer.transport.restart(ice);
                    self.peers.update_ufrags(key, retired);
                    self.engine.update(now, key, media);
                    self.drain(None);
                    // Whoever no longer waits has no use for the news either.
                    let _ = reply.send(());
                }
            }
            Command::Assign { room, receiver, slots } => {
                if let Some(key) = self.peers.named(room, receiver) {
                    for (mid, from) in slots {
                        self.engine.assign(now, key, &mid, from);
                        self.drain(None);
                    }
                }
            }
            Command::View { room, receiver, mid, view } => {
                if let Some(key) = self.peers.named(room, receiver) {
                    self.engine.view(now, key, &mid, view);
                    self.drain(None);
                }
            }
            Command::Mute { room, participant, source, muted } => {
                if let Some(key) = self.peers.named(room, participant) {
                    self.engine.mute(now, key, source, muted);
                    self.drain(None);
                }
            }
            Command::Leave { room, participant } => {
                self.leave(now, self.peers.named(room, participant));
            }
            Command::Close { room } => {
                for key in self.peers.in_room(room) {
                    self.leave(now, Some(key));
                }
            }
            // It ends the turn, and is not handled here.
            Command::Stop => {}
        }
    }

    fn join(
        &mut self,
        now: Instant,
        room: SessionId,
        participant: ParticipantId,
        parameters: TransportParameters,
        media: NegotiatedMedia,
    ) -> Result<(), WorkerFull> {
        // One that is there still has not been left yet, but is about to be.
        self.leave(now, self.peers.named(room, participant));
        if self.peers.len() >= self.limits.driver.participants {
            return Err(WorkerFull);
        }
        let identity = Arc::clone(&self.identity);
        let transport = Transport::new(now, identity, parameters, self.limits.transport);
        let key = self.engine.add(now, room, participant, media);
        self.peers.insert(key, room, participant, transport);
        self.meter.participants(self.peers.len());
        self.drain(None);
        Ok(())
    }

    fn leave(&mut self, now: Instant, key: Option<PeerKey>) {
        let Some((key, mut peer)) = key.and_then(|key| Some((key, self.peers.remove(key)?))) else {
            return;
        };
        peer.transport.close(now);
        while let Some(transmit) = peer.transport.poll_transmit() {
            self.outbox.push(&transmit);
        }
        let counts = self.engine.remove(now, key);
        self.drain(None);
        let Peer { room, participant, .. } = peer;
        self.backlog.push_back(SfuEvent::Left { room, participant, counts });
        self.meter.participants(self.peers.len());
    }

    /// Reads what has arrived, a burst at most, and forwards it.
    fn read(&mut self, inbox: &mut Inbox) {
        let mut left = self.limits.driver.receive_burst;
        while left > 0 {
            match self.socket.receive(inbox) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    // What a socket reports here is about single datagrams,
                    // such as a refused one; the next read goes on.
                    tracing::debug!(%error, "sfu socket reported an error");
                    return;
                }
            }
            let now = clock();
            for (path, bytes) in inbox.datagrams() {
                left = left.saturating_sub(1);
                self.handle_datagram(now, path, bytes);
            }
            self.flush();
        }
    }

    fn handle_datagram(&mut self, now: Instant, path: Path, bytes: &mut [u8]) {
        let Some(kind) = DatagramKind::of(bytes) else {
            return self.meter.dropped(Drop::Unknown);
        };
        self.meter.received(kind, bytes.len());
        if kind == DatagramKind::Stun {
            return self.handle_check(now, path, bytes);
        }
        let Some(key) = self.peers.by_address(path.remote) else {
            return self.meter.dropped(Drop::Stranger);
        };
        let Some(peer) = self.peers.get_mut(key) else {
            return self.meter.dropped(Drop::Stranger);
        };
        match kind {
            DatagramKind::Stun => {}
            DatagramKind::Dtls => {
                peer.transport.handle_dtls(now, path, bytes);
                self.settle(now, key);
            }
            DatagramKind::Rtp => match peer.transport.open_rtp(path, bytes) {
                Some(Ok(packet)) => {
                    self.engine.handle_rtp(now, key, packet);
                    self.drain(Some(now));
                }
                refused => self.meter.dropped(reason(refused.and_then(Result::err))),
            },
            DatagramKind::Rtcp => match peer.transport.open_rtcp(path, bytes) {
                Some(Ok(compound)) => {
                    self.engine.handle_rtcp(now, key, compound);
                    self.drain(None);
                }
                refused => self.meter.dropped(reason(refused.and_then(Result::err))),
            },
        }
    }

    fn handle_check(&mut self, now: Instant, path: Path, bytes: &[u8]) {
        let Ok(request) = BindingRequest::parse(bytes) else {
            return self.meter.dropped(Drop::BadCheck);
        };
        let Some(key) = self.peers.by_ufrag(request.local_ufrag()) else {
            return self.meter.dropped(Drop::Stranger);
        };
        if self.peers.is_taken(now, path.remote, key) {
            return self.meter.dropped(Drop::TakenAddress);
        }
        let Some(peer) = self.peers.get_mut(key) else {
            return self.meter.dropped(Drop::Stranger);
        };
        match peer.transport.handle_binding(now, path, request) {
            Ok(retired) => {
                self.peers.route(key, path.remote, retired);
                self.settle(now, key);
            }
            Err(_) => self.meter.dropped(Drop::BadCheck),
        }
    }

    fn let_time_pass(&mut self, now: Instant) {
        while let Some(key) = self.peers.next_due(now) {
            if let Some(peer) = self.peers.get_mut(key) {
                peer.transport.handle_timeout(now);
            }
            self.settle(now, key);
        }
        if self.engine.poll_timeout().is_some_and(|due| due <= now) {
            self.engine.handle_timeout(now);
            self.drain(None);
        }
    }

    /// Sees to what a transport has to send and to tell after an input.
    fn settle(&mut self, now: Instant, key: PeerKey) {
        self.peers.reschedule(key);
        let Some(peer) = self.peers.get_mut(key) else {
            return;
        };
        let (room, participant) = (peer.room, peer.participant);
        while let Some(transmit) = peer.transport.poll_transmit() {
            self.outbox.push(&transmit);
        }
        let mut turned = None;
        while let Some(event) = peer.transport.poll_event() {
            match event {
                TransportEvent::Connected if peer.connected_once => {}
                TransportEvent::Connected => {
                    peer.connected_once = true;
                    self.meter.handshake(Ok(()));
                }
                TransportEvent::Failed(error) => {
                    tracing::info!(%room, %participant, %error, "sfu handshake failed");
                    self.meter.handshake(Err(error));
                }
                TransportEvent::ConsentLost | TransportEvent::Closed => {}
            }
            let writable = event == TransportEvent::Connected;
            turned = Some(writable);
            self.backlog.push_back(if writable {
                SfuEvent::Connected { room, participant }
            } else {
                SfuEvent::Disconnected { room, participant }
            });
        }
        if let Some(writable) = turned {
            self.engine.set_writable(now, key, writable);
            self.drain(None);
        }
    }

    /// Does what the engine wants done. `received` is when the packet came in
    /// whose copies these are.
    fn drain(&mut self, received: Option<Instant>) {
        let Self { engine, peers, outbox, socket, meter, backlog, .. } = self;
        while let Some(output) = engine.poll_output() {
            let queued = match output {
                Output::Rtp(packet) => {
                    let peer = peers.get_mut(packet.to);
                    outbox.push_sealed(&[packet.head, packet.payload], received, |buffer, start| {
                        peer?.transport.seal_rtp(buffer, start)
                    })
                }
                Output::Rtcp { to, bytes } => {
                    let peer = peers.get_mut(to);
                    outbox.push_sealed(&[bytes], None, |buffer, start| {
                        peer?.transport.seal_rtcp(buffer, start)
                    })
                }
                Output::Event(event) => {
                    remember(backlog, event);
                    continue;
                }
            };
            if !queued {
                meter.dropped(Drop::Unwritable);
            }
            if outbox.is_full() {
                outbox.flush(socket, meter, clock);
            }
        }
    }

    fn flush(&mut self) {
        self.outbox.flush(&self.socket, &mut self.meter, clock);
    }

    /// Hands on what has happened, as far as it is taken.
    fn publish(&mut self) {
        while let Some(event) = self.backlog.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(event)) => {
                    self.backlog.push_front(event);
                    return;
                }
                Err(mpsc::error::TrySendError::Closed(_)) => self.backlog.clear(),
            }
        }
    }

    /// Says goodbye to everybody.
    fn stop(&mut self, now: Instant) {
        for key in self.peers.everybody() {
            self.leave(now, Some(key));
        }
        self.flush();
        self.publish();
        self.meter.tell(self.engine.stats());
    }
}

/// Keeps an engine's event for telling. Of who speaks in a room only the last
/// word counts.
fn remember(backlog: &mut VecDeque<SfuEvent>, event: EngineEvent) {
    match event {
        EngineEvent::Flowing { room, participant, source } => {
            backlog.push_back(SfuEvent::Flowing { room, participant, source });
        }
        EngineEvent::Speaking { room, participants } => {
            backlog.retain(
                |waiting| !matches!(waiting, SfuEvent::Speaking { room: of, .. } if *of == room),
            );
            backlog.push_back(SfuEvent::Speaking { room, participants });
        }
        EngineEvent::NotDecodable { room, receiver, mid } => {
            tracing::debug!(%room, %receiver, %mid, "sfu slot accepts no format of its source");
        }
    }
}

fn reason(error: Option<SrtpError>) -> Drop {
    match error {
        None => Drop::Early,
        Some(SrtpError::Malformed) => Drop::Malformed,
        Some(SrtpError::Replayed) => Drop::Replayed,
        // Keys wear out by sealing alone.
        Some(SrtpError::NotAuthentic | SrtpError::KeyExhausted) => Drop::NotAuthentic,
        Some(SrtpError::TooManySsrcs) => Drop::TooManySsrcs,
    }
}

#[expect(clippy::disallowed_methods, reason = "the driver tells everybody else the time")]
fn clock() -> Instant {
    Instant::now()
}
