//! One slot: a stream towards a receiver.

use std::time::{Duration, Instant};

use bytes::Bytes;
use lectern_domain::{
    id::ParticipantId,
    room::{MediaKind, Source},
};
use slab::Slab;
use smallvec::SmallVec;

use super::{Budget, Frames, Pictures, Place, Replay, Resend, SequenceMap, Timeline};
use crate::{
    engine::{
        EngineStats, PeerKey, SourceKey, StreamKey, View,
        clock::Clock,
        ingress::{Frame, Stream},
        queue::{HeadBytes, Packet, Payloads, Queue},
        random::Random,
    },
    limits::EngineLimits,
    negotiated::{Codec, Format, OutgoingSection, Ssrc},
    rtp::{DependencyDescriptor, Element, Ntp, RtpHeader, RtpPacket, rtcp::SenderInfo},
};

/// Extensions that a packet carries at most.
const MAX_ELEMENTS: usize = 5;
/// A dependency descriptor without templates fits in place.
const DEPENDENCY_BYTES: usize = 32;

/// What a slot needs of the engine to send.
#[derive(Debug)]
pub(in super::super) struct Egress<'a> {
    pub(in super::super) now: Instant,
    pub(in super::super) clock: &'a Clock,
    pub(in super::super) limits: &'a EngineLimits,
    pub(in super::super) queue: &'a mut Queue,
    pub(in super::super) payloads: &'a mut Payloads,
    pub(in super::super) stats: &'a mut EngineStats,
}

/// What a slot did with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Forwarded {
    /// It was sent, and the slot carries another stream from here on.
    Switched,
    /// It was sent, or left out without harm.
    Done,
    /// The slot waits for a key frame of the packet's stream.
    Waiting,
    /// The receiver cannot decode it.
    NotDecodable,
}

/// A section in which a participant receives: a column of the forward table.
#[derive(Debug)]
pub(in super::super) struct Slot {
    pub(in super::super) peer: PeerKey,
    pub(in super::super) section: OutgoingSection,
    /// What it is to carry.
    pub(in super::super) wanted: Option<(ParticipantId, Source)>,
    /// What it carries: `wanted`, if that is there.
    pub(in super::super) source: Option<SourceKey>,
    pub(in super::super) view: View,
    /// Whether the receiver can be sent to.
    pub(in super::super) open: bool,
    /// The stream that is forwarded.
    pub(in super::super) current: Option<StreamKey>,
    /// The stream that takes over with its next key frame.
    pub(in super::super) target: Option<StreamKey>,
    /// Whether it was said that the receiver cannot decode the source.
    pub(in super::super) told_not_decodable: bool,
    /// Whether a receiver report has named the slot's stream: the receiver knows
    /// where it belongs, and the mid is not repeated.
    pub(in super::super) reported: bool,
    /// RTP packets sent, retransmissions included.
    pub(in super::super) sent: u64,
    pub(in super::super) replay: Replay,
    /// The place of the codec in use among the section's.
    codec: usize,
    sequence: SequenceMap,
    timeline: Timeline,
    pictures: Pictures,
    frames: Frames,
    rtx_sequence: u16,
    /// Packets and bytes of media, as sender reports count them.
    packets: u32,
    octets: u32,
}

impl Slot {
    pub(in super::super) fn new(
        peer: PeerKey,
        section: OutgoingSection,
        open: bool,
        random: &mut Random,
    ) -> Self {
        Self {
            peer,
            section,
            wanted: None,
            source: None,
            view: View::default(),
            open,
            current: None,
            target: None,
            told_not_decodable: false,
            reported: false,
            sent: 0,
            replay: Replay::default(),
            codec: 0,
            sequence: SequenceMap::new(random.first_sequence()),
            timeline: Timeline::new(random.next_u32()),
            pictures: Pictures::default(),
            frames: Frames::default(),
            rtx_sequence: random.first_sequence(),
            packets: 0,
            octets: 0,
        }
    }

    /// Stops what is forwarded. What is wanted stays wanted.
    pub(in super::super) const fn stop(&mut self) {
        self.current = None;
        self.target = None;
    }

    /// Forgets everything but its numbers, which go on if it is wanted again.
    pub(in super::super) fn rest(&mut self) {
        self.stop();
        self.wanted = None;
        self.view = View::default();
        self.open = false;
        self.reported = false;
        self.replay.clear();
    }

    /// Forwards a packet of `stream`, if the slot carries it. `kept` is the
    /// packet's payload once some slot has kept it.
    pub(in super::super) fn forward(
        &mut self,
        egress: &mut Egress<'_>,
        streams: &Slab<Stream>,
        stream: StreamKey,
        frame: &Frame<'_>,
        kept: &mut Option<Bytes>,
    ) -> Forwarded {
        let switches = self.current != Some(stream);
        if switches && self.target != Some(stream) {
            return Forwarded::Done;
        }
        if !self.select_codec(&frame.format) {
            if !switches {
                self.sequence.skip(frame.arrival.index);
            }
            return Forwarded::NotDecodable;
        }
        if switches && !self.can_begin_with(frame, &streams[stream.index()]) {
            return Forwarded::Waiting;
        }
        if switches {
            self.switch(egress.now, streams, stream, frame);
        }
        if !frame.payload.is_empty() || self.sequence.skip(frame.arrival.index) == Place::Open {
            self.send(egress, frame, switches, kept);
        }
        if switches { Forwarded::Switched } else { Forwarded::Done }
    }

    /// Audio can begin anywhere, video with a key frame: one in order, or one
    /// behind which everything is held.
    fn can_begin_with(&self, frame: &Frame<'_>, stream: &Stream) -> bool {
        match self.section.kind {
            MediaKind::Audio => frame.arrival.is_newest(),
            MediaKind::Video => frame.info.start.key && stream.held.reaches_back_to(frame.arrival),
        }
    }

    fn select_codec(&mut self, format: &Format) -> bool {
        let is_format = |codec: &Codec| codec.format == *format;
        if self.section.codecs.get(self.codec).is_some_and(is_format) {
            return true;
        }
        match self.section.codecs.iter().position(is_format) {
            Some(place) => {
                self.codec = place;
                true
            }
            None => false,
        }
    }

    fn switch(&mut self, now: Instant, streams: &Slab<Stream>, to: StreamKey, frame: &Frame<'_>) {
        let rate = frame.format.clock_rate();
        // Layers of one source share the sender's clock.
        let before = self.current.and_then(|key| streams[key.index()].clock);
        let aligned = before.zip(streams[to.index()].clock).map(|(before, after)| {
            let captured = after.ntp_at(frame.header.timestamp, rate);
            before.rtp_at(captured, rate).wrapping_add(self.timeline.offset())
        });
        self.timeline.begin(now, frame.header.timestamp, rate, aligned);
        self.sequence.begin(frame.arrival.index);
        self.pictures.begin();
        self.frames.begin();
        self.current = Some(to);
        self.target = None;
    }

    fn send(
        &mut self,
        egress: &mut Egress<'_>,
        frame: &Frame<'_>,
        first: bool,
        kept: &mut Option<Bytes>,
    ) {
        let Some(number) = self.sequence.map(frame.arrival.index) else { return };
        let Some(codec) = self.section.codecs.get(self.codec) else { return };
        let header = RtpHeader {
            // The marker begins a talkspurt (RFC 3551, section 4.1).
            marker: frame.header.marker || (first && self.section.kind == MediaKind::Audio),
            payload_type: codec.payload_type.0,
            sequence: number as u16,
            timestamp: self.timeline.map(egress.now, frame.header.timestamp),
            ssrc: self.section.ssrc.0,
        };
        let (repairable, sequence) = (codec.nack, header.sequence);
        let sent_at = egress.clock.ntp(egress.now);
        let mut head = HeadBytes::new();
        let dependencies = self.dependencies(frame);
        let abs_send_time = sent_at.abs_send_time();
        header.write(&self.elements(frame, &abs_send_time, dependencies.as_deref()), &mut head);
        let header_len = head.len();
        let own = frame.info.descriptor.as_ref().map_or(0, |descriptor| {
            descriptor.write(self.pictures.map(descriptor, frame.arrival.is_newest()), &mut head);
            descriptor.prefix_len()
        });
        let payload =
            kept.get_or_insert_with(|| egress.payloads.keep(&frame.payload[own..])).clone();
        let packet = Packet { head, header_len, payload };
        self.count(egress, &packet);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add((packet.len() - header_len) as u32);
        if repairable {
            self.replay.keep(egress.now, number, &packet, egress.limits);
        }
        egress.queue.rtp(self.peer, self.section.ssrc, sequence, packet);
    }

    /// The packet's dependency descriptor with the slot's numbers, if the
    /// receiver agreed to it. One that is malformed is not passed on.
    fn dependencies(&mut self, frame: &Frame<'_>) -> Option<SmallVec<[u8; DEPENDENCY_BYTES]>> {
        self.section.extensions.dependency_descriptor?;
        let bytes = frame.carried.dependency_descriptor?;
        let descriptor = DependencyDescriptor::parse(bytes)?;
        let mut bytes = SmallVec::from_slice(bytes);
        self.frames.map(descriptor, frame.arrival.is_newest()).write(&mut bytes);
        Some(bytes)
    }

    /// The header extensions that the receiver agreed to.
    fn elements<'a>(
        &'a self,
        frame: &'a Frame<'_>,
        abs_send_time: &'a [u8; 3],
        dependencies: Option<&'a [u8]>,
    ) -> SmallVec<[Element<'a>; MAX_ELEMENTS]> {
        let ids = &self.section.extensions;
        let mid = (!self.reported).then(|| self.section.mid.as_str().as_bytes());
        let carried = &frame.carried;
        let values = [
            (ids.mid, mid),
            (ids.abs_send_time, Some(&abs_send_time[..])),
            (ids.audio_level, carried.audio_level.as_ref().map(std::slice::from_ref)),
            (ids.video_orientation, carried.video_orientation.as_ref().map(std::slice::from_ref)),
            (ids.dependency_descriptor, dependencies),
        ];
        values.into_iter().filter_map(|(id, value)| Some((id?, value?))).collect()
    }

    /// Repeats a packet that the receiver misses: as a retransmission (RFC
    /// 4588), or as it was where that was not agreed. Returns whether it did.
    ///
    /// What goes out again under the same number is the same to the last bit,
    /// so that SRTP seals it with the same keystream to the same packet.
    pub(in super::super) fn resend(
        &mut self,
        egress: &mut Egress<'_>,
        budget: &mut Budget,
        sequence: u16,
        pause: Duration,
    ) -> bool {
        let asked = self.replay.ask(egress.now, sequence, pause, egress.limits);
        let Resend::Packet(kept) = asked else { return false };
        if !budget.take(egress.now, kept.packet.len()) {
            return false;
        }
        kept.resend(egress.now);
        let packet = kept.packet.clone();
        let (ssrc, sequence, packet) = match self.retransmission(&packet, egress) {
            Some((ssrc, packet)) => {
                let sequence = self.rtx_sequence;
                self.rtx_sequence = sequence.wrapping_add(1);
                (ssrc, sequence, packet)
            }
            None => (self.section.ssrc, sequence, packet),
        };
        self.count(egress, &packet);
        egress.stats.repairs_out += 1;
        egress.queue.rtp(self.peer, ssrc, sequence, packet);
        true
    }

    fn retransmission(&self, packet: &Packet, egress: &Egress<'_>) -> Option<(Ssrc, Packet)> {
        let ssrc = self.section.rtx?;
        let original = RtpPacket::parse(&packet.head).ok()?;
        let is_original = |codec: &&Codec| codec.payload_type.0 == original.header.payload_type;
        let payload_type = self.section.codecs.iter().find(is_original)?.rtx?;
        let header = RtpHeader {
            payload_type: payload_type.0,
            sequence: self.rtx_sequence,
            ssrc: ssrc.0,
            ..original.header
        };
        let abs_send_time = egress.clock.ntp(egress.now).abs_send_time();
        let elements = original
            .elements()
            .map(|(id, value)| match self.section.extensions.abs_send_time {
                Some(restamped) if restamped == id => (id, &abs_send_time[..]),
                _ => (id, value),
            })
            .collect::<SmallVec<[Element<'_>; MAX_ELEMENTS]>>();
        let mut head = HeadBytes::new();
        header.write(&elements, &mut head);
        let header_len = head.len();
        head.extend_from_slice(&original.header.sequence.to_be_bytes());
        head.extend_from_slice(&packet.head[packet.header_len..]);
        Some((ssrc, Packet { head, header_len, payload: packet.payload.clone() }))
    }

    fn count(&mut self, egress: &mut Egress<'_>, packet: &Packet) {
        self.sent += 1;
        let (packets, bytes) = match self.section.kind {
            MediaKind::Audio => {
                (&mut egress.stats.audio_packets_out, &mut egress.stats.audio_bytes_out)
            }
            MediaKind::Video => {
                (&mut egress.stats.video_packets_out, &mut egress.stats.video_bytes_out)
            }
        };
        *packets += 1;
        *bytes += packet.len() as u64;
    }

    /// What to report of the slot's stream; `None` while it carries nothing.
    /// `captured` is `ntp` on the clock of the source's sender, if that is known.
    pub(in super::super) fn report(
        &self,
        now: Instant,
        ntp: Ntp,
        streams: &Slab<Stream>,
        captured: Option<Ntp>,
    ) -> Option<SenderInfo> {
        let stream = &streams[self.current?.index()];
        let rate = self.section.codecs.get(self.codec)?.format.clock_rate();
        let (last, at) = self.timeline.last()?;
        let rtp = match stream.clock.zip(captured) {
            Some((clock, captured)) => {
                clock.rtp_at(captured, rate).wrapping_add(self.timeline.offset())
            }
            None => {
                let elapsed = now.saturating_duration_since(at).as_micros();
                last.wrapping_add((elapsed * u128::from(rate) / 1_000_000) as u32)
            }
        };
        let (packets, octets) = (self.packets, self.octets);
        Some(SenderInfo { ssrc: self.section.ssrc.0, ntp, rtp, packets, octets })
    }
}
