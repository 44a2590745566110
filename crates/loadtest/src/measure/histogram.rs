//! Counts of durations, precise to 1.6 %, in constant space.

use std::time::Duration;

/// Each power of two is divided into these many buckets.
const STEPS: u64 = 64;
const STEP_BITS: u32 = STEPS.trailing_zeros();

/// Durations up to 2^40 ns, some 18 minutes; longer ones count as that.
const MAX_BITS: u32 = 40;
const BUCKETS: usize = ((MAX_BITS - STEP_BITS + 1) as usize) * STEPS as usize;

/// A histogram of durations.
#[derive(Debug, Clone)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: vec![0; BUCKETS], count: 0 }
    }
}

impl Histogram {
    /// Counts a duration.
    pub fn record(&mut self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.buckets[bucket(nanos)] += 1;
        self.count += 1;
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
    }

    /// How many were counted.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The duration that a share of all, from 0 to 1, does not exceed; `None`
    /// while nothing was counted.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank among counts far below 2^53"
        )]
        let rank = ((self.count as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        self.buckets
            .iter()
            .position(|count| {
                seen += count;
                seen >= rank
            })
            .map(|index| Duration::from_nanos(midpoint(index)))
    }
}

fn bucket(nanos: u64) -> usize {
    let nanos = nanos.min((1 << MAX_BITS) - 1);
    // Below `STEPS` every nanosecond has its bucket; above, the leading bits
    // choose the row and the next six the step in it.
    let row = (u64::BITS - nanos.leading_zeros()).saturating_sub(STEP_BITS + 1);
    let step = nanos >> row;
    usize::try_from(u64::from(row) * STEPS + step).expect("within the buckets")
}

fn midpoint(index: usize) -> u64 {
    let index = index as u64;
    let row = (index / STEPS).saturating_sub(1);
    let step = index - row * STEPS;
    (step << row) + ((1 << row) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_is_near_its_bucket() {
        let mut nanos = 1_u64;
        while nanos < 1 << MAX_BITS {
            let found = midpoint(bucket(nanos));
            let error = found.abs_diff(nanos);
            assert!(error * STEPS <= nanos, "{nanos} became {found}");
            nanos += nanos / 7 + 1;
        }
        assert!(bucket(u64::MAX) < BUCKETS);
    }

    #[test]
    fn quantiles_are_ranks() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), None);
        for nanos in 1..=50 {
            histogram.record(Duration::from_nanos(nanos));
        }
        assert_eq!(histogram.quantile(0.0), Some(Duration::from_nanos(1)));
        assert_eq!(histogram.quantile(0.5), Some(Duration::from_nanos(25)));
        assert_eq!(histogram.quantile(1.0), Some(Duration::from_nanos(50)));
        let mut both = histogram.clone();
        both.merge(&histogram);
        assert_eq!(both.count(), 100);
        assert_eq!(both.quantile(0.5), Some(Duration::from_nanos(25)));
    }
}
