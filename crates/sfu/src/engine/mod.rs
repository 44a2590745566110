//! The forwarding engine of one worker: what arrives from one participant goes
//! out to those who watch, under their own numbers.
//!
//! It is pure. It is told the time, a seed, limits and decrypted packets; it
//! returns packets to seal, RTCP and events. The same inputs give the same
//! outputs, so a lossy call replays from a seed. After every input the caller
//! drains [`Engine::poll_output`] until it is `None`, then asks
//! [`Engine::poll_timeout`] when to call [`Engine::handle_timeout`].
//!
//! What it expects of the answer: `transport-cc` and its extension wherever a
//! participant that sends offers them, since the engine then gives the feedback
//! that browsers raise their bitrate by; and neither where it receives, since
//! nothing here reads such feedback yet.

mod bind;
mod clock;
mod control;
mod due;
mod egress;
mod ingress;
mod output;
mod peer;
mod queue;
mod random;
mod receive;
mod roster;
mod timer;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    time::{Instant, SystemTime},
};

use lectern_domain::id::SessionId;
use slab::Slab;

pub use self::output::{EngineEvent, EngineStats, MediaCounts, Output, RtpOutput};
use self::{
    clock::Clock,
    egress::Slot,
    ingress::{SourceState, Stream},
    peer::Peer,
    queue::{Payloads, Queue},
    random::Random,
    roster::Room,
    timer::Timers,
};
use crate::limits::EngineLimits;

/// A participant of this worker: a dense index, reused after
/// [`Engine::remove`], good for the driver's own tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerKey(pub u32);

impl PeerKey {
    const fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a receiver shows a slot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct View {
    /// The height at which it is shown, in pixels; `None`: as large as there is.
    pub height: Option<u16>,
    /// Nothing is wanted for now.
    pub paused: bool,
}

/// The forwarding engine of one worker.
#[derive(Debug)]
pub struct Engine {
    clock: Clock,
    random: Random,
    limits: EngineLimits,
    stats: EngineStats,
    rooms: BTreeMap<SessionId, Room>,
    peers: Slab<Peer>,
    sources: Slab<SourceState>,
    streams: Slab<Stream>,
    slots: Slab<Slot>,
    timers: Timers,
    queue: Queue,
    payloads: Payloads,
}

impl Engine {
    /// An engine without participants. `now` and `wall` are the same moment.
    pub fn new(now: Instant, wall: SystemTime, seed: u64, limits: EngineLimits) -> Self {
        Self {
            clock: Clock::new(now, wall),
            random: Random::new(seed),
            limits,
            stats: EngineStats::default(),
            rooms: BTreeMap::new(),
            peers: Slab::new(),
            sources: Slab::new(),
            streams: Slab::new(),
            slots: Slab::new(),
            timers: Timers::default(),
            queue: Queue::new(limits.outputs),
            payloads: Payloads::default(),
        }
    }

    /// The next thing to do; `None` when there is nothing until the next input.
    pub fn poll_output(&mut self) -> Option<Output<'_>> {
        self.queue.poll()
    }

    /// The worker's counters.
    pub fn stats(&self) -> EngineStats {
        EngineStats { overflows: self.queue.overflows(), ..self.stats }
    }
}

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        struct $name(u32);

        impl $name {
            const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

key!(
    /// A source that somebody sends.
    SourceKey
);
key!(
    /// An incoming stream: one layer of a source.
    StreamKey
);
key!(
    /// A slot of a receiver.
    SlotKey
);
