//! A participant from its ticket to its media.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};

use super::{rest::Ticket, signal::Signaling};
use crate::{
    clock,
    limits::CONNECT_TIME,
    peer::{Credentials, Event, Identity, Peer, SendPlan, TransportSetup},
    sdp::{answer::Answer, offer::Offer},
    swarm::{Happened, MemberId, Swarm, bind},
};

/// How long the first key frame may take.
const FRAME_PATIENCE: Duration = Duration::from_secs(10);

/// Lets participants into rooms, and gives each what nobody else has.
#[derive(Debug)]
pub struct Joiner {
    identity: Identity,
    /// Makes SSRCs, fragments and passwords.
    seed: u64,
    joined: u32,
}

/// How a participant takes part.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Seats of its offer.
    pub seats: usize,
    /// Whether its offer has a microphone and a camera.
    pub sends: bool,
    /// What it sends as soon as it can; nothing at first, if it is to wait.
    pub plan: Option<SendPlan>,
}

/// A participant in a room. It leaves when [`Participant::leave`] is called,
/// and drops out when this is dropped.
#[derive(Debug)]
pub struct Participant {
    member: MemberId,
    events: mpsc::Receiver<Happened>,
    leave: oneshot::Sender<()>,
    signaling: JoinHandle<anyhow::Result<()>>,
    began: Instant,
    answered: Duration,
}

impl Joiner {
    /// Participants whose identifiers follow from `seed`.
    ///
    /// # Errors
    /// No certificate can be made.
    pub fn new(seed: u64) -> anyhow::Result<Self> {
        Ok(Self { identity: Identity::generate()?, seed, joined: 0 })
    }

    /// Joins: opens the WebSocket, offers, and lets the swarm connect.
    ///
    /// # Errors
    /// The server refuses, or its answer is of no use.
    pub async fn join(
        &mut self,
        ticket: Ticket,
        how: Entry,
        swarm: &mut Swarm,
    ) -> anyhow::Result<Participant> {
        let index = self.joined;
        self.joined += 1;
        let (ufrag, password) = (format!("lt{index:06}"), format!("{:032x}", self.seed));
        let cname = format!("loadtest-{index}");
        let first_ssrc = index * 4 + 1;
        let offer = Offer {
            session: u64::from(index) + 1,
            ufrag: &ufrag,
            password: &password,
            fingerprint: self.identity.fingerprint(),
            cname: &cname,
            audio_ssrc: first_ssrc,
            video_ssrcs: (first_ssrc + 1, first_ssrc + 2),
            sends: how.sends,
            seats: how.seats,
        };

        let began = clock::now();
        let mut signaling = Signaling::open(&ticket.url).await?;
        let answer = signaling.join(ticket.token, offer.to_sdp()).await?;
        let now = clock::now();
        let answer = Answer::read(&answer)?;

        let socket = bind(answer.address)?;
        socket.connect(answer.address)?;
        let setup = answer.media(&offer);
        anyhow::ensure!(
            !how.sends || setup.audio.is_some() && setup.video.is_some(),
            "the answer takes no microphone or no camera"
        );
        let transport = TransportSetup::Negotiated {
            credentials: Credentials {
                local_ufrag: ufrag.clone(),
                remote_ufrag: answer.ufrag,
                remote_password: answer.password,
            },
            fingerprint: answer.fingerprint,
            tie_breaker: self.seed ^ u64::from(index),
        };
        let mut peer = Peer::new(now, self.identity.clone(), transport, setup)?;
        if let Some(plan) = how.plan {
            peer.start_media(now, plan);
        }
        let (member, events) = swarm.add(socket, peer)?;
        let (leave, told_to_leave) = oneshot::channel();
        let handle = tokio::runtime::Handle::current();
        let signaling = handle.spawn(signaling.stay(told_to_leave));
        let answered = now.saturating_duration_since(began);
        Ok(Participant { member, events, leave, signaling, began, answered })
    }
}

impl Participant {
    /// The participant in the swarm.
    pub const fn member(&self) -> MemberId {
        self.member
    }

    /// From the opening of the WebSocket to the answer.
    pub const fn answered(&self) -> Duration {
        self.answered
    }

    /// Waits until the transport is up; the time since the opening of the
    /// WebSocket.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn connected(&mut self) -> anyhow::Result<Duration> {
        self.expect(&Event::Connected, CONNECT_TIME * 2).await
    }

    /// Waits until a key frame has come whole; the time since the opening of
    /// the WebSocket.
    ///
    /// # Errors
    /// None comes.
    pub async fn first_key_frame(&mut self) -> anyhow::Result<Duration> {
        self.expect(&Event::FirstKeyFrame, FRAME_PATIENCE).await
    }

    async fn expect(&mut self, expected: &Event, patience: Duration) -> anyhow::Result<Duration> {
        loop {
            let next = timeout(patience, self.events.recv()).await;
            let happened = next.with_context(|| format!("{expected:?} did not happen"))?;
            match happened.context("the participants have stopped")? {
                (at, event) if event == *expected => {
                    return Ok(at.saturating_duration_since(self.began));
                }
                (_, Event::Failed(why)) => bail!("the transport failed: {why}"),
                _ => {}
            }
        }
    }

    /// Leaves the room for good.
    ///
    /// # Errors
    /// The server had ended the call before, or does not let go.
    pub async fn leave(self, swarm: &Swarm) -> anyhow::Result<()> {
        // An error means that the task has ended; it says why.
        self.leave.send(()).unwrap_or_default();
        swarm.remove(self.member)?;
        self.signaling.await?
    }
}
