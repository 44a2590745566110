//! A call as data: participants, steps, and what came of it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use lectern_domain::{
    id::{ParticipantId, SessionId},
    room::Source,
};

use super::{
    client::Client,
    media::{Numbering, mid},
    network::Conditions,
};
use crate::{
    engine::{Engine, EngineEvent, MediaCounts, Output, View},
    limits::EngineLimits,
    negotiated::NegotiatedMedia,
    rtp::Ntp,
};

/// What happens next. Clients go by the order in which they joined.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// Milliseconds go by.
    Run(u64),
    Assign(usize, &'static str, Option<(usize, Source)>),
    View(usize, &'static str, View),
    Mute(usize, Source, bool),
    /// A layer stops or goes on.
    Layer(usize, &'static str, &'static str, bool),
    Writable(usize, bool),
    /// The path of a client, both ways.
    Path(usize, Conditions),
}

/// An engine and its clients, at a moment.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) engine: Engine,
    pub(super) clients: Vec<Client>,
    pub(super) events: Vec<EngineEvent>,
    pub(super) room: SessionId,
    seed: u64,
    start: Instant,
    wall: SystemTime,
    /// Milliseconds since the start.
    pub(super) at: u64,
}

impl Drop for Call {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {} at {} ms", self.seed, self.at);
        }
    }
}

impl Call {
    pub(super) fn new(seed: u64) -> Self {
        Self::with_limits(seed, EngineLimits::default())
    }

    #[expect(clippy::disallowed_methods, reason = "any moment will do as the first")]
    pub(super) fn with_limits(seed: u64, limits: EngineLimits) -> Self {
        let (start, wall) = (Instant::now(), UNIX_EPOCH + Duration::from_secs(1_800_000_000));
        Self {
            engine: Engine::new(start, wall, seed, limits),
            clients: Vec::new(),
            events: Vec::new(),
            room: "01890000-0000-7000-8000-000000000001".parse::<SessionId>().unwrap(),
            seed,
            start,
            wall,
            at: 0,
        }
    }

    pub(super) fn now(&self) -> Instant {
        self.start + Duration::from_millis(self.at)
    }

    pub(super) fn ntp(&self) -> Ntp {
        Ntp::from(self.wall + Duration::from_millis(self.at))
    }

    pub(super) fn join(&mut self, numbering: Numbering, media: NegotiatedMedia) -> usize {
        let index = self.clients.len();
        let participant = ParticipantId(index as u64);
        let now = self.now();
        let key = self.engine.add(now, self.room, participant, media.clone());
        let seed = self.seed.wrapping_mul(31) + index as u64;
        self.clients.push(Client::new(key, participant, numbering, &media, seed));
        self.step(&Step::Writable(index, true));
        index
    }

    pub(super) fn leave(&mut self, index: usize) -> MediaCounts {
        let client = self.clients.remove(index);
        let now = self.now();
        let counts = self.engine.remove(now, client.key);
        self.drain();
        counts
    }

    pub(super) fn play(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(step);
        }
    }

    fn step(&mut self, step: &Step) {
        let now = self.now();
        let key = |index: usize| self.clients[index].key;
        match *step {
            Step::Run(milliseconds) => (0..milliseconds).for_each(|_| self.tick()),
            Step::Assign(receiver, slot, from) => {
                let from = from.map(|(from, source)| (self.clients[from].participant, source));
                self.engine.assign(now, key(receiver), &mid(slot), from);
            }
            Step::View(receiver, slot, view) => {
                self.engine.view(now, key(receiver), &mid(slot), view);
            }
            Step::Mute(index, source, muted) => {
                self.engine.mute(now, key(index), source, muted);
            }
            Step::Layer(index, mid, rid, running) => {
                self.clients[index].sender(mid, Some(rid)).running = running;
            }
            Step::Writable(index, writable) => {
                self.engine.set_writable(now, key(index), writable);
            }
            Step::Path(index, conditions) => {
                self.clients[index].up.conditions = conditions;
                self.clients[index].down.conditions = conditions;
            }
        }
        self.drain();
    }

    fn tick(&mut self) {
        self.at += 1;
        let (at, now, ntp) = (self.at, self.now(), self.ntp());
        for index in 0..self.clients.len() {
            self.clients[index].tick(at, ntp);
            while let Some(packet) = self.clients[index].up.receive(at) {
                let key = self.clients[index].key;
                if matches!(packet[1], 192..=223) {
                    self.engine.handle_rtcp(now, key, &packet);
                } else {
                    self.engine.handle_rtp(now, key, &packet);
                }
                self.drain();
            }
        }
        if self.engine.poll_timeout().is_some_and(|due| due <= now) {
            self.engine.handle_timeout(now);
            self.drain();
            assert!(self.engine.poll_timeout().is_none_or(|due| due > now), "a timer is stuck");
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            let (to, packet) = match output {
                Output::Rtp(packet) => (packet.to, [packet.head, packet.payload].concat()),
                Output::Rtcp { to, bytes } => (to, bytes.to_vec()),
                Output::Event(event) => {
                    self.events.push(event);
                    continue;
                }
            };
            let client = self.clients.iter_mut().find(|client| client.key == to);
            client.unwrap().down.send(self.at, &packet);
        }
    }
}
