//! Which packets of a stream have come (RFC 3711, section 3.3.2).

/// A sliding window over packet indices.
#[derive(Debug, Clone)]
pub(super) struct ReplayWindow {
    /// The highest index that was accepted.
    newest: u64,
    /// Which of the latest have come, by the index modulo the number of bits.
    seen: Box<[u64]>,
}

impl ReplayWindow {
    /// A window of at least `packets`, in which the first packet has come.
    pub(super) fn new(first: u64, packets: usize) -> Self {
        let words = packets.div_ceil(64).max(1);
        let mut window = Self { newest: first, seen: vec![0; words].into() };
        window.mark(first);
        window
    }

    /// The highest index that was accepted.
    pub(super) const fn newest(&self) -> u64 {
        self.newest
    }

    /// Whether a packet has not come yet, as far as can be told: what is older
    /// than the window counts as come.
    pub(super) fn is_new(&self, index: u64) -> bool {
        if index > self.newest {
            return true;
        }
        let (word, bit) = self.place(index);
        self.newest - index < self.len() && self.seen[word] & bit == 0
    }

    /// Takes note of a packet that is new and authentic.
    pub(super) fn accept(&mut self, index: u64) {
        if index > self.newest {
            let skipped = self.newest + 1..index;
            self.newest = index;
            if skipped.end - skipped.start >= self.len() {
                self.seen.fill(0);
            } else {
                for index in skipped {
                    let (word, bit) = self.place(index);
                    self.seen[word] &= !bit;
                }
            }
        }
        self.mark(index);
    }

    fn mark(&mut self, index: u64) {
        let (word, bit) = self.place(index);
        self.seen[word] |= bit;
    }

    const fn len(&self) -> u64 {
        self.seen.len() as u64 * 64
    }

    const fn place(&self, index: u64) -> (usize, u64) {
        let place = index % self.len();
        ((place / 64) as usize, 1 << (place % 64))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_index_is_accepted_once_and_the_old_ones_never(
            steps in prop::collection::vec(prop_oneof![8 => -80_i64..40, 1 => 0_i64..400], 1..500),
        ) {
            let mut window = ReplayWindow::new(1000, 65);
            let (mut newest, mut come) = (1000_u64, BTreeSet::from([1000_u64]));
            for step in steps {
                let index = newest.saturating_add_signed(step);
                let expected = index + 128 > newest && !come.contains(&index);
                prop_assert_eq!(window.is_new(index), expected, "{} behind {}", index, newest);
                if expected {
                    window.accept(index);
                    come.insert(index);
                    newest = newest.max(index);
                }
                prop_assert_eq!(window.newest(), newest);
            }
        }
    }
}
