//! A stream that a synthetic client sends: frames, retransmissions, reports.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use crate::{
    engine::random::Random,
    negotiated::{Codec, Extensions, Format},
    rtp::{
        Ntp, RtpHeader,
        rtcp::{Compound, SenderInfo},
    },
};

/// What the payload of a test packet says of its origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Origin {
    pub(super) ssrc: u32,
    pub(super) sequence: u64,
    pub(super) frame: u32,
    /// The capture time, in milliseconds of the call.
    pub(super) captured: u32,
}

impl Origin {
    pub(super) const BYTES: usize = 20;

    fn to_bytes(self) -> Vec<u8> {
        [
            &self.ssrc.to_be_bytes()[..],
            &self.sequence.to_be_bytes(),
            &self.frame.to_be_bytes(),
            &self.captured.to_be_bytes(),
        ]
        .concat()
    }

    /// Reads it from the end of a payload.
    pub(super) fn read(payload: &[u8]) -> Self {
        let (_, tail) = payload.split_last_chunk::<{ Self::BYTES }>().unwrap();
        Self {
            ssrc: u32::from_be_bytes(tail[..4].try_into().unwrap()),
            sequence: u64::from_be_bytes(tail[4..12].try_into().unwrap()),
            frame: u32::from_be_bytes(tail[12..16].try_into().unwrap()),
            captured: u32::from_be_bytes(tail[16..].try_into().unwrap()),
        }
    }
}

/// A stream, its numbers beginning close to their wraps.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) mid: String,
    pub(super) rid: Option<String>,
    pub(super) ssrc: u32,
    pub(super) codec: Codec,
    pub(super) running: bool,
    /// The level that its audio packets carry, in −dBov.
    pub(super) level: u8,
    /// Whether it says its mid and rid, as it does until it is reported on.
    pub(super) named: bool,
    pub(super) key_frames: u32,
    pub(super) repeated: u32,
    extensions: Extensions,
    interval: u64,
    packets_per_frame: u32,
    height: u16,
    sequence: u64,
    timestamp_offset: u32,
    picture_id: u16,
    tl0: u8,
    frames: u32,
    wants_key: bool,
    rtx_sequence: u16,
    sent: u32,
    history: BTreeMap<u16, (RtpHeader, Vec<u8>)>,
}

impl Sender {
    pub(super) fn audio(
        mid: &str,
        ssrc: u32,
        codec: Codec,
        extensions: Extensions,
        random: &mut Random,
    ) -> Self {
        Self::new(mid, None, ssrc, codec, extensions, (20, 1, 0), random)
    }

    pub(super) fn video(
        mid: &str,
        rid: Option<&str>,
        ssrc: u32,
        codec: Codec,
        extensions: Extensions,
        random: &mut Random,
    ) -> Self {
        let (packets, height) = match rid {
            Some("q") => (1, 180),
            Some("h") => (2, 360),
            _ => (4, 720),
        };
        Self::new(mid, rid, ssrc, codec, extensions, (33, packets, height), random)
    }

    fn new(
        mid: &str,
        rid: Option<&str>,
        ssrc: u32,
        codec: Codec,
        extensions: Extensions,
        (interval, packets_per_frame, height): (u64, u32, u16),
        random: &mut Random,
    ) -> Self {
        Self {
            mid: mid.to_owned(),
            rid: rid.map(str::to_owned),
            ssrc,
            codec,
            running: true,
            level: 127,
            named: true,
            key_frames: 0,
            repeated: 0,
            extensions,
            interval,
            packets_per_frame,
            height,
            sequence: u64::from(random.next_u32() % 200) + 65_400,
            timestamp_offset: u32::MAX - random.next_u32() % 400_000,
            picture_id: 0x7FFF - (random.next_u32() % 100) as u16,
            tl0: random.next_u32() as u8,
            frames: 0,
            wants_key: true,
            rtx_sequence: 65_500,
            sent: 0,
            history: BTreeMap::new(),
        }
    }

    fn timestamp(&self, at: u64) -> u32 {
        let units = at * u64::from(self.codec.format.clock_rate()) / 1000;
        self.timestamp_offset.wrapping_add(units as u32)
    }

    /// The packets of the frame that is captured at `at`, if one is.
    pub(super) fn tick(&mut self, at: u64, transport: &mut u16) -> Vec<Vec<u8>> {
        if !self.running || !at.is_multiple_of(self.interval) {
            return Vec::new();
        }
        let key = std::mem::take(&mut self.wants_key);
        self.key_frames += u32::from(key);
        self.frames += 1;
        self.picture_id = (self.picture_id + 1) & 0x7FFF;
        self.tl0 = self.tl0.wrapping_add(1);
        (0..self.packets_per_frame)
            .map(|n| {
                let header = RtpHeader {
                    marker: self.packets_per_frame == n + 1,
                    payload_type: self.codec.payload_type.0,
                    sequence: self.sequence as u16,
                    timestamp: self.timestamp(at),
                    ssrc: self.ssrc,
                };
                let payload = self.payload(at, key, n == 0);
                self.sequence += 1;
                self.sent += 1;
                self.history.insert(header.sequence, (header, payload.clone()));
                self.packet(header, &[], &payload, transport)
            })
            .collect()
    }

    fn payload(&self, at: u64, key: bool, first: bool) -> Vec<u8> {
        let mut payload = Vec::new();
        if self.codec.format == Format::Vp8 {
            let [high, low] = self.picture_id.to_be_bytes();
            let start = if first { 0x90 } else { 0x80 };
            payload.extend_from_slice(&[start, 0xE0, high | 0x80, low, self.tl0, 0x20]);
        }
        if first && self.codec.format == Format::Vp8 {
            let [low, high] = self.height.to_le_bytes();
            payload.extend_from_slice(&[u8::from(!key), 2, 0, 0x9D, 1, 0x2A, 0, 0, low, high]);
        }
        if matches!(self.codec.format, Format::H264 { .. }) {
            payload.push(if key && first { 0x67 } else { 0x61 });
        }
        let filler = (self.sequence * 37 % 700) as usize;
        payload.resize(payload.len() + filler, 0);
        let origin = Origin {
            ssrc: self.ssrc,
            sequence: self.sequence,
            frame: self.frames,
            captured: at as u32,
        };
        payload.extend(origin.to_bytes());
        payload
    }

    fn packet(
        &self,
        header: RtpHeader,
        repeats: &[u8],
        payload: &[u8],
        transport: &mut u16,
    ) -> Vec<u8> {
        let transport_sequence = transport.to_be_bytes();
        *transport = transport.wrapping_add(1);
        let ids = &self.extensions;
        let rid = self.rid.as_ref().filter(|_| self.named).map(String::as_bytes);
        let level = [self.level];
        let values = [
            (ids.transport_cc, Some(&transport_sequence[..])),
            (ids.mid, self.named.then_some(self.mid.as_bytes())),
            (if repeats.is_empty() { ids.rid } else { ids.repaired_rid }, rid),
            (ids.audio_level, (self.codec.format == Format::Opus).then_some(&level[..])),
        ];
        let elements = values.into_iter().filter_map(|(id, v)| Some((id?, v?))).collect::<Vec<_>>();
        let mut out = SmallVec::<[u8; 64]>::new();
        header.write(&elements, &mut out);
        [&out[..], repeats, payload].concat()
    }

    /// Repeats packets that the other side misses.
    pub(super) fn repeat(&mut self, sequence: u16, transport: &mut u16) -> Option<Vec<u8>> {
        let (header, payload) = self.history.get(&sequence)?.clone();
        self.repeated += 1;
        let Some(rtx) = self.codec.rtx else {
            return Some(self.packet(header, &[], &payload, transport));
        };
        self.rtx_sequence = self.rtx_sequence.wrapping_add(1);
        let repeat = RtpHeader {
            payload_type: rtx.0,
            sequence: self.rtx_sequence,
            ssrc: self.ssrc + 1,
            ..header
        };
        Some(self.packet(repeat, &sequence.to_be_bytes(), &payload, transport))
    }

    pub(super) fn picture_loss(&mut self) {
        self.wants_key = true;
    }

    /// A report of the moment `at`, which the sender's clock calls `ntp`.
    pub(super) fn report(&self, at: u64, ntp: Ntp) -> Vec<u8> {
        let info = SenderInfo {
            ssrc: self.ssrc,
            ntp,
            rtp: self.timestamp(at),
            packets: self.sent,
            octets: 0,
        };
        let mut compound = Compound::default();
        assert!(compound.sender_report(&info, "sender"));
        compound.into_bytes()
    }

    /// The origins of all packets that were sent, by sequence number.
    pub(super) fn sent(&self) -> u32 {
        self.sent
    }
}
