//! One participant's transport and media, without I/O: it is given datagrams
//! and the time, and hands out datagrams and events.
//!
//! As far as rtc-stun and rtc-dtls let it be: they draw randomness of their
//! own.

mod dtls;
mod ice;
mod identity;
mod media;
mod srtp;
mod tally;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, time::Instant};

use rtc_shared::error::Error;

use self::{
    dtls::{Client, Progress},
    ice::Agent,
    media::Media,
};
pub use self::{
    ice::Credentials,
    identity::Identity,
    media::{MediaSetup, PayloadTypes, SendPlan},
    srtp::Keys,
    tally::{Moment, Tally},
};
use crate::limits::CONNECT_TIME;

/// How a participant's transport comes to its keys.
#[derive(Debug, Clone)]
pub enum TransportSetup {
    /// By ICE and DTLS, as the answer says.
    Negotiated {
        /// For the checks.
        credentials: Credentials,
        /// The SHA-256 fingerprint of the server's certificate.
        fingerprint: String,
        /// Of the controlling side (RFC 8445, section 16.1).
        tie_breaker: u64,
    },
    /// They are agreed on beforehand, as with the bare relay.
    Keyed(Keys),
}

/// What happened to a participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The transport is up: media can flow.
    Connected,
    /// A key frame of another participant has come whole.
    FirstKeyFrame,
    /// The transport is gone, or never came up.
    Failed(String),
}

#[derive(Debug)]
enum Phase {
    Checking { agent: Agent, fingerprint: String, setup: MediaSetup, give_up: Instant },
    Handshaking { agent: Agent, client: Client, setup: MediaSetup, give_up: Instant },
    Live { ice: Option<(Agent, Client)>, media: Box<Media> },
    Failed,
}

/// One participant.
#[derive(Debug)]
pub struct Peer {
    identity: Identity,
    phase: Phase,
    /// Asked for before the transport was up.
    waiting_plan: Option<(Instant, SendPlan)>,
    outbox: VecDeque<Vec<u8>>,
    events: VecDeque<Event>,
}

impl Peer {
    /// A participant that begins now to connect.
    ///
    /// # Errors
    /// The keys do not fit.
    pub fn new(
        now: Instant,
        identity: Identity,
        transport: TransportSetup,
        setup: MediaSetup,
    ) -> Result<Self, Error> {
        let mut events = VecDeque::new();
        let phase = match transport {
            TransportSetup::Negotiated { credentials, fingerprint, tie_breaker } => {
                Phase::Checking {
                    agent: Agent::new(now, &identity, credentials, tie_breaker),
                    fingerprint,
                    setup,
                    give_up: now + CONNECT_TIME,
                }
            }
            TransportSetup::Keyed(keys) => {
                events.push_back(Event::Connected);
                let media = Media::new(now, setup, &keys, identity.crypto())?;
                Phase::Live { ice: None, media: Box::new(media) }
            }
        };
        Ok(Self { identity, phase, waiting_plan: None, outbox: VecDeque::new(), events })
    }

    /// Sends from `start` on, or from when the transport is up, what the plan
    /// says.
    pub fn start_media(&mut self, start: Instant, plan: SendPlan) {
        match &mut self.phase {
            Phase::Live { media, .. } => media.start(start, plan),
            _ => self.waiting_plan = Some((start, plan)),
        }
    }

    /// Packets that should have come and packets that did not, over all
    /// streams since the start.
    pub fn expected_and_lost(&self) -> (u64, u64) {
        match &self.phase {
            Phase::Live { media, .. } => media.expected_and_lost(),
            _ => (0, 0),
        }
    }

    /// The next datagram to send.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.outbox.pop_front()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Checking { agent, give_up, .. } => Some(agent.due().min(*give_up)),
            Phase::Handshaking { agent, client, give_up, .. } => {
                let handshake = client.due().into_iter();
                handshake.chain([agent.due(), *give_up]).min()
            }
            Phase::Live { ice, media } => {
                let consent = ice.as_ref().map(|(agent, _)| agent.due());
                media.due().into_iter().chain(consent).min()
            }
            Phase::Failed => None,
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Moment, tally: &mut Tally) {
        let Self { phase, outbox, .. } = self;
        let result = match phase {
            Phase::Checking { give_up, .. } | Phase::Handshaking { give_up, .. }
                if *give_up <= now.instant =>
            {
                Err(Error::Other("the transport did not come up in time".to_owned()))
            }
            Phase::Checking { agent, .. } => check_if_due(agent, now.instant, outbox),
            Phase::Handshaking { agent, client, .. } => {
                let handshake = match client.due() {
                    Some(due) if due <= now.instant => client.handle_timeout(now.instant),
                    _ => Ok(()),
                };
                drain(client, outbox);
                handshake.and_then(|()| check_if_due(agent, now.instant, outbox))
            }
            Phase::Live { ice, media } => {
                media.handle_timeout(now, outbox, tally);
                match ice {
                    Some((agent, _)) => check_if_due(agent, now.instant, outbox),
                    None => Ok(()),
                }
            }
            Phase::Failed => Ok(()),
        };
        if let Err(error) = result {
            self.fail(error.to_string());
        }
    }

    /// Takes a datagram from the server, told apart as RFC 7983 says.
    pub fn handle_datagram(&mut self, now: Moment, datagram: &[u8], tally: &mut Tally) {
        match (datagram.first(), datagram.get(1)) {
            (Some(0..=3), _) => self.handle_stun(now.instant, datagram),
            (Some(20..=63), _) => self.handle_dtls(now.instant, datagram),
            (Some(128..=191), Some(second)) => {
                let Phase::Live { media, .. } = &mut self.phase else { return };
                if (192..=223).contains(second) {
                    media.handle_rtcp(now, datagram, &mut self.outbox, tally);
                } else {
                    media.handle_rtp(now, datagram, &mut self.events, tally);
                }
            }
            _ => tally.unreadable += 1,
        }
    }

    fn handle_stun(&mut self, now: Instant, datagram: &[u8]) {
        match std::mem::replace(&mut self.phase, Phase::Failed) {
            Phase::Checking { mut agent, fingerprint, setup, give_up } => {
                if !agent.handle(now, datagram) {
                    self.phase = Phase::Checking { agent, fingerprint, setup, give_up };
                    return;
                }
                match Client::new(now, &self.identity, &fingerprint) {
                    Ok(mut client) => {
                        drain(&mut client, &mut self.outbox);
                        self.phase = Phase::Handshaking { agent, client, setup, give_up };
                    }
                    Err(error) => self.fail(error.to_string()),
                }
            }
            mut other => {
                if let Phase::Handshaking { agent, .. }
                | Phase::Live { ice: Some((agent, _)), .. } = &mut other
                {
                    agent.handle(now, datagram);
                }
                self.phase = other;
            }
        }
    }

    fn handle_dtls(&mut self, now: Instant, datagram: &[u8]) {
        let (Phase::Handshaking { client, .. } | Phase::Live { ice: Some((_, client)), .. }) =
            &mut self.phase
        else {
            return;
        };
        let progress = client.handle(now, datagram);
        drain(client, &mut self.outbox);
        match progress {
            // A datagram that does not fit is no reason to give up: the
            // deadline is.
            Ok(Progress::None) | Err(_) => {}
            Ok(Progress::Closed) => self.fail("the server closed DTLS".to_owned()),
            Ok(Progress::Keys(keys)) => self.go_live(now, &keys),
        }
    }

    fn go_live(&mut self, now: Instant, keys: &Keys) {
        match std::mem::replace(&mut self.phase, Phase::Failed) {
            Phase::Handshaking { agent, client, setup, .. } => {
                match Media::new(now, setup, keys, self.identity.crypto()) {
                    Ok(mut media) => {
                        if let Some((start, plan)) = self.waiting_plan.take() {
                            media.start(start.max(now), plan);
                        }
                        self.phase =
                            Phase::Live { ice: Some((agent, client)), media: Box::new(media) };
                        self.events.push_back(Event::Connected);
                    }
                    Err(error) => self.fail(error.to_string()),
                }
            }
            other => self.phase = other,
        }
    }

    fn fail(&mut self, why: String) {
        self.phase = Phase::Failed;
        self.events.push_back(Event::Failed(why));
    }
}

fn check_if_due(
    agent: &mut Agent,
    now: Instant,
    outbox: &mut VecDeque<Vec<u8>>,
) -> Result<(), Error> {
    if agent.due() <= now {
        outbox.push_back(agent.check(now)?);
    }
    Ok(())
}

fn drain(client: &mut Client, outbox: &mut VecDeque<Vec<u8>>) {
    while let Some(datagram) = client.poll_transmit() {
        outbox.push_back(datagram.into());
    }
}
