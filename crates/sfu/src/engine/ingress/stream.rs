//! One incoming stream: an SSRC, and that of its retransmissions.

use std::time::{Duration, Instant};

use super::{Arrival, Held, KeyFrames, Missing, Reception, Window};
use crate::{
    engine::{PeerKey, SourceKey},
    negotiated::{Codec, Extensions, Format, PayloadType},
    rtp::{
        Ntp, RtpHeader, RtpPacket,
        payload::{self, PayloadInfo},
        rtcp::SenderInfo,
    },
};

/// A stream and its state.
#[derive(Debug)]
pub(in super::super) struct Stream {
    pub(in super::super) peer: PeerKey,
    pub(in super::super) source: SourceKey,
    pub(in super::super) ssrc: u32,
    pub(in super::super) reception: Reception,
    pub(in super::super) repair: Option<Repair>,
    pub(in super::super) missing: Missing,
    pub(in super::super) key_frames: KeyFrames,
    pub(in super::super) window: Window,
    /// What came while somebody waited for a key frame.
    pub(in super::super) held: Held,
    /// The sender's clock, by its last report.
    pub(in super::super) clock: Option<SenderClock>,
    layer: usize,
    height: Option<u16>,
    last_arrival: Instant,
    /// The place of the codec in use among the section's.
    codec: usize,
}

/// The stream of retransmissions (RFC 4588).
#[derive(Debug)]
pub(in super::super) struct Repair {
    pub(in super::super) ssrc: u32,
    pub(in super::super) reception: Reception,
}

/// A packet of a stream, ready to be forwarded.
#[derive(Debug, Clone)]
pub(in super::super) struct Frame<'a> {
    pub(in super::super) arrival: Arrival,
    pub(in super::super) header: RtpHeader,
    pub(in super::super) format: Format,
    pub(in super::super) payload: &'a [u8],
    pub(in super::super) info: PayloadInfo,
    pub(in super::super) carried: Carried<'a>,
}

/// What a stream has made of a packet.
#[derive(Debug, Clone)]
pub(in super::super) struct Accepted<'a> {
    pub(in super::super) frame: Frame<'a>,
    /// Whether the height of the stream's pictures has become another.
    pub(in super::super) resized: bool,
}

/// The header extensions that mean something to the engine.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Carried<'a> {
    pub(in super::super) mid: Option<&'a [u8]>,
    pub(in super::super) rid: Option<&'a [u8]>,
    pub(in super::super) repaired_rid: Option<&'a [u8]>,
    pub(in super::super) audio_level: Option<u8>,
    pub(in super::super) video_orientation: Option<u8>,
    pub(in super::super) dependency_descriptor: Option<&'a [u8]>,
    pub(in super::super) transport_sequence: Option<u16>,
}

impl<'a> Frame<'a> {
    /// A packet, and what its payload says.
    pub(in super::super) fn new(
        arrival: Arrival,
        header: RtpHeader,
        format: Format,
        payload: &'a [u8],
        carried: Carried<'a>,
    ) -> Self {
        let info = payload::inspect(&format, payload);
        Self { arrival, header, format, payload, info, carried }
    }
}

impl<'a> Carried<'a> {
    /// Reads what a packet carries under the agreed ids.
    pub(in super::super) fn read(packet: &RtpPacket<'a>, ids: &Extensions) -> Self {
        let mut carried = Self::default();
        for (id, data) in packet.elements() {
            let id = Some(id);
            if id == ids.transport_cc {
                carried.transport_sequence = data.first_chunk().copied().map(u16::from_be_bytes);
            } else if id == ids.audio_level {
                carried.audio_level = data.first().copied();
            } else if id == ids.video_orientation {
                carried.video_orientation = data.first().copied();
            } else if id == ids.dependency_descriptor {
                carried.dependency_descriptor = Some(data);
            } else if id == ids.mid {
                carried.mid = Some(data);
            } else if id == ids.rid {
                carried.rid = Some(data);
            } else if id == ids.repaired_rid {
                carried.repaired_rid = Some(data);
            }
        }
        carried
    }
}

impl Stream {
    pub(in super::super) fn new(
        now: Instant,
        peer: PeerKey,
        source: SourceKey,
        layer: usize,
        ssrc: u32,
    ) -> Self {
        Self {
            peer,
            source,
            ssrc,
            reception: Reception::default(),
            repair: None,
            missing: Missing::default(),
            key_frames: KeyFrames::default(),
            window: Window::default(),
            held: Held::default(),
            clock: None,
            layer,
            height: None,
            last_arrival: now,
            codec: 0,
        }
    }

    /// The layer, by its place in the offer.
    pub(in super::super) const fn layer(&self) -> usize {
        self.layer
    }

    /// The height of the last key frame that said it.
    pub(in super::super) const fn height(&self) -> Option<u16> {
        self.height
    }

    pub(in super::super) const fn last_arrival(&self) -> Instant {
        self.last_arrival
    }

    /// The codec that the last packet was of.
    pub(in super::super) fn codec<'a>(&self, codecs: &'a [Codec]) -> Option<&'a Codec> {
        codecs.get(self.codec)
    }

    /// Finds the codec of a packet, and notes it as the one in use. Returns its
    /// format; `None` if its payload type was not agreed.
    pub(in super::super) fn select_codec(
        &mut self,
        codecs: &[Codec],
        payload_type: PayloadType,
        repair: bool,
    ) -> Option<Format> {
        let matches = |codec: &Codec| {
            let agreed = if repair { codec.rtx } else { Some(codec.payload_type) };
            agreed == Some(payload_type)
        };
        if !self.codec(codecs).is_some_and(matches) {
            self.codec = codecs.iter().position(matches)?;
        }
        codecs.get(self.codec).map(|codec| codec.format.clone())
    }

    /// Takes a packet of the stream itself; `None` if it has come before.
    pub(in super::super) fn accept<'a>(
        &mut self,
        now: Instant,
        packet: &RtpPacket<'a>,
        carried: Carried<'a>,
        format: Format,
    ) -> Option<Accepted<'a>> {
        let RtpHeader { sequence, timestamp, .. } = packet.header;
        self.reception.receive(now, sequence, timestamp, format.clock_rate());
        self.last_arrival = now;
        let arrival = self.window.arrive(sequence, false)?;
        Some(self.place(arrival, packet.header, packet.payload, carried, format))
    }

    /// Takes a retransmission (RFC 4588); `None` if what it repeats has come, or
    /// it is padding that probes the path.
    pub(in super::super) fn accept_repair<'a>(
        &mut self,
        now: Instant,
        packet: &RtpPacket<'a>,
        carried: Carried<'a>,
        format: Format,
    ) -> Option<Accepted<'a>> {
        let RtpHeader { sequence, timestamp, .. } = packet.header;
        if let Some(repair) = &mut self.repair {
            repair.reception.receive(now, sequence, timestamp, format.clock_rate());
        }
        let (original, payload) = packet.payload.split_first_chunk()?;
        if payload.is_empty() {
            return None;
        }
        let sequence = u16::from_be_bytes(*original);
        let header = RtpHeader { sequence, ssrc: self.ssrc, ..packet.header };
        let arrival = self.window.arrive(sequence, true)?;
        Some(self.place(arrival, header, payload, carried, format))
    }

    fn place<'a>(
        &mut self,
        arrival: Arrival,
        header: RtpHeader,
        payload: &'a [u8],
        carried: Carried<'a>,
        format: Format,
    ) -> Accepted<'a> {
        if !arrival.is_newest() {
            self.missing.arrived(arrival.index);
        }
        let frame = Frame::new(arrival, header, format, payload, carried);
        let info = frame.info;
        let resized = info.start.height.is_some() && info.start.height != self.height;
        if resized {
            self.height = info.start.height;
        }
        Accepted { frame, resized }
    }
}

/// A sender's clock: one moment in its NTP time and in a stream's timestamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct SenderClock {
    ntp: Ntp,
    rtp: u32,
}

impl SenderClock {
    pub(in super::super) const fn new(info: &SenderInfo) -> Self {
        Self { ntp: info.ntp, rtp: info.rtp }
    }

    /// The timestamp at a moment of the sender's NTP time.
    pub(in super::super) fn rtp_at(&self, ntp: Ntp, rate: u32) -> u32 {
        let units = i128::from(ntp.nanos_since(self.ntp)) * i128::from(rate) / 1_000_000_000;
        self.rtp.wrapping_add(units as u32)
    }

    /// The sender's NTP time at a timestamp.
    pub(in super::super) fn ntp_at(&self, rtp: u32, rate: u32) -> Ntp {
        let units = i64::from(rtp.wrapping_sub(self.rtp) as i32);
        let elapsed = Duration::from_nanos(units.unsigned_abs() * 1_000_000_000 / u64::from(rate));
        if units < 0 { self.ntp.minus(elapsed) } else { self.ntp.plus(elapsed) }
    }
}
