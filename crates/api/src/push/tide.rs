//! How far the order of notices is known.
//!
//! Places in it are given out before their transactions commit, so that a lower
//! one may appear after a higher one, or never. What lies beyond the first gap
//! is remembered one by one, until the gap is filled or has waited long enough.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// What is known.
#[derive(Debug)]
pub(super) struct Tide {
    /// Everything up to here is known, or given up.
    settled: i64,
    /// What is known beyond.
    known: BTreeSet<i64>,
    /// Since when the first gap is there.
    gap_since: Option<Instant>,
    patience: Duration,
    most: usize,
}

impl Tide {
    /// Knows everything up to `settled`. A gap is waited for as long as
    /// `patience`, and while no more than `most` are known beyond it.
    pub(super) const fn new(settled: i64, patience: Duration, most: usize) -> Self {
        Self { settled, known: BTreeSet::new(), gap_since: None, patience, most }
    }

    /// Up to where everything is known.
    pub(super) const fn settled(&self) -> i64 {
        self.settled
    }

    /// What is known beyond, in order.
    pub(super) fn known(&self) -> Vec<i64> {
        self.known.iter().copied().collect()
    }

    /// Takes places that have appeared.
    pub(super) fn rise(&mut self, positions: impl IntoIterator<Item = i64>, now: Instant) {
        self.known.extend(positions);
        self.settle(now);
        let waited = self.gap_since.is_some_and(|since| now.duration_since(since) >= self.patience);
        if waited || self.known.len() > self.most {
            // What lies beyond a gap may have gaps of its own, which wait anew.
            self.settled = self.known.first().map_or(self.settled, |first| first - 1);
            self.gap_since = None;
            self.settle(now);
        }
    }

    fn settle(&mut self, now: Instant) {
        let before = self.settled;
        while self.known.first() == Some(&(self.settled + 1)) {
            self.known.pop_first();
            self.settled += 1;
        }
        if self.known.is_empty() {
            self.gap_since = None;
        } else if self.gap_since.is_none() || self.settled > before {
            self.gap_since = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At each second some places appear; then so far is settled, and so many
    /// are known beyond.
    fn check(steps: &[(u64, &[i64], i64, usize)]) {
        #[expect(clippy::disallowed_methods, reason = "any instant does")]
        let begin = Instant::now();
        let mut tide = Tide::new(10, Duration::from_secs(5), 4);
        for (seconds, appeared, settled, known) in steps {
            let now = begin + Duration::from_secs(*seconds);
            tide.rise(appeared.iter().copied(), now);
            assert_eq!((tide.settled(), tide.known().len()), (*settled, *known), "{seconds} s");
        }
    }

    #[test]
    fn what_has_no_gaps_is_settled() {
        check(&[(0, &[11, 12, 13], 13, 0), (1, &[], 13, 0), (2, &[14], 14, 0)]);
    }

    #[test]
    fn a_gap_is_waited_for_and_filled() {
        check(&[(0, &[12], 10, 1), (4, &[13], 10, 2), (4, &[11], 13, 0)]);
    }

    #[test]
    fn a_gap_is_given_up_in_time() {
        check(&[(0, &[12, 14], 10, 2), (5, &[], 12, 1), (9, &[], 12, 1), (10, &[], 14, 0)]);
    }

    #[test]
    fn too_much_beyond_a_gap_gives_it_up() {
        check(&[(0, &[12, 13, 14, 15], 10, 4), (1, &[17], 15, 1)]);
    }
}
