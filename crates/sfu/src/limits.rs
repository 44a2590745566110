//! Every bound of the media plane, in one place, with what happens beyond it.

use std::time::Duration;

/// All bounds of one SFU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    pub sdp: SdpLimits,
    pub transport: TransportLimits,
    pub driver: DriverLimits,
    pub engine: EngineLimits,
}

/// Bounds on session descriptions. An offer beyond one of them is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SdpLimits {
    /// Bytes of an offer.
    pub bytes: usize,
    /// Bytes of one line.
    pub line_bytes: usize,
    /// Media sections: Chromium's 50 slots need about 110.
    pub sections: usize,
    /// Formats (payload types) of one section.
    pub formats: usize,
    /// Attributes of one section: Chromium writes about 200.
    pub attributes: usize,
    /// Simulcast layers of one section.
    pub rids: usize,
    /// Declared SSRCs of one section.
    pub ssrcs: usize,
    /// Candidates of one section. They are counted, never contacted.
    pub candidates: usize,
}

impl Default for SdpLimits {
    fn default() -> Self {
        Self {
            bytes: 512 * 1024,
            line_bytes: 4096,
            sections: 160,
            formats: 64,
            attributes: 1024,
            rids: 8,
            ssrcs: 32,
            candidates: 128,
        }
    }
}

/// Bounds on one participant's transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransportLimits {
    /// Addresses whose Binding requests were authentic. Beyond it the oldest
    /// that is not the path is forgotten.
    pub validated_addresses: usize,
    /// The handshake fails when it has taken longer, from the answer on.
    pub handshake_deadline: Duration,
    /// Without an authentic Binding request for this long, consent has expired
    /// and sending stops (RFC 7675, section 5.1).
    pub consent_timeout: Duration,
    /// The longest handshake message; longer ones are dropped.
    pub handshake_message_bytes: usize,
    /// Fragments that one handshake message may come in.
    pub handshake_fragments: usize,
    /// Handshake messages that may wait for one before them.
    pub handshake_messages_ahead: u16,
    /// Handshake messages of a whole handshake; browsers need six.
    pub handshake_messages: u16,
    /// Epoch-1 records that are taken before the keys are there.
    pub early_records: usize,
    /// Encrypted records that are shown to rtc-dtls before completion.
    pub sealed_records: usize,
    /// Times that the last flight is repeated to a client that repeats itself.
    pub flight_repeats: u32,
    /// The shortest time between two repeats of the last flight.
    pub flight_repeat_interval: Duration,
    /// Incoming SSRCs with an SRTP context; packets of others are dropped.
    pub srtp_ssrcs: usize,
    /// Replay window of SRTP, in packets (RFC 3711, section 3.3.2).
    pub srtp_replay_window: usize,
    /// Replay window of SRTCP, in packets.
    pub srtcp_replay_window: usize,
}

impl Default for TransportLimits {
    fn default() -> Self {
        Self {
            validated_addresses: 8,
            handshake_deadline: Duration::from_secs(30),
            consent_timeout: Duration::from_secs(30),
            handshake_message_bytes: 16 * 1024,
            handshake_fragments: 64,
            handshake_messages_ahead: 8,
            handshake_messages: 16,
            early_records: 8,
            sealed_records: 32,
            flight_repeats: 16,
            flight_repeat_interval: Duration::from_millis(20),
            srtp_ssrcs: 64,
            srtp_replay_window: 1024,
            srtcp_replay_window: 64,
        }
    }
}

/// Bounds on a worker's queues and sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DriverLimits {
    /// Participants of one worker; a further `join` is refused as full.
    pub participants: usize,
    /// Commands that wait for a worker; further callers wait their turn.
    pub commands: usize,
    /// Events that wait to be taken. A worker never waits: those that do not
    /// fit stay with the worker, one per participant and kind at most.
    pub events: usize,
    /// Datagrams taken from the socket before timers and commands are seen to.
    pub receive_burst: usize,
    /// Datagrams that wait to be sent together; a full batch is flushed.
    pub send_batch: usize,
    /// Bytes of the socket's receive and send buffers.
    pub socket_buffer_bytes: usize,
    /// How long a caller waits for a worker's reply.
    pub reply_timeout: Duration,
}

impl Default for DriverLimits {
    fn default() -> Self {
        Self {
            participants: 4096,
            commands: 1024,
            events: 4096,
            receive_burst: 256,
            send_batch: 64,
            socket_buffer_bytes: 4 << 20,
            reply_timeout: Duration::from_secs(5),
        }
    }
}

/// Bounds on the forwarding engine of one worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineLimits {
    /// Incoming streams (SSRCs) of one participant, retransmissions included;
    /// packets of further ones are dropped.
    pub streams: usize,
    /// Bytes of a packet that is forwarded; larger ones are dropped.
    pub packet_bytes: usize,
    /// Packets kept for retransmission per slot; the oldest go first.
    pub replay_packets: usize,
    /// How long a packet is kept for retransmission.
    pub replay_age: Duration,
    /// Bytes kept for retransmission per slot; the oldest packets go first.
    pub replay_bytes: usize,
    /// Bytes a second that are repeated to one participant; what it asks for
    /// beyond is not repeated.
    pub resend_bytes_per_second: u32,
    /// Bytes that are repeated to one participant at once.
    pub resend_burst_bytes: u32,
    /// Missing packets that are asked for at a time, per stream. With more, all
    /// are given up, and a key frame is asked for.
    pub nack_window: usize,
    /// Times that one missing packet is asked for.
    pub nack_tries: u8,
    /// The shortest time between two key frame requests to one stream.
    pub pli_interval: Duration,
    /// Between two reports of one stream (RFC 3550, section 6.2).
    pub report_interval: Duration,
    /// Outputs that may wait between an input and the driver's draining.
    pub outputs: usize,
}

impl Default for EngineLimits {
    fn default() -> Self {
        Self {
            streams: 32,
            packet_bytes: 1400,
            replay_packets: 512,
            replay_age: Duration::from_secs(1),
            replay_bytes: 1 << 20,
            resend_bytes_per_second: 256 * 1024,
            resend_burst_bytes: 256 * 1024,
            nack_window: 256,
            nack_tries: 10,
            pli_interval: Duration::from_millis(300),
            report_interval: Duration::from_secs(1),
            outputs: 4096,
        }
    }
}
