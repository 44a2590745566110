//! Timestamps that go on through switches.

use std::time::Instant;

/// How far a timestamp from sender reports may be from what the time between
/// packets says, in seconds; beyond it the reports are not believed.
const TOLERANCE_SECONDS: i64 = 1;

/// Maps a source's timestamps to a slot's by an offset, which each switch sets.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Timeline {
    offset: u32,
    /// The highest timestamp that was given out, and when.
    last: Option<(u32, Instant)>,
}

impl Timeline {
    /// Begins at a random offset (RFC 3550, section 5.1).
    pub(in super::super) const fn new(offset: u32) -> Self {
        Self { offset, last: None }
    }

    /// What is added to the source's timestamps.
    pub(in super::super) const fn offset(&self) -> u32 {
        self.offset
    }

    /// The highest timestamp that was given out, and when.
    pub(in super::super) const fn last(&self) -> Option<(u32, Instant)> {
        self.last
    }

    /// Goes on with a source whose first timestamp is `timestamp`. `aligned` is
    /// where it lies on the slot's timeline by the senders' reports, if they
    /// say; without it, or if that is implausible, the time since the last
    /// packet stands in.
    pub(in super::super) fn begin(
        &mut self,
        now: Instant,
        timestamp: u32,
        rate: u32,
        aligned: Option<u32>,
    ) {
        let Some((last, at)) = self.last else { return };
        let elapsed = now.saturating_duration_since(at).as_millis() * u128::from(rate) / 1000;
        // At least a millisecond, since two frames never share a timestamp; and
        // never so much that it would seem to be in the past.
        let step = elapsed.clamp(u128::from(rate / 1000), u128::from(u32::MAX / 4)) as u32;
        let plausible = |aligned: &u32| {
            let ahead = i64::from(aligned.wrapping_sub(last) as i32);
            ahead > 0 && (ahead - i64::from(step)).abs() <= TOLERANCE_SECONDS * i64::from(rate)
        };
        let next = aligned.filter(plausible).unwrap_or_else(|| last.wrapping_add(step));
        self.offset = next.wrapping_sub(timestamp);
    }

    /// The slot's timestamp for the source's.
    pub(in super::super) fn map(&mut self, now: Instant, timestamp: u32) -> u32 {
        let mapped = timestamp.wrapping_add(self.offset);
        if self.last.is_none_or(|(last, _)| (mapped.wrapping_sub(last) as i32) >= 0) {
            self.last = Some((mapped, now));
        }
        mapped
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn a_switch_goes_on_by_reports_or_else_by_the_clock() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let switched = |aligned| {
            let mut timeline = Timeline::new(u32::MAX - 10);
            timeline.begin(at(0), 500, 90_000, Some(7));
            let first = timeline.map(at(0), 500);
            assert_eq!(first, 489);
            timeline.begin(at(20), 1_000_000, 90_000, aligned);
            timeline.map(at(20), 1_000_000)
        };
        assert_eq!(switched(None), 489 + 1800);
        assert_eq!(switched(Some(489 + 1500)), 489 + 1500);
        assert_eq!(switched(Some(489)), 489 + 1800, "a frame of its own");
        assert_eq!(switched(Some(489 + 200_000)), 489 + 1800, "implausibly late");
    }
}
