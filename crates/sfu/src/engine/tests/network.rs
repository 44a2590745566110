//! A network that loses, delays, reorders and repeats, from a seed.

use std::collections::BTreeMap;

use crate::engine::random::Random;

/// What a link does to packets. Chances are in thousandths, times in
/// milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    pub(super) loss: u32,
    pub(super) duplicates: u32,
    pub(super) delay: u64,
    pub(super) jitter: u64,
}

/// One direction of a path.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) conditions: Conditions,
    random: Random,
    count: u64,
    flying: BTreeMap<(u64, u64), Vec<u8>>,
}

impl Link {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            conditions: Conditions { delay: 20, ..Conditions::default() },
            random: Random::new(seed),
            count: 0,
            flying: BTreeMap::new(),
        }
    }

    fn chance(&mut self, thousandths: u32) -> bool {
        self.random.next_u32() % 1000 < thousandths
    }

    pub(super) fn send(&mut self, at: u64, packet: &[u8]) {
        if self.chance(self.conditions.loss) {
            return;
        }
        let copies = 1 + u64::from(self.chance(self.conditions.duplicates));
        for _ in 0..copies {
            let jitter = u64::from(self.random.next_u32()) % (self.conditions.jitter + 1);
            self.count += 1;
            let arrival = at + self.conditions.delay + jitter;
            self.flying.insert((arrival, self.count), packet.to_vec());
        }
    }

    /// The next packet that has arrived by `at`.
    pub(super) fn receive(&mut self, at: u64) -> Option<Vec<u8>> {
        let first = self.flying.first_entry()?;
        (first.key().0 <= at).then(|| first.remove())
    }
}
