//! Arrival times of all packets of a sender, for its congestion control.

use std::collections::VecDeque;

use crate::rtp::{
    Unwrapper,
    rtcp::{MAX_STATUSES, TransportFeedback},
};

/// Packets that wait to be reported; with more, it begins anew.
const MAX_PENDING: u64 = 1024;

/// What has arrived since the last feedback.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Arrivals {
    sequence: Unwrapper<16>,
    /// The index that the next feedback begins with.
    base: u64,
    pending: VecDeque<Option<u64>>,
    count: u8,
    media: u32,
}

impl Arrivals {
    /// Notes that the packet with a transport-wide sequence number has come.
    /// One that was already reported as missing stays so.
    pub(in super::super) fn arrive(&mut self, sequence: u16, ticks: u64, ssrc: u32) {
        let first = self.sequence.newest().is_none();
        let index = self.sequence.unwrap(u32::from(sequence));
        if first || index >= self.base + MAX_PENDING {
            self.base = index;
            self.pending.clear();
        }
        let Some(place) = index.checked_sub(self.base) else { return };
        let place = place as usize;
        if self.pending.len() <= place {
            self.pending.resize(place + 1, None);
        }
        self.pending[place].get_or_insert(ticks);
        self.media = ssrc;
    }

    /// Whether there is enough for a whole feedback packet.
    pub(in super::super) fn is_full(&self) -> bool {
        self.pending.len() >= MAX_STATUSES
    }

    /// The next feedback packet, until nothing is left to report.
    pub(in super::super) fn take(&mut self) -> Option<TransportFeedback> {
        // What is missing at the front is reported with what came after, as far
        // back as one packet reaches.
        let first = self.pending.iter().position(Option::is_some)?;
        let out_of_reach = (first + 1).saturating_sub(MAX_STATUSES);
        self.pending.drain(..out_of_reach);
        self.base += out_of_reach as u64;
        let mut len = 0;
        let mut previous = None;
        for status in self.pending.iter().take(MAX_STATUSES) {
            if let Some(ticks) = *status {
                if previous.is_some_and(|previous| !TransportFeedback::can_follow(previous, ticks))
                {
                    break;
                }
                previous = Some(ticks);
            }
            len += 1;
        }
        previous?;
        let feedback = TransportFeedback {
            media: self.media,
            base: self.base as u16,
            count: self.count,
            arrivals: self.pending.drain(..len).collect(),
        };
        self.base += len as u64;
        self.count = self.count.wrapping_add(1);
        Some(feedback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(arrivals: &mut Arrivals) -> Vec<(u16, u8, Vec<Option<u64>>)> {
        std::iter::from_fn(|| arrivals.take())
            .map(|feedback| (feedback.base, feedback.count, feedback.arrivals))
            .collect()
    }

    #[test]
    fn each_packet_is_reported_once() {
        let mut arrivals = Arrivals::default();
        for (sequence, ticks) in [(65_534, 10), (1, 30), (0, 31), (0, 99)] {
            arrivals.arrive(sequence, ticks, 1);
        }
        let first = vec![Some(10), None, Some(31), Some(30)];
        assert_eq!(taken(&mut arrivals), [(65_534, 0, first)]);
        arrivals.arrive(65_535, 40, 1);
        assert_eq!(taken(&mut arrivals), [], "it was reported as missing");
        arrivals.arrive(3, 50, 1);
        assert_eq!(taken(&mut arrivals), [(2, 1, vec![None, Some(50)])]);
    }

    #[test]
    fn a_pause_divides_the_feedback() {
        let mut arrivals = Arrivals::default();
        arrivals.arrive(1, 10, 1);
        arrivals.arrive(2, 100_000, 1);
        assert_eq!(taken(&mut arrivals), [(1, 0, vec![Some(10)]), (2, 1, vec![Some(100_000)])]);
    }

    #[test]
    fn what_is_missing_is_reported_as_far_as_a_packet_reaches() {
        let mut arrivals = Arrivals::default();
        arrivals.arrive(0, 10, 1);
        assert_eq!(taken(&mut arrivals).len(), 1);
        arrivals.arrive(1000, 20, 1);
        let mut statuses = vec![None; MAX_STATUSES - 1];
        statuses.push(Some(20));
        let base = 1001 - MAX_STATUSES as u16;
        assert_eq!(taken(&mut arrivals), [(base, 1, statuses)]);
        assert!(arrivals.take().is_none() && arrivals.pending.is_empty());
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut arrivals = Arrivals::default();
        for step in 0..1000_u16 {
            arrivals.arrive(step.wrapping_mul(999), u64::from(step), 1);
            assert!(arrivals.pending.len() <= MAX_PENDING as usize);
        }
        while arrivals.take().is_some() {}
        assert!(arrivals.pending.is_empty());
    }
}
