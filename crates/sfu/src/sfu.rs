//! The SFU as the rest of the server sees it: asked by [`Sfu`], telling by
//! [`SfuEvent`].
//!
//! Descriptions are read and written on the caller's side; a worker gets what
//! was agreed and is not kept from its packets.

mod addresses;

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use lectern_domain::{
    id::{ParticipantId, SessionId},
    room::{MediaKind, Mid, Source},
};
use prometheus::Registry;
use tokio::sync::{mpsc, oneshot};

pub use self::addresses::{Advertised, InvalidAdvertised};
use crate::{
    driver::{Command, Metrics, WorkerFull, WorkerGone, WorkerHandle},
    limits::Limits,
    negotiated::NegotiatedMedia,
    sdp::{Answered, Local, Negotiation, Offer},
    transport::{Identity, IdentityError},
};
pub use crate::{
    engine::{MediaCounts, View},
    sdp::OfferError,
};

/// How an SFU is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the first worker is bound; each further one takes the next port.
    /// Port 0: each takes a free one.
    pub listen: SocketAddr,
    /// Threads, each with a port of its own and whole rooms. At least one.
    pub workers: usize,
    /// Where clients reach the workers; empty: at the addresses of this
    /// machine, or at the one that `listen` names.
    pub advertise: Vec<Advertised>,
    pub limits: Limits,
}

/// Why an SFU could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("an SFU needs at least one worker")]
    NoWorkers,
    #[error("cannot listen on UDP {address}: {cause}")]
    Listen { address: SocketAddr, cause: io::Error },
    #[error("cannot find this machine's addresses: {0}")]
    Addresses(io::Error),
    #[error("no address to advertise: name one")]
    NothingToAdvertise,
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error("cannot register the SFU's metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// What the media plane tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SfuEvent {
    /// The participant's transport is up: media can flow.
    Connected { room: SessionId, participant: ParticipantId },
    /// Consent was lost, the client has closed, or the handshake failed. After
    /// a loss of consent it may be connected again.
    Disconnected { room: SessionId, participant: ParticipantId },
    /// The first media of a source has arrived.
    Flowing { room: SessionId, participant: ParticipantId, source: Source },
    /// Who speaks in a room, the loudest first; sent when it changes.
    Speaking { room: SessionId, participants: Vec<ParticipantId> },
    /// The participant is gone, after `leave`, `close` or `stop`: the last that
    /// is told of it.
    Left { room: SessionId, participant: ParticipantId, counts: MediaCounts },
}

/// An answered offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The answer, as it is to be given to the client.
    pub sdp: String,
    /// The sources that were agreed on, in the order of the offer.
    pub sources: Vec<Source>,
    /// The slots, in the order of the offer.
    pub slots: Vec<(Mid, MediaKind)>,
}

/// Why an offer was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// The offer is at fault.
    #[error(transparent)]
    BadOffer(#[from] OfferError),
    /// There is no room for another participant.
    #[error("the media node is full")]
    Full,
    /// The participant is in the room already, or is not in it.
    #[error("the participant's state does not allow this")]
    WrongState,
    /// The worker has ended, or does not answer in time.
    #[error("the media worker is not available")]
    Unavailable,
}

/// A running SFU. Dropping it ends its workers.
#[derive(Debug)]
pub struct Sfu {
    identity: Arc<Identity>,
    metrics: Metrics,
    workers: Vec<Worker>,
    rooms: Mutex<HashMap<SessionId, Room>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    limits: Limits,
}

#[derive(Debug)]
struct Worker {
    handle: WorkerHandle,
    /// Where clients reach it.
    candidates: Vec<SocketAddr>,
}

#[derive(Debug)]
struct Room {
    /// The worker that holds all of it.
    worker: usize,
    members: HashMap<ParticipantId, Arc<Mutex<Negotiation>>>,
}

impl Sfu {
    /// Starts the workers. What happens is told by the receiver; it must be
    /// read, or commands wait.
    pub fn start(
        config: Config,
        registry: &Registry,
    ) -> Result<(Self, mpsc::Receiver<SfuEvent>), StartError> {
        if config.workers == 0 {
            return Err(StartError::NoWorkers);
        }
        let identity = Arc::new(Identity::generate()?);
        let metrics = Metrics::register(registry)?;
        let (sender, events) = mpsc::channel(config.limits.driver.events);
        let mut workers = Vec::with_capacity(config.workers);
        let mut threads = Vec::with_capacity(config.workers);
        for index in 0..config.workers {
            let address = addresses::of_worker(config.listen, index)
                .ok_or_else(|| too_many_workers(config.listen))?;
            let (handle, thread) = WorkerHandle::start(
                index,
                address,
                Arc::clone(&identity),
                &metrics,
                sender.clone(),
                config.limits,
            )
            .map_err(|cause| StartError::Listen { address, cause })?;
            let candidates = addresses::candidates(&config.advertise, handle.address(), index)
                .map_err(StartError::Addresses)?;
            if candidates.is_empty() {
                return Err(StartError::NothingToAdvertise);
            }
            workers.push(Worker { handle, candidates });
            threads.push(thread);
        }
        let sfu = Self {
            identity,
            metrics,
            workers,
            rooms: Mutex::new(HashMap::new()),
            threads: Mutex::new(threads),
            limits: config.limits,
        };
        Ok((sfu, events))
    }

    /// Where the workers are bound.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.workers.iter().map(|worker| worker.handle.address()).collect()
    }

    /// Answers a new participant's offer and makes a transport for it.
    ///
    /// `sources` names the client's send sections; empty: the first audio
    /// section is the microphone, the first video section the camera, the
    /// second ones a shared screen with its sound.
    pub async fn join(
        &self,
        room: SessionId,
        participant: ParticipantId,
        offer: &str,
        sources: &[(Mid, Source)],
    ) -> Result<Answer, JoinError> {
        let reserved = self.reserve(room, participant)?;
        let worker = &self.workers[reserved.worker];
        let answered = self.negotiate(&reserved.negotiation, worker, offer, sources)?;
        let answer = Answer::new(answered.sdp, &answered.media);
        let (transport, media) = (answered.transport, answered.media);
        let join = |reply| Command::Join { room, participant, transport, media, reply };
        self.ask(worker, join).await?.map_err(|WorkerFull| JoinError::Full)?;
        reserved.keep();
        Ok(answer)
    }

    /// Answers a further offer: an ICE restart, or more slots. A refused offer
    /// leaves everything as it was.
    pub async fn renegotiate(
        &self,
        room: SessionId,
        participant: ParticipantId,
        offer: &str,
        sources: &[(Mid, Source)],
    ) -> Result<Answer, JoinError> {
        let (worker, negotiation) = self.member(room, participant).ok_or(JoinError::WrongState)?;
        let worker = &self.workers[worker];
        let answered = self.negotiate(&negotiation, worker, offer, sources)?;
        let answer = Answer::new(answered.sdp, &answered.media);
        let (ice, media) = (answered.transport.ice, answered.media);
        let renegotiate = |reply| Command::Renegotiate { room, participant, ice, media, reply };
        self.ask(worker, renegotiate).await?;
        Ok(answer)
    }

    /// Says what a receiver's slots carry from now on; others stay as they are.
    pub async fn assign(
        &self,
        room: SessionId,
        receiver: ParticipantId,
        slots: Vec<(Mid, Option<(ParticipantId, Source)>)>,
    ) {
        self.tell(room, Command::Assign { room, receiver, slots }).await;
    }

    /// Says how a receiver shows a slot.
    pub async fn view(&self, room: SessionId, receiver: ParticipantId, mid: Mid, view: View) {
        self.tell(room, Command::View { room, receiver, mid, view }).await;
    }

    /// Says that a source is muted or live.
    pub async fn mute(
        &self,
        room: SessionId,
        participant: ParticipantId,
        source: Source,
        muted: bool,
    ) {
        self.tell(room, Command::Mute { room, participant, source, muted }).await;
    }

    /// Ends a participant's transport; the client is told.
    pub async fn leave(&self, room: SessionId, participant: ParticipantId) {
        let worker = self.worker_of(room);
        self.release(room, participant);
        self.tell_worker(worker, Command::Leave { room, participant }).await;
    }

    /// Ends all transports of a room; the clients are told.
    pub async fn close(&self, room: SessionId) {
        let worker = self.worker_of(room);
        self.update_rooms(|rooms| rooms.remove(&room));
        self.tell_worker(worker, Command::Close { room }).await;
    }

    /// Ends all transports and the workers, and waits until they have ended.
    pub async fn stop(&self) {
        for worker in &self.workers {
            // One that has ended already is what is wanted.
            let _ = worker.handle.send(Command::Stop).await;
        }
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let joined = tokio::task::spawn_blocking(move || {
            threads.into_iter().filter_map(|thread| thread.join().err()).count()
        });
        if let Ok(panicked @ 1..) = joined.await {
            tracing::error!(panicked, "sfu workers ended in a panic");
        }
        self.update_rooms(HashMap::clear);
    }

    fn negotiate(
        &self,
        negotiation: &Mutex<Negotiation>,
        worker: &Worker,
        offer: &str,
        sources: &[(Mid, Source)],
    ) -> Result<Answered, OfferError> {
        let offer = Offer::parse(offer, &self.limits.sdp)?;
        let local =
            Local { fingerprint: self.identity.fingerprint(), candidates: &worker.candidates };
        let mut negotiation = negotiation.lock().unwrap_or_else(PoisonError::into_inner);
        negotiation.answer(&offer, sources, local)
    }

    /// Makes a place for a participant in a room, and the room on the worker
    /// with the fewest participants if it is new.
    fn reserve(
        &self,
        room: SessionId,
        participant: ParticipantId,
    ) -> Result<Reserved<'_>, JoinError> {
        let negotiation = Arc::new(Mutex::new(Negotiation::new(seed())));
        let worker = self.update_rooms(|rooms| {
            let mut loads = vec![0; self.workers.len()];
            for room in rooms.values() {
                loads[room.worker] += room.members.len();
            }
            let idlest = (0..loads.len()).min_by_key(|worker| loads[*worker]).unwrap_or(0);
            let room = rooms
                .entry(room)
                .or_insert_with(|| Room { worker: idlest, members: HashMap::new() });
            if room.members.contains_key(&participant) {
                return Err(JoinError::WrongState);
            }
            room.members.insert(participant, Arc::clone(&negotiation));
            Ok(room.worker)
        })?;
        Ok(Reserved { sfu: self, room, participant, worker, negotiation, kept: false })
    }

    fn release(&self, room: SessionId, participant: ParticipantId) {
        self.update_rooms(|rooms| {
            if let Some(found) = rooms.get_mut(&room) {
                found.members.remove(&participant);
                if found.members.is_empty() {
                    rooms.remove(&room);
                }
            }
        });
    }

    fn member(
        &self,
        room: SessionId,
        participant: ParticipantId,
    ) -> Option<(usize, Arc<Mutex<Negotiation>>)> {
        let rooms = self.lock_rooms();
        let room = rooms.get(&room)?;
        Some((room.worker, Arc::clone(room.members.get(&participant)?)))
    }

    fn worker_of(&self, room: SessionId) -> Option<usize> {
        self.lock_rooms().get(&room).map(|room| room.worker)
    }

    /// Sends a command to the worker of a room.
    async fn tell(&self, room: SessionId, command: Command) {
        self.tell_worker(self.worker_of(room), command).await;
    }

    /// A room that is not there has nothing to be told, and a worker that has
    /// ended has no rooms.
    async fn tell_worker(&self, worker: Option<usize>, command: Command) {
        if let Some(worker) = worker {
            let _ = self.workers[worker].handle.send(command).await;
        }
    }

    /// Sends a worker a command and waits for its reply.
    async fn ask<T>(
        &self,
        worker: &Worker,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T, JoinError> {
        let (reply, outcome) = oneshot::channel();
        let exchange = async {
            worker
                .handle
                .send(command(reply))
                .await
                .map_err(|WorkerGone| JoinError::Unavailable)?;
            outcome.await.map_err(|_| JoinError::Unavailable)
        };
        let in_time = tokio::time::timeout(self.limits.driver.reply_timeout, exchange).await;
        in_time.map_err(|_| JoinError::Unavailable)?
    }

    fn lock_rooms(&self) -> MutexGuard<'_, HashMap<SessionId, Room>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn update_rooms<T>(&self, update: impl FnOnce(&mut HashMap<SessionId, Room>) -> T) -> T {
        let mut rooms = self.lock_rooms();
        let outcome = update(&mut rooms);
        self.metrics.rooms(rooms.len());
        outcome
    }
}

/// A participant's place while its join is under way; given back unless kept,
/// also when whoever asked stops waiting.
struct Reserved<'a> {
    sfu: &'a Sfu,
    room: SessionId,
    participant: ParticipantId,
    worker: usize,
    negotiation: Arc<Mutex<Negotiation>>,
    kept: bool,
}

impl Reserved<'_> {
    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.sfu.release(self.room, self.participant);
        }
    }
}

impl Answer {
    fn new(sdp: String, media: &NegotiatedMedia) -> Self {
        Self {
            sdp,
            sources: media.incoming.iter().map(|section| section.source).collect(),
            slots: media.outgoing.iter().map(|slot| (slot.mid.clone(), slot.kind)).collect(),
        }
    }
}

fn too_many_workers(listen: SocketAddr) -> StartError {
    let cause = io::Error::new(io::ErrorKind::InvalidInput, "there are not enough ports after it");
    StartError::Listen { address: listen, cause }
}

#[expect(clippy::disallowed_methods, reason = "the secrets of a participant begin here")]
fn seed() -> [u8; 32] {
    rand::random()
}
