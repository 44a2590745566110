//! When something is due, for all participants of a worker.

use std::{collections::BTreeSet, time::Instant};

use super::PeerKey;

/// What is done at its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timer {
    /// Missing packets are asked for.
    Nack,
    /// Key frames are asked for that were asked for too lately.
    KeyFrame,
    /// Arrivals are reported for congestion control.
    Feedback,
    /// Sender and receiver reports.
    Report,
    /// Layers that have stopped are noticed.
    Layers,
    /// Somebody may have stopped speaking.
    Silence,
}

impl Timer {
    pub(super) const ALL: [Self; 6] =
        [Self::Nack, Self::KeyFrame, Self::Feedback, Self::Report, Self::Layers, Self::Silence];
}

/// Deadlines of all participants. Each participant stands in the queue once,
/// with its earliest.
#[derive(Debug, Default)]
pub(super) struct Timers {
    deadlines: Vec<[Option<Instant>; Timer::ALL.len()]>,
    queue: BTreeSet<(Instant, PeerKey)>,
}

impl Timers {
    /// The earliest deadline.
    pub(super) fn next(&self) -> Option<Instant> {
        self.queue.first().map(|(at, _)| *at)
    }

    pub(super) fn get(&self, peer: PeerKey, timer: Timer) -> Option<Instant> {
        self.deadlines.get(peer.index()).and_then(|deadlines| deadlines[timer as usize])
    }

    pub(super) fn set(&mut self, peer: PeerKey, timer: Timer, at: Option<Instant>) {
        if self.deadlines.len() <= peer.index() {
            self.deadlines.resize(peer.index() + 1, Default::default());
        }
        let deadlines = &mut self.deadlines[peer.index()];
        let before = earliest(deadlines);
        deadlines[timer as usize] = at;
        let after = earliest(deadlines);
        if before != after {
            if let Some(before) = before {
                self.queue.remove(&(before, peer));
            }
            if let Some(after) = after {
                self.queue.insert((after, peer));
            }
        }
    }

    /// Moves a deadline forward, never back.
    pub(super) fn set_earlier(&mut self, peer: PeerKey, timer: Timer, at: Instant) {
        if self.get(peer, timer).is_none_or(|present| at < present) {
            self.set(peer, timer, Some(at));
        }
    }

    /// Takes what is due at `now`, one at a time, the earliest participant first.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(PeerKey, Timer)> {
        let (_, peer) = *self.queue.first().filter(|(at, _)| *at <= now)?;
        let timer = Timer::ALL
            .into_iter()
            .find(|timer| self.get(peer, *timer).is_some_and(|at| at <= now))?;
        self.set(peer, timer, None);
        Some((peer, timer))
    }

    /// Forgets a participant's deadlines.
    pub(super) fn clear(&mut self, peer: PeerKey) {
        for timer in Timer::ALL {
            self.set(peer, timer, None);
        }
    }
}

fn earliest(deadlines: &[Option<Instant>]) -> Option<Instant> {
    deadlines.iter().flatten().min().copied()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn deadlines_come_in_order_and_once() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut timers = Timers::default();
        timers.set(PeerKey(3), Timer::Nack, Some(at(20)));
        timers.set(PeerKey(1), Timer::Report, Some(at(30)));
        timers.set(PeerKey(3), Timer::Report, Some(at(40)));
        timers.set_earlier(PeerKey(1), Timer::Report, at(35));
        assert_eq!(timers.next(), Some(at(20)));
        assert_eq!(timers.take_due(at(19)), None);
        assert_eq!(timers.take_due(at(35)), Some((PeerKey(3), Timer::Nack)));
        assert_eq!(timers.take_due(at(35)), Some((PeerKey(1), Timer::Report)));
        assert_eq!(timers.take_due(at(35)), None);
        timers.clear(PeerKey(3));
        assert_eq!(timers.next(), None);
    }
}
