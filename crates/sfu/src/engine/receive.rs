//! An RTP packet's way through the engine.

use std::time::{Duration, Instant};

use lectern_domain::room::{MediaKind, Source};

use smallvec::SmallVec;

use super::{
    Engine, EngineEvent, PeerKey, SlotKey, SourceKey, StreamKey,
    egress::{Egress, Forwarded},
    ingress::{Accepted, Arrival, Carried, Frame},
    timer::Timer,
};
use crate::{negotiated::PayloadType, rtp::RtpPacket};

/// How often the layers of a source are looked after.
pub(super) const LAYER_INTERVAL: Duration = Duration::from_millis(250);
/// Between two reports of arrivals.
const FEEDBACK_INTERVAL: Duration = Duration::from_millis(100);

impl Engine {
    /// Takes a whole decrypted RTP packet.
    pub fn handle_rtp(&mut self, now: Instant, peer: PeerKey, packet: &[u8]) {
        if self.receive(now, peer, packet).is_none() {
            self.stats.refused += 1;
        }
        self.run_due(now);
    }

    /// `None`: the packet belongs to nothing that was agreed.
    fn receive(&mut self, now: Instant, key: PeerKey, bytes: &[u8]) -> Option<()> {
        if bytes.len() > self.limits.packet_bytes {
            return None;
        }
        let packet = RtpPacket::parse(bytes).ok()?;
        let peer = self.peers.get(key.index())?;
        let carried = Carried::read(&packet, &peer.extensions);
        let known = peer.binding(packet.header.ssrc);
        if let Some(sequence) = carried.transport_sequence {
            self.note_arrival(now, key, sequence, packet.header.ssrc);
        }
        let binding = match known {
            Some(binding) => binding,
            None => self.bind(now, key, &packet.header, &carried)?,
        };
        let stream = &mut self.streams[binding.stream.index()];
        let source_key = stream.source;
        let source = &mut self.sources[source_key.index()];
        let payload_type = PayloadType(packet.header.payload_type);
        let format = stream.select_codec(&source.section.codecs, payload_type, binding.repair)?;
        let accepted = if binding.repair {
            self.stats.repairs_in += 1;
            stream.accept_repair(now, &packet, carried, format)
        } else {
            source.last_arrival = Some(now);
            stream.accept(now, &packet, carried, format)
        };
        let (packets, size) = match source.source().kind() {
            MediaKind::Audio => (&mut self.stats.audio_packets_in, &mut self.stats.audio_bytes_in),
            MediaKind::Video => (&mut self.stats.video_packets_in, &mut self.stats.video_bytes_in),
        };
        *packets += 1;
        *size += bytes.len() as u64;
        match accepted {
            Some(accepted) => self.process(now, source_key, binding.stream, &accepted),
            None if !binding.repair => self.stats.duplicates += 1,
            None => {}
        }
        Some(())
    }

    fn process(
        &mut self,
        now: Instant,
        source_key: SourceKey,
        stream_key: StreamKey,
        accepted: &Accepted<'_>,
    ) {
        let frame = &accepted.frame;
        let source = &mut self.sources[source_key.index()];
        let peer = &self.peers[source.peer.index()];
        let (room, participant) = (peer.room, peer.participant);
        if !source.flowing {
            source.flowing = true;
            let source = source.source();
            self.queue.event(EngineEvent::Flowing { room, participant, source });
        }
        if frame.arrival.gap() > 0 {
            self.note_missing(now, stream_key, frame.arrival);
        }
        let stream = &mut self.streams[stream_key.index()];
        if frame.info.start.key && stream.held.reaches_back_to(frame.arrival) {
            stream.key_frames.settle();
        }
        if let Some(level) = frame.carried.audio_level {
            self.hear(now, source_key, level);
        }
        self.forward(now, source_key, stream_key, frame);
        if accepted.resized {
            self.retarget_all(now, source_key);
        }
    }

    /// Sends a packet to all slots that carry its stream.
    fn forward(
        &mut self,
        now: Instant,
        source_key: SourceKey,
        stream: StreamKey,
        frame: &Frame<'_>,
    ) {
        let slots = &self.sources[source_key.index()].slots;
        let mut egress = Egress {
            now,
            clock: &self.clock,
            limits: &self.limits,
            queue: &mut self.queue,
            payloads: &mut self.payloads,
            stats: &mut self.stats,
        };
        let (mut kept, mut waiting) = (None, false);
        let mut switched = SmallVec::<[SlotKey; 8]>::new();
        for key in slots {
            let slot = &mut self.slots[key.index()];
            match slot.forward(&mut egress, &self.streams, stream, frame, &mut kept) {
                Forwarded::Done => {}
                Forwarded::Waiting => waiting = true,
                Forwarded::Switched => switched.push(*key),
                Forwarded::NotDecodable if slot.told_not_decodable => {}
                Forwarded::NotDecodable => {
                    slot.told_not_decodable = true;
                    let receiver = &self.peers[slot.peer.index()];
                    egress.queue.event(EngineEvent::NotDecodable {
                        room: receiver.room,
                        receiver: receiver.participant,
                        mid: slot.section.mid.clone(),
                    });
                }
            }
        }
        let mut held = std::mem::take(&mut self.streams[stream.index()].held);
        if waiting {
            held.hold(frame, |payload| egress.payloads.keep(payload));
        } else if switched.is_empty() {
            held.clear();
        } else {
            held.take_behind(frame.arrival.index, |behind| {
                let mut kept = None;
                for key in &switched {
                    let slot = &mut self.slots[key.index()];
                    slot.forward(&mut egress, &self.streams, stream, behind, &mut kept);
                }
            });
        }
        self.streams[stream.index()].held = held;
    }

    fn note_missing(&mut self, now: Instant, key: StreamKey, arrival: Arrival) {
        let stream = &mut self.streams[key.index()];
        let codecs = &self.sources[stream.source.index()].section.codecs;
        if !stream.codec(codecs).is_some_and(|codec| codec.nack) {
            return;
        }
        let gap = arrival.before + 1..arrival.index;
        let given_up = stream.missing.note(now, gap, self.limits.nack_window);
        if let Some(due) = stream.missing.due() {
            self.timers.set_earlier(stream.peer, Timer::Nack, due);
        }
        if given_up > 0 {
            self.give_up(now, key, given_up);
        }
    }

    /// Counts packets for lost. Those who watch need a key frame.
    pub(super) fn give_up(&mut self, now: Instant, key: StreamKey, packets: usize) {
        self.stats.lost_in += packets as u64;
        let source = self.streams[key.index()].source;
        if self.sources[source.index()].source().kind() == MediaKind::Video {
            self.want_key_frame(now, key);
        }
    }

    fn note_arrival(&mut self, now: Instant, key: PeerKey, sequence: u16, ssrc: u32) {
        let Some(peer) = self.peers.get_mut(key.index()) else { return };
        peer.arrivals.arrive(sequence, self.clock.ticks(now), ssrc);
        let due = if peer.arrivals.is_full() { now } else { now + FEEDBACK_INTERVAL };
        self.timers.set_earlier(key, Timer::Feedback, due);
    }

    fn hear(&mut self, now: Instant, key: SourceKey, level: u8) {
        let source = &mut self.sources[key.index()];
        if source.source() != Source::Microphone || source.muted {
            return;
        }
        // The highest bit is the sender's own opinion of whether it is a voice.
        if source.loudness.hear(now, level & 0x7F) {
            if let Some(silent_at) = source.loudness.silent_at() {
                self.timers.set_earlier(source.peer, Timer::Silence, silent_at);
            }
            let room = self.peers[source.peer.index()].room;
            self.update_speaking(room);
        }
    }
}
