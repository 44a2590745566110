//! What an operator sees of the media plane. Labels are bounded: never a room,
//! a participant or an address.

use std::{collections::BTreeMap, time::Duration};

use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    local::LocalHistogram,
};

use crate::{
    engine::EngineStats,
    transport::{DatagramKind, HandshakeError},
};

/// From 10 microseconds to 100 milliseconds.
const FORWARDING_BUCKETS: [f64; 13] = [
    0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025,
    0.05, 0.1,
];

/// The metrics of all workers.
#[derive(Debug)]
pub(crate) struct Metrics {
    rooms: IntGauge,
    participants: IntGaugeVec,
    datagrams: IntCounterVec,
    bytes: IntCounterVec,
    dropped: IntCounterVec,
    handshakes: IntCounterVec,
    media_packets: IntCounterVec,
    media_bytes: IntCounterVec,
    repairs: IntCounterVec,
    losses: IntCounterVec,
    feedback: IntCounterVec,
    forwarding: HistogramVec,
}

impl Metrics {
    /// Fails when the names are taken in the registry.
    pub(crate) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let labels: Vec<&str> = [&["worker"], labels].concat();
            let counter =
                IntCounterVec::new(Opts::new(format!("lectern_sfu_{name}"), help), &labels)?;
            registry.register(Box::new(counter.clone()))?;
            prometheus::Result::Ok(counter)
        };
        let rooms = IntGauge::new("lectern_sfu_rooms", "Rooms with a participant.")?;
        registry.register(Box::new(rooms.clone()))?;
        let participants = IntGaugeVec::new(
            Opts::new("lectern_sfu_participants", "Participants that a worker holds."),
            &["worker"],
        )?;
        registry.register(Box::new(participants.clone()))?;
        let forwarding = HistogramVec::new(
            HistogramOpts::new(
                "lectern_sfu_forwarding_seconds",
                "From reading a media packet to handing its copies to the kernel.",
            )
            .buckets(FORWARDING_BUCKETS.to_vec()),
            &["worker"],
        )?;
        registry.register(Box::new(forwarding.clone()))?;
        let kinds = &["direction", "kind"];
        Ok(Self {
            rooms,
            participants,
            datagrams: counter("datagrams_total", "Datagrams by protocol.", kinds)?,
            bytes: counter("datagram_bytes_total", "Bytes of datagrams by protocol.", kinds)?,
            dropped: counter("dropped_total", "Datagrams dropped, by reason.", &["reason"])?,
            handshakes: counter("handshakes_total", "DTLS handshakes by result.", &["result"])?,
            media_packets: counter("media_packets_total", "Media packets by kind.", kinds)?,
            media_bytes: counter("media_bytes_total", "Bytes of media packets by kind.", kinds)?,
            repairs: counter("repairs_total", "Retransmissions of media packets.", &["direction"])?,
            losses: counter("losses_total", "Media packets given up for lost.", &["direction"])?,
            feedback: counter("feedback_total", "Feedback sent to publishers.", &["kind"])?,
            forwarding,
        })
    }

    pub(crate) fn rooms(&self, count: usize) {
        self.rooms.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// The meter of one worker.
    pub(super) fn worker(&self, index: usize) -> WorkerMeter {
        let worker = index.to_string();
        let worker = worker.as_str();
        let wire = |direction: &'static str| {
            KINDS.map(|(_, name)| Wire {
                datagrams: self.datagrams.with_label_values(&[worker, direction, name]),
                bytes: self.bytes.with_label_values(&[worker, direction, name]),
                pending: (0, 0),
            })
        };
        let media = |direction: &'static str, kind: &'static str| {
            (
                self.media_packets.with_label_values(&[worker, direction, kind]),
                self.media_bytes.with_label_values(&[worker, direction, kind]),
            )
        };
        WorkerMeter {
            participants: self.participants.with_label_values(&[worker]),
            incoming: wire("in"),
            outgoing: wire("out"),
            dropped: Drop::ALL
                .map(|reason| (reason, self.dropped.with_label_values(&[worker, reason.label()])))
                .into(),
            handshakes: self.handshakes.clone(),
            worker: worker.to_owned(),
            forwarding: self.forwarding.with_label_values(&[worker]).local(),
            media: [("in", "audio"), ("in", "video"), ("out", "audio"), ("out", "video")]
                .map(|(direction, kind)| media(direction, kind)),
            repairs: ["in", "out"].map(|way| self.repairs.with_label_values(&[worker, way])),
            losses: self.losses.with_label_values(&[worker, "in"]),
            feedback: ["nack", "pli"].map(|kind| self.feedback.with_label_values(&[worker, kind])),
            told: EngineStats::default(),
        }
    }
}

/// Why a datagram was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Drop {
    /// It is of none of the protocols.
    Unknown,
    /// Nobody is known by its address, or by its username fragment.
    Stranger,
    /// A connectivity check that is malformed or not authentic.
    BadCheck,
    /// A check from an address that is another participant's.
    TakenAddress,
    /// Media before the keys, or from an address that passed no check.
    Early,
    /// Media that is malformed.
    Malformed,
    /// Media that has come before.
    Replayed,
    /// Media that is not authentic.
    NotAuthentic,
    /// Media under more SSRCs than a participant may use.
    TooManySsrcs,
    /// Media for somebody who cannot be sent to.
    Unwritable,
    /// The kernel did not take it.
    Unsent,
    /// The engine had no use for it.
    Refused,
    /// The engine had it already.
    Duplicate,
}

impl Drop {
    const ALL: [Self; 13] = [
        Self::Unknown,
        Self::Stranger,
        Self::BadCheck,
        Self::TakenAddress,
        Self::Early,
        Self::Malformed,
        Self::Replayed,
        Self::NotAuthentic,
        Self::TooManySsrcs,
        Self::Unwritable,
        Self::Unsent,
        Self::Refused,
        Self::Duplicate,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Stranger => "stranger",
            Self::BadCheck => "bad_check",
            Self::TakenAddress => "taken_address",
            Self::Early => "early",
            Self::Malformed => "malformed",
            Self::Replayed => "replayed",
            Self::NotAuthentic => "not_authentic",
            Self::TooManySsrcs => "too_many_ssrcs",
            Self::Unwritable => "unwritable",
            Self::Unsent => "unsent",
            Self::Refused => "refused",
            Self::Duplicate => "duplicate",
        }
    }
}

const KINDS: [(DatagramKind, &str); 4] = [
    (DatagramKind::Stun, "stun"),
    (DatagramKind::Dtls, "dtls"),
    (DatagramKind::Rtp, "rtp"),
    (DatagramKind::Rtcp, "rtcp"),
];

/// Counts of one protocol in one direction; added up here and told in turns,
/// so that a packet costs no atomic operation.
#[derive(Debug)]
struct Wire {
    datagrams: IntCounter,
    bytes: IntCounter,
    pending: (u64, u64),
}

impl Wire {
    fn add(&mut self, bytes: usize) {
        self.pending.0 += 1;
        self.pending.1 += bytes as u64;
    }

    fn tell(&mut self) {
        if self.pending.0 > 0 {
            self.datagrams.inc_by(self.pending.0);
            self.bytes.inc_by(self.pending.1);
            self.pending = (0, 0);
        }
    }
}

/// The metrics of one worker, on its own thread.
#[derive(Debug)]
pub(super) struct WorkerMeter {
    worker: String,
    participants: IntGauge,
    incoming: [Wire; 4],
    outgoing: [Wire; 4],
    dropped: BTreeMap<Drop, IntCounter>,
    handshakes: IntCounterVec,
    forwarding: LocalHistogram,
    media: [(IntCounter, IntCounter); 4],
    repairs: [IntCounter; 2],
    losses: IntCounter,
    feedback: [IntCounter; 2],
    /// What the engine's counters were when they were last told.
    told: EngineStats,
}

impl WorkerMeter {
    pub(super) fn participants(&self, count: usize) {
        self.participants.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    pub(super) fn received(&mut self, kind: DatagramKind, bytes: usize) {
        self.incoming[kind as usize].add(bytes);
    }

    pub(super) fn sent(&mut self, kind: Option<DatagramKind>, bytes: usize) {
        if let Some(kind) = kind {
            self.outgoing[kind as usize].add(bytes);
        }
    }

    pub(super) fn dropped(&self, reason: Drop) {
        self.add_dropped(reason, 1);
    }

    pub(super) fn unsent(&self, count: usize) {
        self.add_dropped(Drop::Unsent, count as u64);
    }

    pub(super) fn forwarded(&self, latency: Duration) {
        self.forwarding.observe(latency.as_secs_f64());
    }

    pub(super) fn handshake(&self, result: Result<(), HandshakeError>) {
        let result = result.map_or_else(HandshakeError::label, |()| "ok");
        self.handshakes.with_label_values(&[self.worker.as_str(), result]).inc();
    }

    /// Tells what has been added up, and what the engine has counted.
    pub(super) fn tell(&mut self, now: EngineStats) {
        for wire in self.incoming.iter_mut().chain(&mut self.outgoing) {
            wire.tell();
        }
        self.forwarding.flush();
        let before = std::mem::replace(&mut self.told, now);
        let media = [
            (
                now.audio_packets_in - before.audio_packets_in,
                now.audio_bytes_in - before.audio_bytes_in,
            ),
            (
                now.video_packets_in - before.video_packets_in,
                now.video_bytes_in - before.video_bytes_in,
            ),
            (
                now.audio_packets_out - before.audio_packets_out,
                now.audio_bytes_out - before.audio_bytes_out,
            ),
            (
                now.video_packets_out - before.video_packets_out,
                now.video_bytes_out - before.video_bytes_out,
            ),
        ];
        for ((packets, bytes), (more_packets, more_bytes)) in self.media.iter().zip(media) {
            packets.inc_by(more_packets);
            bytes.inc_by(more_bytes);
        }
        self.repairs[0].inc_by(now.repairs_in - before.repairs_in);
        self.repairs[1].inc_by(now.repairs_out - before.repairs_out);
        self.losses.inc_by(now.lost_in - before.lost_in);
        self.feedback[0].inc_by(now.nacks_out - before.nacks_out);
        self.feedback[1].inc_by(now.plis_out - before.plis_out);
        self.add_dropped(Drop::Refused, now.refused - before.refused);
        self.add_dropped(Drop::Duplicate, now.duplicates - before.duplicates);
    }

    fn add_dropped(&self, reason: Drop, count: u64) {
        if count > 0
            && let Some(counter) = self.dropped.get(&reason)
        {
            counter.inc_by(count);
        }
    }
}
