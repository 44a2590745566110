//! What all participants of a thread count together.

use std::time::{Duration, Instant};

use crate::measure::histogram::Histogram;

/// A moment as an instant, and as nanoseconds since the run began, which is
/// what travels in the payloads.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The instant.
    pub instant: Instant,
    /// The same since the run began, in nanoseconds.
    pub stamp: u64,
}

impl Moment {
    /// The moment of an instant in a run.
    pub fn new(run_began: Instant, instant: Instant) -> Self {
        let since = instant.saturating_duration_since(run_began);
        Self { instant, stamp: u64::try_from(since.as_nanos()).unwrap_or(u64::MAX) }
    }
}

/// Counters since the last reset.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Media packets that were sent.
    pub sent: u64,
    /// Media packets that arrived for the first time.
    pub received: u64,
    /// Their bytes, headers included, after opening.
    pub received_bytes: u64,
    /// From sending to arrival.
    pub latency: Histogram,
    /// Packets that were missing and came late, or again.
    pub recovered: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets that could not be opened or read.
    pub unreadable: u64,
    /// Whole video frames.
    pub frames: u64,
    /// Packets that were sent again.
    pub repeated: u64,
    /// Requests for packets that came from the server.
    pub nacks: u64,
    /// Requests for key frames that came from the server.
    pub key_frame_requests: u64,
}

impl Tally {
    /// Counts a media packet that came for the first time.
    pub(super) fn arrived(&mut self, now: Moment, sent_at: Option<u64>, bytes: usize) {
        self.received += 1;
        self.received_bytes += bytes as u64;
        if let Some(sent_at) = sent_at {
            self.latency.record(Duration::from_nanos(now.stamp.saturating_sub(sent_at)));
        }
    }

    /// Adds what another thread counted.
    pub fn merge(&mut self, other: &Self) {
        self.sent += other.sent;
        self.received += other.received;
        self.received_bytes += other.received_bytes;
        self.latency.merge(&other.latency);
        self.recovered += other.recovered;
        self.duplicates += other.duplicates;
        self.unreadable += other.unreadable;
        self.frames += other.frames;
        self.repeated += other.repeated;
        self.nacks += other.nacks;
        self.key_frame_requests += other.key_frame_requests;
    }
}
