//! What an operator sees of signaling. Labels come from closed sets.

use lectern_protocol::{ClientMessage, ServerMessage};
use prometheus::{Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry};

/// Buckets for times between a message and its answer, in seconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// The metrics of a node's signaling.
#[derive(Debug, Clone)]
pub(super) struct Metrics {
    pub(super) rooms: IntGauge,
    pub(super) participants: IntGauge,
    pub(super) connections: IntGauge,
    /// By `result`: `joined` or an error code.
    pub(super) joins: IntCounterVec,
    /// From the first message to `joined`.
    pub(super) join_seconds: Histogram,
    /// By `result`: `resumed` or an error code.
    pub(super) resumes: IntCounterVec,
    /// By `direction` and `type`.
    messages: IntCounterVec,
    /// By `reason`.
    pub(super) refused: IntCounterVec,
    pub(super) slow_clients: IntCounter,
    /// By `result`: `written`, `repeated`, `refused` or `lost`.
    pub(super) records: IntCounterVec,
    pub(super) record_queue: IntGauge,
}

impl Metrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let gauge = |name, help| -> Result<IntGauge, prometheus::Error> {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok(gauge)
        };
        let counters = |name, help, labels: &[&str]| -> Result<IntCounterVec, prometheus::Error> {
            let counters = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counters.clone()))?;
            Ok(counters)
        };
        let join_seconds = Histogram::with_opts(
            HistogramOpts::new(
                "lectern_signaling_join_seconds",
                "Time from a client's join to its answer",
            )
            .buckets(BUCKETS.to_vec()),
        )?;
        registry.register(Box::new(join_seconds.clone()))?;
        let slow_clients = IntCounter::new(
            "lectern_signaling_slow_clients_total",
            "Connections dropped because the client did not read",
        )?;
        registry.register(Box::new(slow_clients.clone()))?;
        Ok(Self {
            rooms: gauge("lectern_signaling_rooms", "Rooms that are open")?,
            participants: gauge("lectern_signaling_participants", "People in rooms")?,
            connections: gauge("lectern_signaling_connections", "WebSockets that are open")?,
            joins: counters("lectern_signaling_joins_total", "Joins by result", &["result"])?,
            join_seconds,
            resumes: counters("lectern_signaling_resumes_total", "Resumes by result", &["result"])?,
            messages: counters(
                "lectern_signaling_messages_total",
                "Messages by direction and type",
                &["direction", "type"],
            )?,
            refused: counters(
                "lectern_signaling_refused_connections_total",
                "WebSockets that were refused, by reason",
                &["reason"],
            )?,
            slow_clients,
            records: counters(
                "lectern_signaling_records_total",
                "Chat, attendance and status written to the database, by result",
                &["result"],
            )?,
            record_queue: gauge(
                "lectern_signaling_record_queue",
                "Records that wait to be written to the database",
            )?,
        })
    }

    pub(super) fn received(&self, message: &ClientMessage) {
        let name = match message {
            ClientMessage::Join { .. } => "join",
            ClientMessage::Resume { .. } => "resume",
            ClientMessage::Offer { .. } => "offer",
            ClientMessage::Media { .. } => "media",
            ClientMessage::View { .. } => "view",
            ClientMessage::Chat { .. } => "chat",
            ClientMessage::Hand { .. } => "hand",
            ClientMessage::Leave {} => "leave",
            ClientMessage::Ping { .. } => "ping",
        };
        self.messages.with_label_values(&["in", name]).inc();
    }

    pub(super) fn sent(&self, message: &ServerMessage) {
        let name = match message {
            ServerMessage::Joined { .. } => "joined",
            ServerMessage::Resumed {} => "resumed",
            ServerMessage::Answer { .. } => "answer",
            ServerMessage::Participant { .. } => "participant",
            ServerMessage::Slots { .. } => "slots",
            ServerMessage::Chat { .. } => "chat",
            ServerMessage::Speaking { .. } => "speaking",
            ServerMessage::Ending { .. } => "ending",
            ServerMessage::Closed { .. } => "closed",
            ServerMessage::Error { .. } => "error",
            ServerMessage::Pong { .. } => "pong",
        };
        self.messages.with_label_values(&["out", name]).inc();
    }
}
