//! The load that a scenario makes, and what it measured under it.

use std::{thread, time::Duration};

use crate::{
    clock,
    limits::{LOAD_SECONDS, PARTICIPANTS},
    measure::process::Process,
    peer::{SendPlan, Tally},
    swarm::{MemberId, Swarm},
};

/// Before a measurement begins: joining is over, and rates are steady.
const WARM_UP: Duration = Duration::from_secs(2);

/// Who sends to whom in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Two who send to each other.
    TwoParty,
    /// One who sends to these many.
    FanOut {
        /// The receivers.
        receivers: usize,
    },
}

impl Shape {
    /// Participants of a room.
    pub const fn participants(self) -> usize {
        match self {
            Self::TwoParty => 2,
            Self::FanOut { receivers } => 1 + receivers,
        }
    }

    /// Whether the participant in this seat of a room sends.
    pub const fn sends(self, seat: usize) -> bool {
        matches!(self, Self::TwoParty) || seat == 0
    }

    /// Packets that come out for one that goes in.
    pub const fn copies(self) -> usize {
        self.participants() - 1
    }
}

/// A load, the same before the server and before the relay.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Who sends to whom.
    pub shape: Shape,
    /// Rooms at once.
    pub rooms: usize,
    /// What each sender sends.
    pub plan: SendPlan,
    /// How long is measured.
    pub duration: Duration,
}

impl Load {
    /// Participants of all rooms.
    pub const fn participants(&self) -> usize {
        self.rooms * self.shape.participants()
    }

    /// Whether the load is within the bounds.
    ///
    /// # Errors
    /// Says which bound it breaks.
    pub fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.rooms > 0, "at least one room");
        anyhow::ensure!(self.participants() <= PARTICIPANTS, "at most {PARTICIPANTS} participants");
        anyhow::ensure!(
            self.duration <= Duration::from_secs(LOAD_SECONDS),
            "at most {LOAD_SECONDS} seconds"
        );
        Ok(())
    }

    /// Lets the senders begin, evenly spread over a frame, so that their
    /// frames do not come all at once.
    pub(super) fn start_media(&self, swarm: &Swarm, members: &[MemberId]) -> anyhow::Result<()> {
        let start = clock::now() + Duration::from_millis(20);
        let frame = self.plan.video.map_or(Duration::from_millis(20), |video| {
            Duration::from_secs(1) / video.frames_per_second.max(1)
        });
        let count = u32::try_from(members.len())?;
        let seats = self.shape.participants();
        for (index, member) in (0_u32..).zip(members) {
            if self.shape.sends(index as usize % seats) {
                swarm.start_media(*member, start + frame * index / count, self.plan)?;
            }
        }
        Ok(())
    }

    /// Measures while media flows.
    pub(super) fn measure(
        &self,
        swarm: &Swarm,
        process: Option<Process>,
    ) -> anyhow::Result<Measured> {
        let cpu_time = || process.map_or(Ok(Duration::ZERO), Process::cpu_time);
        thread::sleep(WARM_UP);
        let before = swarm.take_report()?;
        let (began, cpu_before) = (clock::now(), cpu_time()?);
        thread::sleep(self.duration);
        let after = swarm.take_report()?;
        let (ended, cpu_after) = (clock::now(), cpu_time()?);
        Ok(Measured {
            tally: after.tally,
            elapsed: ended.saturating_duration_since(began),
            cpu: cpu_after.saturating_sub(cpu_before),
            expected: after.expected - before.expected,
            lost: after.lost.saturating_sub(before.lost),
        })
    }
}

/// What was measured under a load.
#[derive(Debug, Clone)]
pub struct Measured {
    /// What the participants counted.
    pub tally: Tally,
    /// For how long.
    pub elapsed: Duration,
    /// CPU time of the process that forwards.
    pub cpu: Duration,
    /// Packets that should have come.
    pub expected: u64,
    /// Packets that did not come.
    pub lost: u64,
}

impl Measured {
    /// Adds another measurement of the same load.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.tally.merge(&other.tally);
        self.elapsed += other.elapsed;
        self.cpu += other.cpu;
        self.expected += other.expected;
        self.lost += other.lost;
        self
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
impl Measured {
    /// CPU time of one forwarded packet, in microseconds.
    pub fn cpu_per_packet(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / (self.tally.received.max(1) as f64)
    }

    /// Forwarded packets a second.
    pub fn packet_rate(&self) -> f64 {
        self.tally.received as f64 / self.elapsed.as_secs_f64()
    }

    /// Lost packets of a million.
    pub fn lost_per_million(&self) -> f64 {
        self.lost as f64 * 1e6 / (self.expected.max(1) as f64)
    }

    /// A quantile of the time from sending to arrival, in microseconds.
    pub fn latency(&self, share: f64) -> f64 {
        self.tally.latency.quantile(share).map_or(0.0, |found| found.as_secs_f64() * 1e6)
    }
}
