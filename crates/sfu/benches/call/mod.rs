//! A room with one camera and its viewers, as both benchmarks have it.

use std::time::{Duration, Instant, UNIX_EPOCH};

use lectern_domain::{
    id::{ParticipantId, SessionId},
    room::{MediaKind, Source},
};
use lectern_sfu::{
    engine::{Engine, PeerKey},
    limits::EngineLimits,
    negotiated::{
        Codec, Extensions, Format, IncomingSection, NegotiatedMedia, OutgoingSection, PayloadType,
        Ssrc,
    },
};

const ROOM: &str = "01890000-0000-7000-8000-000000000001";
pub(crate) const PACKET_BYTES: usize = 1100;
/// Between two packets: a camera at 2.2 Mbit/s.
const SPACING: Duration = Duration::from_millis(4);

fn vp8() -> Codec {
    Codec {
        payload_type: PayloadType(96),
        format: Format::Vp8,
        rtx: Some(PayloadType(97)),
        nack: true,
        pli: true,
        fir: true,
        transport_cc: true,
    }
}

fn extensions() -> Extensions {
    Extensions {
        mid: Some(4),
        abs_send_time: Some(2),
        transport_cc: Some(3),
        ..Extensions::default()
    }
}

fn camera() -> NegotiatedMedia {
    let section = IncomingSection {
        mid: "1".parse().expect("a mid"),
        source: Source::Camera,
        codecs: vec![vp8()],
        extensions: extensions(),
        rids: Vec::new(),
        ssrcs: Vec::new(),
    };
    NegotiatedMedia { incoming: vec![section], outgoing: Vec::new() }
}

fn slot() -> NegotiatedMedia {
    let section = OutgoingSection {
        mid: "2".parse().expect("a mid"),
        kind: MediaKind::Video,
        codecs: vec![vp8()],
        extensions: Extensions { transport_cc: None, ..extensions() },
        ssrc: Ssrc(1),
        rtx: Some(Ssrc(2)),
        cname: "bench".to_owned(),
    };
    NegotiatedMedia { incoming: Vec::new(), outgoing: vec![section] }
}

/// The room.
pub(crate) struct Call {
    pub(crate) engine: Engine,
    pub(crate) sender: PeerKey,
    /// What the camera sends next.
    pub(crate) packet: Vec<u8>,
    now: Instant,
    sequence: u16,
}

impl Call {
    #[expect(clippy::disallowed_methods, reason = "any moment will do as the first")]
    pub(crate) fn new(receivers: u64) -> Self {
        let now = Instant::now();
        let room = ROOM.parse::<SessionId>().expect("a session");
        let mut engine = Engine::new(now, UNIX_EPOCH, 1, EngineLimits::default());
        let sender = engine.add(now, room, ParticipantId(0), camera());
        engine.set_writable(now, sender, true);
        for receiver in 1..=receivers {
            let key = engine.add(now, room, ParticipantId(receiver), slot());
            engine.set_writable(now, key, true);
            let from = Some((ParticipantId(0), Source::Camera));
            engine.assign(now, key, &"2".parse().expect("a mid"), from);
        }
        // Version 2 with extensions: mid, and a transport-wide sequence number.
        let mut packet = vec![0x90, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
        packet.extend_from_slice(&[0xBE, 0xDE, 0, 2, 0x40, b'1', 0x31, 0, 0, 0, 0, 0]);
        // A VP8 descriptor with a long picture id; every packet begins a key frame.
        packet.extend_from_slice(&[0x90, 0xE0, 0x80, 0, 0, 0x20, 0x10]);
        packet.resize(PACKET_BYTES, 7);
        Self { engine, sender, now, packet, sequence: 0 }
    }

    /// Numbers the next packet; returns when it arrives.
    pub(crate) fn next_packet(&mut self) -> Instant {
        self.now += SPACING;
        self.sequence = self.sequence.wrapping_add(1);
        let sequence = self.sequence.to_be_bytes();
        let timestamp = u32::from(self.sequence) * 360;
        self.packet[2..4].copy_from_slice(&sequence);
        self.packet[4..8].copy_from_slice(&timestamp.to_be_bytes());
        self.packet[19..21].copy_from_slice(&sequence);
        self.now
    }

    /// Has the engine do what is due by now.
    pub(crate) fn run_timers(&mut self) {
        if self.engine.poll_timeout().is_some_and(|due| due <= self.now) {
            self.engine.handle_timeout(self.now);
        }
    }
}
