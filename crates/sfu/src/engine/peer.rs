//! One participant: what it sends, what it receives, and its transport.

use std::time::{Duration, Instant};

use lectern_domain::id::{ParticipantId, SessionId};

use super::{MediaCounts, SlotKey, SourceKey, StreamKey, egress::Budget, ingress::Arrivals};
use crate::{
    limits::EngineLimits,
    negotiated::{Extensions, NegotiatedMedia},
    rtp::{Ntp, rtcp::ReportBlock},
};

/// The round trip that is assumed before one was measured.
const DEFAULT_ROUND_TRIP: Duration = Duration::from_millis(100);
/// The new measurement's part of the average.
const ROUND_TRIP_SMOOTHING: u32 = 8;
/// A later arrival counts for this part only: it was delayed, the clock was not.
const CLOCK_SMOOTHING: i64 = 16;

/// What an incoming SSRC belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) ssrc: u32,
    pub(super) stream: StreamKey,
    /// It carries the stream's retransmissions.
    pub(super) repair: bool,
}

/// A participant of the worker.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) room: SessionId,
    pub(super) participant: ParticipantId,
    /// What it sends, in the order of the offer.
    pub(super) sources: Vec<SourceKey>,
    /// What it receives, in the order of the offer.
    pub(super) slots: Vec<SlotKey>,
    /// What it received before a further offer, and may receive again. Their
    /// numbers must go on then: under one SSRC and key, a number that comes
    /// twice would reuse a nonce (RFC 7714, section 8.4). There are never more
    /// than sections, which an offer cannot take away.
    pub(super) resting: Vec<SlotKey>,
    pub(super) bindings: Vec<Binding>,
    /// The extension ids of what it sends: one set for all sections, since they
    /// share a transport (RFC 9143, section 10).
    pub(super) extensions: Extensions,
    /// Our own SSRC in reports and feedback to it.
    pub(super) ssrc: u32,
    pub(super) writable: bool,
    pub(super) arrivals: Arrivals,
    pub(super) resends: Budget,
    /// What streams and slots that are gone had counted.
    pub(super) retired: MediaCounts,
    round_trip: Option<Duration>,
    /// Nanoseconds that our clock is ahead of its clock.
    clock_offset: Option<i64>,
}

impl Peer {
    pub(super) fn new(
        now: Instant,
        room: SessionId,
        participant: ParticipantId,
        ssrc: u32,
        limits: &EngineLimits,
    ) -> Self {
        Self {
            room,
            participant,
            sources: Vec::new(),
            slots: Vec::new(),
            resting: Vec::new(),
            bindings: Vec::new(),
            extensions: Extensions::default(),
            ssrc,
            writable: false,
            arrivals: Arrivals::default(),
            resends: Budget::new(now, limits.resend_bytes_per_second, limits.resend_burst_bytes),
            retired: MediaCounts::default(),
            round_trip: None,
            clock_offset: None,
        }
    }

    /// Takes the extension ids of what it sends.
    pub(super) fn set_extensions(&mut self, media: &NegotiatedMedia) {
        let mut all = Extensions::default();
        for Extensions {
            mid,
            rid,
            repaired_rid,
            audio_level,
            abs_send_time,
            transport_cc,
            video_orientation,
            dependency_descriptor,
        } in media.incoming.iter().map(|section| section.extensions)
        {
            all.mid = all.mid.or(mid);
            all.rid = all.rid.or(rid);
            all.repaired_rid = all.repaired_rid.or(repaired_rid);
            all.audio_level = all.audio_level.or(audio_level);
            all.abs_send_time = all.abs_send_time.or(abs_send_time);
            all.transport_cc = all.transport_cc.or(transport_cc);
            all.video_orientation = all.video_orientation.or(video_orientation);
            all.dependency_descriptor = all.dependency_descriptor.or(dependency_descriptor);
        }
        self.extensions = all;
    }

    pub(super) fn binding(&self, ssrc: u32) -> Option<Binding> {
        self.bindings.iter().find(|binding| binding.ssrc == ssrc).copied()
    }

    /// The time to the participant and back.
    pub(super) fn round_trip(&self) -> Duration {
        self.round_trip.unwrap_or(DEFAULT_ROUND_TRIP)
    }

    /// Learns the round trip from a report on a sender report of ours (RFC
    /// 3550, section 6.4.1).
    pub(super) fn measure_round_trip(&mut self, now: Ntp, block: &ReportBlock) {
        if block.last_sender_report == 0 {
            return;
        }
        let sent = block.last_sender_report.wrapping_add(block.delay);
        let units = now.compact().wrapping_sub(sent);
        // More than half a minute is no round trip, but a report from nowhere.
        if units > 30 << 16 {
            return;
        }
        let measured = Duration::from_micros((u64::from(units) * 1_000_000) >> 16);
        self.round_trip = Some(self.round_trip.map_or(measured, |before| {
            (before * (ROUND_TRIP_SMOOTHING - 1) + measured) / ROUND_TRIP_SMOOTHING
        }));
    }

    /// Learns how its clock differs from ours, from a report that arrived at
    /// `now` and says it was sent at `sent`.
    pub(super) fn measure_clock(&mut self, now: Ntp, sent: Ntp) {
        let measured = now.nanos_since(sent);
        self.clock_offset = Some(match self.clock_offset {
            Some(before) if measured > before => {
                before + measured.wrapping_sub(before) / CLOCK_SMOOTHING
            }
            _ => measured,
        });
    }

    /// A moment of ours on its clock.
    pub(super) fn its_time(&self, ours: Ntp) -> Option<Ntp> {
        let ahead = self.clock_offset?;
        let distance = Duration::from_nanos(ahead.unsigned_abs());
        Some(if ahead < 0 { ours.plus(distance) } else { ours.minus(distance) })
    }
}
