//! Moments as the wire writes them.

use std::time::{Instant, SystemTime};

use crate::rtp::{Ntp, rtcp::TICK_MICROS};

/// Translates the caller's moments, by one pair of clock readings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    start: Instant,
    wall: Ntp,
}

impl Clock {
    pub(super) fn new(now: Instant, wall: SystemTime) -> Self {
        Self { start: now, wall: Ntp::from(wall) }
    }

    /// The wall clock's time at `now`.
    pub(super) fn ntp(&self, now: Instant) -> Ntp {
        self.wall.plus(now.saturating_duration_since(self.start))
    }

    /// Ticks of transport feedback since the start.
    pub(super) fn ticks(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.start);
        let per_second = 1_000_000 / TICK_MICROS;
        elapsed.as_secs() * per_second + u64::from(elapsed.subsec_micros()) / TICK_MICROS
    }
}
