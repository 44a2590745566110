//! Packets that are missing, and when to ask for them (RFC 4585, section 6.2.1).

use std::{
    collections::VecDeque,
    ops::Range,
    time::{Duration, Instant},
};

/// How long a packet may be late before it is asked for.
const REORDERING: Duration = Duration::from_millis(5);

/// The missing packets of one stream, oldest first.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Missing {
    packets: VecDeque<MissingPacket>,
}

#[derive(Debug, Clone, Copy)]
struct MissingPacket {
    index: u64,
    tries: u8,
    due: Instant,
}

impl Missing {
    /// Takes note of missing packets. With more than `limit`, all are given
    /// up, and their number is returned.
    pub(in super::super) fn note(&mut self, now: Instant, gap: Range<u64>, limit: usize) -> usize {
        let new = (gap.end - gap.start) as usize;
        if self.packets.len() + new > limit {
            return self.give_up() + new;
        }
        let due = now + REORDERING;
        self.packets.extend(gap.map(|index| MissingPacket { index, tries: 0, due }));
        0
    }

    /// Strikes out a packet that has come.
    pub(in super::super) fn arrived(&mut self, index: u64) {
        if let Ok(at) = self.packets.binary_search_by_key(&index, |packet| packet.index) {
            self.packets.remove(at);
        }
    }

    /// Forgets all, and returns how many they were.
    pub(in super::super) fn give_up(&mut self) -> usize {
        let count = self.packets.len();
        self.packets.clear();
        count
    }

    /// When the next packet is to be asked for.
    pub(in super::super) fn due(&self) -> Option<Instant> {
        self.packets.iter().map(|packet| packet.due).min()
    }

    /// Appends the sequence numbers to ask for at `now`, and returns how many
    /// packets were given up, having been asked for `tries` times. The time
    /// between two asks is `interval` at first, and longer by as much each time.
    pub(in super::super) fn take_due(
        &mut self,
        now: Instant,
        interval: Duration,
        tries: u8,
        sequences: &mut Vec<u16>,
    ) -> usize {
        let before = self.packets.len();
        self.packets.retain_mut(|packet| {
            if packet.due > now {
                return true;
            }
            if packet.tries >= tries {
                return false;
            }
            packet.tries += 1;
            packet.due = now + interval * u32::from(packet.tries);
            sequences.push(packet.index as u16);
            true
        });
        before - self.packets.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn packets_are_asked_for_until_they_come_or_are_given_up() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let ask = |missing: &mut Missing, ms| {
            let mut sequences = Vec::new();
            let lost = missing.take_due(at(ms), Duration::from_millis(20), 2, &mut sequences);
            (sequences, lost)
        };
        let mut missing = Missing::default();
        assert_eq!(missing.note(at(0), 65_535..65_537, 10), 0);
        assert_eq!(missing.due(), Some(at(5)));
        assert_eq!(ask(&mut missing, 4), (vec![], 0));
        assert_eq!(ask(&mut missing, 5), (vec![65_535, 0], 0));
        assert_eq!(missing.due(), Some(at(25)));
        missing.arrived(65_536);
        assert_eq!(ask(&mut missing, 25), (vec![65_535], 0));
        assert_eq!(ask(&mut missing, 64), (vec![], 0));
        assert_eq!(ask(&mut missing, 65), (vec![], 1));
        assert_eq!(missing.due(), None);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn too_many_are_given_up_at_once() {
        let now = Instant::now();
        let mut missing = Missing::default();
        assert_eq!(missing.note(now, 1..5, 8), 0);
        assert_eq!(missing.note(now, 6..11, 8), 9);
        assert_eq!(missing.due(), None);
    }
}
