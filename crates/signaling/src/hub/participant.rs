//! One presence in a room: who it is, what it sends, how it can be reached.

use std::{sync::Arc, time::Instant};

use lectern_domain::{
    id::{ParticipantId, UserId},
    room::{Mid, Role, RoomGrant, Source},
};
use lectern_protocol::{RosterEntry, ServerMessage, SourceState};

use super::{
    mailbox::Mailbox,
    outbox::{ConnectionId, Outbox},
    seats::{Candidate, Seating},
};

/// What a client hands in to enter a room, its grant already verified.
#[derive(Debug, Clone)]
pub struct Entrance {
    /// The WebSocket it came by.
    pub connection: ConnectionId,
    /// The presence to be; drawn by the driver.
    pub participant: ParticipantId,
    /// What a resume has to know; drawn by the driver.
    pub secret: u128,
    /// What the token grants.
    pub grant: RoomGrant,
    /// The SDP offer.
    pub offer: String,
    /// The client's own naming of its send sections; empty: the default.
    pub sources: Vec<(Mid, Source)>,
}

/// Somebody whose offer is not answered yet. Nobody sees them.
#[derive(Debug)]
pub(super) struct Entering {
    pub(super) connection: ConnectionId,
    pub(super) grant: RoomGrant,
    pub(super) secret: u128,
}

/// Whether the client can be told something now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    Online(ConnectionId),
    Dropped { since: Instant },
}

/// Whether media can flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    Up,
    Down { since: Instant },
}

/// Somebody in the room.
#[derive(Debug)]
pub(super) struct Participant {
    pub(super) id: ParticipantId,
    pub(super) user: UserId,
    pub(super) name: String,
    pub(super) role: Role,
    /// Rises with each that came to the room.
    pub(super) order: u64,
    pub(super) secret: u128,
    pub(super) sources: Vec<SourceState>,
    pub(super) hand: bool,
    pub(super) link: Link,
    pub(super) transport: Transport,
    /// Whether the transport was ever up.
    pub(super) connected: bool,
    /// Whether a further offer waits for its answer.
    pub(super) offering: bool,
    /// Rises with each time they were the latest to speak; 0: never.
    pub(super) spoke: u64,
    pub(super) seating: Seating,
    mailbox: Mailbox,
}

impl Participant {
    pub(super) fn new(
        id: ParticipantId,
        entering: Entering,
        sources: &[Source],
        order: u64,
        now: Instant,
    ) -> Self {
        let Entering { connection, grant, secret } = entering;
        let mut participant = Self {
            id,
            user: grant.sub,
            name: grant.name.chars().filter(|c| !c.is_control()).collect(),
            role: grant.role,
            order,
            secret,
            sources: Vec::new(),
            hand: false,
            link: Link::Online(connection),
            transport: Transport::Down { since: now },
            connected: false,
            offering: false,
            spoke: 0,
            seating: Seating::default(),
            mailbox: Mailbox::default(),
        };
        participant.set_sources(sources);
        participant
    }

    /// Takes what was negotiated. A source that is new begins unmuted, unless
    /// it is of a screen: that is shared only when its owner says so. An
    /// observer watches, and has no sources.
    pub(super) fn set_sources(&mut self, sources: &[Source]) {
        let sources = if self.role == Role::Observer { &[] } else { sources };
        let state = |source: Source| {
            let known = self.sources.iter().find(|state| state.source == source).cloned();
            known.unwrap_or_else(|| SourceState {
                source,
                kind: source.kind(),
                muted: matches!(source, Source::Screen | Source::ScreenAudio),
            })
        };
        self.sources = sources.iter().copied().map(state).collect();
    }

    pub(super) fn resume_token(&self) -> String {
        format!("{}.{:032x}", self.id, self.secret)
    }

    pub(super) fn roster_entry(&self) -> RosterEntry {
        RosterEntry {
            participant: self.id,
            user: self.user.clone(),
            name: self.name.clone(),
            role: self.role,
            sources: self.sources.clone(),
            hand: self.hand,
        }
    }

    pub(super) fn candidate(&self) -> Candidate {
        let has = |source| self.sources.iter().any(|state| state.source == source);
        let live = |source| self.sources.iter().any(|state| state.source == source && !state.muted);
        Candidate {
            participant: self.id,
            microphone: has(Source::Microphone),
            camera: has(Source::Camera),
            screen: live(Source::Screen),
            screen_audio: live(Source::ScreenAudio),
            spoke: self.spoke,
        }
    }

    pub(super) fn connection(&self) -> Option<ConnectionId> {
        match self.link {
            Link::Online(connection) => Some(connection),
            Link::Dropped { .. } => None,
        }
    }

    pub(super) fn is_up(&self) -> bool {
        self.transport == Transport::Up
    }

    /// Numbers a message, keeps it for a resume, and sends it if that is
    /// possible now.
    pub(super) fn tell(&mut self, message: Arc<ServerMessage>, out: &mut Outbox) {
        let seq = self.mailbox.push(Arc::clone(&message));
        if let Link::Online(connection) = self.link {
            out.send(connection, Some(seq), message);
        }
    }

    /// Whether a resume from `seq` finds all that it missed.
    pub(super) fn can_replay(&self, seq: u64) -> bool {
        // Who has not even seen `joined` cannot know the token.
        seq > 0 && self.mailbox.after(seq).is_some()
    }

    /// Sends again what came after `seq`.
    pub(super) fn replay(&self, connection: ConnectionId, seq: u64, out: &mut Outbox) {
        for (seq, message) in self.mailbox.after(seq).into_iter().flatten() {
            out.send(connection, Some(seq), message);
        }
    }
}

/// A resume token in its parts.
pub(super) fn read_resume_token(token: &str) -> Option<(ParticipantId, u128)> {
    let (participant, secret) = token.split_once('.')?;
    let digits = secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    let secret = digits.then(|| u128::from_str_radix(secret, 16).ok())??;
    Some((participant.parse().ok()?, secret))
}
