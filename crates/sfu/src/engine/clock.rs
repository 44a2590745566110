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
        now.saturating_duration_since(self.start).as_micros() as u64 / TICK_MICROS
    }
}
