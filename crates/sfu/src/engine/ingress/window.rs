//! Which packets of a stream have come.

use crate::rtp::Unwrapper;

/// Packets behind the newest that are still told from repeated ones.
const WINDOW: u64 = 1024;
const WORDS: usize = (WINDOW / 64) as usize;
/// A longer jump is taken for a new beginning, once the next packet confirms
/// it (RFC 3550, appendix A.1).
const MAX_JUMP: u64 = 1000;
/// Added at a new beginning, so that what came before stays behind.
const RESTART: u64 = 1 << 17;

/// The place of a packet in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Arrival {
    /// The extended sequence number.
    pub(in super::super) index: u64,
    /// The newest that had come before it; 0: it is the first.
    pub(in super::super) before: u64,
}

impl Arrival {
    /// Whether it is the newest so far.
    pub(in super::super) const fn is_newest(self) -> bool {
        self.index > self.before
    }

    /// How many packets it shows to be missing.
    pub(in super::super) const fn gap(self) -> u64 {
        if self.before == 0 { 0 } else { self.index.saturating_sub(self.before + 1) }
    }
}

/// Remembers which sequence numbers have come, so that each counts once.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Window {
    unwrapper: Unwrapper<16>,
    seen: [u64; WORDS],
    /// Where a new beginning would go on.
    restart: Option<u16>,
    /// The first index since the last beginning.
    first: u64,
    unique: u64,
    /// Packets up to the last beginning.
    expected_before: u64,
}

impl Window {
    /// Takes a packet; `None` if it has come before, is too old to tell, or may
    /// be a new beginning. What a sender repeats is no new beginning.
    pub(in super::super) fn arrive(&mut self, sequence: u16, repeated: bool) -> Option<Arrival> {
        let Some(newest) = self.unwrapper.newest() else {
            return Some(self.begin(u64::from(sequence) + (1 << 16)));
        };
        let index = self.unwrapper.peek(u32::from(sequence));
        if index > newest + MAX_JUMP || index + WINDOW <= newest {
            if !repeated && self.restart == Some(sequence) {
                let rounds = newest & !0xFFFF;
                return Some(self.begin(rounds + RESTART + u64::from(sequence)));
            }
            if !repeated {
                self.restart = Some(sequence.wrapping_add(1));
            }
            return None;
        }
        if index > newest {
            for skipped in newest + 1..index {
                self.unmark(skipped);
            }
            self.mark(index);
            self.unwrapper.set_newest(index);
            return Some(Arrival { index, before: newest });
        }
        if self.is_marked(index) {
            return None;
        }
        self.mark(index);
        self.first = self.first.min(index);
        Some(Arrival { index, before: newest })
    }

    /// Packets that have come, each counted once.
    pub(in super::super) const fn unique(&self) -> u64 {
        self.unique
    }

    /// Packets that have not come, of those up to the newest.
    pub(in super::super) fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.unique)
    }

    fn expected(&self) -> u64 {
        let here = self.unwrapper.newest().map_or(0, |newest| newest + 1 - self.first);
        self.expected_before + here
    }

    fn begin(&mut self, index: u64) -> Arrival {
        self.expected_before = self.expected();
        self.restart = None;
        self.seen = [0; WORDS];
        self.first = index;
        self.unwrapper.set_newest(index);
        self.mark(index);
        Arrival { index, before: 0 }
    }

    fn mark(&mut self, index: u64) {
        let bit = index % WINDOW;
        self.seen[(bit / 64) as usize] |= 1 << (bit % 64);
        self.unique += 1;
    }

    fn unmark(&mut self, index: u64) {
        let bit = index % WINDOW;
        self.seen[(bit / 64) as usize] &= !(1 << (bit % 64));
    }

    fn is_marked(&self, index: u64) -> bool {
        let bit = index % WINDOW;
        self.seen[(bit / 64) as usize] & (1 << (bit % 64)) != 0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn check(window: &mut Window, sequence: u16, expected: Option<Arrival>) {
        assert_eq!(window.arrive(sequence, false), expected, "{sequence}");
    }

    const fn at(index: u64, before: u64) -> Option<Arrival> {
        Some(Arrival { index, before })
    }

    #[test]
    fn packets_count_once_in_any_order() {
        let mut window = Window::default();
        check(&mut window, 65_534, at(131_070, 0));
        check(&mut window, 1, at(131_073, 131_070));
        check(&mut window, 0, at(131_072, 131_073));
        check(&mut window, 0, None);
        check(&mut window, 1, None);
        check(&mut window, 65_533, at(131_069, 131_073));
        assert_eq!((window.unique(), window.lost()), (4, 1));
        assert_eq!(Arrival { index: 131_073, before: 131_070 }.gap(), 2);
        assert_eq!(Arrival { index: 131_073, before: 131_079 }.gap(), 0);
    }

    #[test]
    fn a_jump_must_be_confirmed() {
        for jump in [1_500, 40_000, 64_000] {
            let mut window = Window::default();
            check(&mut window, 5_000, at(70_536, 0));
            let to = 5_000_u16.wrapping_add(jump);
            check(&mut window, to, None);
            check(&mut window, 5_001, at(70_537, 70_536));
            check(&mut window, to, None);
            assert_eq!(window.arrive(to + 1, true), None, "a repeated packet confirms nothing");
            let begun = 65_536 + RESTART + u64::from(to + 1);
            check(&mut window, to + 1, at(begun, 0));
            check(&mut window, to + 3, at(begun + 2, begun));
            assert_eq!(window.lost(), 1);
        }
    }

    proptest! {
        #[test]
        fn no_index_comes_twice(sequences in prop::collection::vec(prop_oneof![4 => 0u16..300, 1 => any::<u16>()], 0..2000)) {
            let (mut window, mut seen) = (Window::default(), BTreeSet::new());
            for sequence in sequences {
                if let Some(Arrival { index, .. }) = window.arrive(sequence, false) {
                    prop_assert_eq!(index as u16, sequence);
                    prop_assert!(seen.insert(index));
                }
            }
            prop_assert_eq!(window.unique(), seen.len() as u64);
        }
    }
}
