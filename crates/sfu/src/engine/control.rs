//! RTCP that arrives. It all ends here: nothing is passed on.

use std::time::{Duration, Instant};

use lectern_domain::room::MediaKind;

use super::{Engine, PeerKey, SlotKey, egress::Egress, ingress::SenderClock};
use crate::rtp::rtcp::{NackPair, ReportBlock, Rtcp, SenderInfo, packets};

/// The shortest time between two repetitions of a packet.
const MIN_RESEND_PAUSE: Duration = Duration::from_millis(10);

impl Engine {
    /// Takes a decrypted RTCP packet, compound or reduced in size.
    pub fn handle_rtcp(&mut self, now: Instant, peer: PeerKey, compound: &[u8]) {
        if !self.peers.contains(peer.index()) {
            return;
        }
        for packet in packets(compound) {
            match packet {
                Ok(packet) => self.handle_rtcp_packet(now, peer, packet),
                Err(_) => self.stats.rtcp_malformed += 1,
            }
        }
        self.run_due(now);
    }

    fn handle_rtcp_packet(&mut self, now: Instant, peer: PeerKey, packet: Rtcp<'_>) {
        match packet {
            Rtcp::SenderReport { info, blocks } => {
                self.take_sender_report(now, peer, &info);
                blocks.for_each(|block| self.take_report(now, peer, &block));
            }
            Rtcp::ReceiverReport { blocks } => {
                blocks.for_each(|block| self.take_report(now, peer, &block));
            }
            Rtcp::Bye { ssrcs } => ssrcs.for_each(|ssrc| self.take_goodbye(peer, ssrc)),
            Rtcp::Nack { media, pairs } => {
                self.repeat(now, peer, media, pairs.flat_map(NackPair::sequences));
            }
            Rtcp::PictureLoss { media } => self.take_picture_loss(now, peer, media),
            Rtcp::FullIntra { targets } => {
                targets.for_each(|media| self.take_picture_loss(now, peer, media));
            }
            Rtcp::Other => {}
        }
    }

    fn take_sender_report(&mut self, now: Instant, key: PeerKey, info: &SenderInfo) {
        let Some(peer) = self.peers.get_mut(key.index()) else { return };
        let Some(binding) = peer.binding(info.ssrc) else { return };
        let stream = &mut self.streams[binding.stream.index()];
        if binding.repair {
            if let Some(repair) = &mut stream.repair {
                repair.reception.sender_report(now, info);
            }
        } else {
            peer.measure_clock(self.clock.ntp(now), info.ntp);
            stream.clock = Some(SenderClock::new(info));
            stream.reception.sender_report(now, info);
        }
    }

    fn take_report(&mut self, now: Instant, key: PeerKey, block: &ReportBlock) {
        let Some(slot) = self.slot_by_ssrc(key, block.ssrc) else { return };
        self.slots[slot.index()].reported = true;
        let ntp = self.clock.ntp(now);
        self.peers[key.index()].measure_round_trip(ntp, block);
    }

    /// A sender that stops says goodbye, and may go on later under the same
    /// SSRC without saying again what it is: so the binding stays.
    fn take_goodbye(&mut self, key: PeerKey, ssrc: u32) {
        let binding = self.peers[key.index()].binding(ssrc);
        if let Some(binding) = binding.filter(|binding| !binding.repair) {
            let stream = &mut self.streams[binding.stream.index()];
            self.stats.lost_in += stream.missing.give_up() as u64;
        }
    }

    fn take_picture_loss(&mut self, now: Instant, key: PeerKey, media: u32) {
        let Some(slot) = self.slot_by_ssrc(key, media) else { return };
        let slot = &self.slots[slot.index()];
        if slot.section.kind == MediaKind::Video
            && let Some(stream) = slot.current.or(slot.target)
        {
            self.want_key_frame(now, stream);
        }
    }

    fn repeat(
        &mut self,
        now: Instant,
        key: PeerKey,
        media: u32,
        sequences: impl Iterator<Item = u16>,
    ) {
        let Some(slot) = self.slot_by_ssrc(key, media) else { return };
        let slot = &mut self.slots[slot.index()];
        let peer = &mut self.peers[key.index()];
        // What was repeated within a round trip may still arrive.
        let pause = peer.round_trip().max(MIN_RESEND_PAUSE);
        let mut egress = Egress {
            now,
            clock: &self.clock,
            limits: &self.limits,
            queue: &mut self.queue,
            payloads: &mut self.payloads,
            stats: &mut self.stats,
        };
        for sequence in sequences {
            if !slot.open || !slot.resend(&mut egress, &mut peer.resends, sequence, pause) {
                egress.stats.repairs_refused += 1;
            }
        }
    }

    fn slot_by_ssrc(&self, key: PeerKey, ssrc: u32) -> Option<SlotKey> {
        let slots = &self.peers.get(key.index())?.slots;
        slots.iter().find(|slot| self.slots[slot.index()].section.ssrc.0 == ssrc).copied()
    }
}
