//! Sequence numbers without gaps of our making.

use std::collections::VecDeque;

/// Ranges that are remembered: packets later than that are dropped.
const MAX_RANGES: usize = 32;
/// A sender's longer jump is not passed on: a receiver's SRTP and jitter buffer
/// would take it for a new beginning.
const MAX_GAP: u64 = 1000;

/// Maps a source's numbers to a slot's. No number of the slot stands for two
/// packets: each range maps to numbers behind those of the ranges before it.
#[derive(Debug, Clone)]
pub(in super::super) struct SequenceMap {
    ranges: VecDeque<Range>,
    /// The highest source number that was mapped or skipped.
    highest: u64,
    /// The number behind all that were given out or are reserved.
    next: u64,
}

/// Source numbers from `first` up to `end`, which is open in the newest range.
#[derive(Debug, Clone, Copy)]
struct Range {
    first: u64,
    end: u64,
    to: u64,
}

impl Range {
    const fn map(self, index: u64) -> u64 {
        self.to + (index - self.first)
    }
}

/// What becomes of a packet without media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Place {
    /// Its number is not needed: the next packet takes it.
    Closed,
    /// Packets behind it were sent, so its place is there and must be filled.
    Open,
}

impl SequenceMap {
    /// A slot's numbers, from `first` on. Nothing is mapped before
    /// [`SequenceMap::begin`].
    pub(in super::super) const fn new(first: u16) -> Self {
        Self { ranges: VecDeque::new(), highest: 0, next: (1 << 16) + first as u64 }
    }

    /// Goes on with a source whose first packet is `index`. What was before it
    /// is not mapped any more.
    pub(in super::super) fn begin(&mut self, index: u64) {
        self.ranges.clear();
        self.open(index);
        self.highest = index - 1;
    }

    /// The slot's number for a packet; `None` if it is too late for one.
    pub(in super::super) fn map(&mut self, index: u64) -> Option<u64> {
        if index > self.highest {
            if index - self.highest > MAX_GAP {
                self.close(self.highest + 1);
                self.open(index);
            }
            self.highest = index;
        }
        let range = self.ranges.iter().rev().find(|range| range.first <= index)?;
        let mapped = (index < range.end).then(|| range.map(index))?;
        self.next = self.next.max(mapped + 1);
        Some(mapped)
    }

    /// Leaves a packet out.
    pub(in super::super) fn skip(&mut self, index: u64) -> Place {
        if index <= self.highest {
            return Place::Open;
        }
        if index - self.highest > MAX_GAP {
            self.close(self.highest + 1);
        } else {
            // What is missing before it may still come, and keeps its numbers.
            if let Some(newest) = self.ranges.back() {
                self.next = newest.map(index);
            }
            self.close(index);
        }
        self.open(index + 1);
        self.highest = index;
        Place::Closed
    }

    fn close(&mut self, end: u64) {
        if let Some(newest) = self.ranges.back_mut() {
            newest.end = end;
        }
    }

    fn open(&mut self, first: u64) {
        if self.ranges.back().is_some_and(|range| range.first == range.end) {
            self.ranges.pop_back();
        }
        if self.ranges.len() == MAX_RANGES {
            self.ranges.pop_front();
        }
        self.ranges.push_back(Range { first, end: u64::MAX, to: self.next });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const FIRST: u64 = (1 << 16) + 100;

    fn map_from(index: u64) -> SequenceMap {
        let mut map = SequenceMap::new(100);
        map.begin(index);
        map
    }

    #[test]
    fn losses_keep_their_place_and_skips_do_not() {
        let mut map = map_from(1000);
        assert_eq!(map.map(1000), Some(FIRST));
        assert_eq!(map.map(1003), Some(FIRST + 3));
        assert_eq!(map.skip(1005), Place::Closed);
        assert_eq!(map.skip(1006), Place::Closed);
        assert_eq!(map.map(1007), Some(FIRST + 5));
        assert_eq!(map.map(1001), Some(FIRST + 1));
        assert_eq!(map.map(1004), Some(FIRST + 4));
        assert_eq!(map.map(1005), None);
        assert_eq!(map.skip(1002), Place::Open);
        assert_eq!(map.map(1002), Some(FIRST + 2));
        assert_eq!(map.map(999), None);
    }

    #[test]
    fn a_switch_goes_on_behind_what_was_reserved() {
        let mut map = map_from(1000);
        assert_eq!(map.map(1000), Some(FIRST));
        assert_eq!(map.map(1004), Some(FIRST + 4));
        map.begin(7);
        assert_eq!(map.map(7), Some(FIRST + 5));
        assert_eq!(map.map(2002), Some(FIRST + 6), "a jump leaves no gap");
        assert_eq!(map.map(8), None);
    }

    proptest! {
        #[test]
        fn no_number_stands_for_two_packets(
            steps in prop::collection::vec((0u8..20, 0u64..40, 0u64..4000), 1..2000),
        ) {
            let mut map = map_from(50_000);
            let (mut source, mut newest) = (0u32, 50_000u64);
            let mut given = BTreeMap::new();
            for (kind, small, large) in steps {
                let index = match kind {
                    0 => { source += 1; newest = large + 1; map.begin(newest); newest }
                    1 => newest + large,
                    2..12 => newest + small % 3,
                    _ => newest.saturating_sub(small),
                };
                newest = newest.max(index);
                if (kind == 3 || kind == 15) && map.skip(index) == Place::Closed {
                    continue;
                }
                if let Some(number) = map.map(index) {
                    let before = given.insert(number, (source, index));
                    prop_assert!(before.is_none_or(|before| before == (source, index)), "{number}");
                    prop_assert!(number < map.next);
                }
            }
            let numbers = given.keys().copied().collect::<Vec<_>>();
            for pair in numbers.windows(2) {
                prop_assert!(pair[1] - pair[0] <= MAX_GAP + 1, "a gap too long");
            }
        }
    }
}
