//! When a stream is asked for a key frame.

use std::time::{Duration, Instant};

/// Requests that go unanswered before it is left at that.
const MAX_TRIES: u8 = 16;
/// The pause between unanswered requests doubles this often.
const MAX_DOUBLINGS: u8 = 2;

/// The requests to one stream: throttled, and repeated until they are answered.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct KeyFrames {
    wanted: bool,
    tries: u8,
    asked: Option<Instant>,
}

impl KeyFrames {
    /// Somebody cannot decode without a key frame.
    pub(in super::super) const fn want(&mut self) {
        self.wanted = true;
        self.tries = 0;
    }

    /// A key frame has come, or nobody waits any more.
    pub(in super::super) const fn settle(&mut self) {
        self.wanted = false;
    }

    /// When to ask next.
    pub(in super::super) fn due(&self, now: Instant, interval: Duration) -> Option<Instant> {
        if !self.wanted || self.tries >= MAX_TRIES {
            return None;
        }
        let pause = interval * (1 << self.tries.saturating_sub(1).min(MAX_DOUBLINGS));
        Some(self.asked.map_or(now, |asked| asked + pause))
    }

    /// Says that it is asked for now.
    pub(in super::super) const fn ask(&mut self, now: Instant) {
        self.asked = Some(now);
        self.tries += 1;
    }
}
