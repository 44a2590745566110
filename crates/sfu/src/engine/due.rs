//! What happens by the clock: reports, requests, and what has stopped.

use std::time::{Duration, Instant};

use super::{Engine, PeerKey, StreamKey, receive::LAYER_INTERVAL, timer::Timer};
use crate::rtp::rtcp::{Compound, ReportBlock, pack_nacks};

/// The name of our own SSRC, which sends nothing but reports.
const CNAME: &str = "lectern";
/// Missing packets are not asked for more often, however near the sender is.
const MIN_NACK_INTERVAL: Duration = Duration::from_millis(25);

impl Engine {
    /// When [`Engine::handle_timeout`] is to be called next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.run_due(now);
    }

    pub(super) fn run_due(&mut self, now: Instant) {
        while let Some((peer, timer)) = self.timers.take_due(now) {
            match timer {
                Timer::Nack => self.send_nacks(now, peer),
                Timer::KeyFrame => self.ask_for_key_frames(now, peer),
                Timer::Feedback => self.send_feedback(peer),
                Timer::Report => self.send_reports(now, peer),
                Timer::Layers => self.check_layers(now, peer),
                Timer::Silence => self.check_silence(now, peer),
            }
        }
    }

    /// Reports come at random within half and one and a half intervals, so that
    /// they do not bunch (RFC 3550, section 6.2).
    pub(super) fn schedule_report(&mut self, now: Instant, peer: PeerKey) {
        let interval = self.limits.report_interval;
        let random = interval * (self.random.next_u32() >> 16) / (1 << 16);
        self.timers.set(peer, Timer::Report, Some(now + interval / 2 + random));
    }

    fn streams_of(&self, peer: PeerKey) -> Vec<StreamKey> {
        let sources = self.peers[peer.index()].sources.iter();
        sources.flat_map(|key| &self.sources[key.index()].layers).flatten().copied().collect()
    }

    fn send_nacks(&mut self, now: Instant, peer: PeerKey) {
        let state = &self.peers[peer.index()];
        let (ssrc, writable) = (state.ssrc, state.writable);
        let interval = state.round_trip().max(MIN_NACK_INTERVAL);
        let (mut sequences, mut pairs) = (Vec::new(), Vec::new());
        for key in self.streams_of(peer) {
            let stream = &mut self.streams[key.index()];
            sequences.clear();
            let tries = self.limits.nack_tries;
            let given_up = stream.missing.take_due(now, interval, tries, &mut sequences);
            if let Some(due) = stream.missing.due() {
                self.timers.set_earlier(peer, Timer::Nack, due);
            }
            let media = stream.ssrc;
            if given_up > 0 {
                self.give_up(now, key, given_up);
            }
            pack_nacks(sequences.iter().copied(), &mut pairs);
            let mut rest = &pairs[..];
            while writable && !rest.is_empty() {
                let mut compound = Compound::default();
                rest = compound.nack(ssrc, media, rest);
                self.queue.rtcp(peer, compound.into_bytes());
            }
            self.stats.nacks_out += sequences.len() as u64;
        }
    }

    fn ask_for_key_frames(&mut self, now: Instant, peer: PeerKey) {
        let (ssrc, writable) = (self.peers[peer.index()].ssrc, self.peers[peer.index()].writable);
        let interval = self.limits.pli_interval;
        let mut compound = Compound::default();
        for key in self.streams_of(peer) {
            let stream = &mut self.streams[key.index()];
            if self.sources[stream.source.index()].slots.is_empty() {
                stream.key_frames.settle();
            }
            let due = stream.key_frames.due(now, interval).is_some_and(|due| due <= now);
            if writable && due && compound.picture_loss(ssrc, stream.ssrc) {
                stream.key_frames.ask(now);
                self.stats.plis_out += 1;
            }
            if let Some(due) = stream.key_frames.due(now, interval) {
                // Who cannot be sent to now is asked later.
                let due = if writable { due } else { now + interval };
                self.timers.set_earlier(peer, Timer::KeyFrame, due);
            }
        }
        if !compound.is_empty() {
            self.queue.rtcp(peer, compound.into_bytes());
        }
    }

    fn send_feedback(&mut self, key: PeerKey) {
        let peer = &mut self.peers[key.index()];
        while let Some(feedback) = peer.arrivals.take() {
            let mut compound = Compound::default();
            if peer.writable && compound.transport_feedback(peer.ssrc, &feedback) {
                self.queue.rtcp(key, compound.into_bytes());
            }
        }
    }

    fn send_reports(&mut self, now: Instant, key: PeerKey) {
        self.schedule_report(now, key);
        for slot in &self.peers[key.index()].slots {
            self.slots[slot.index()].replay.trim(now, &self.limits);
        }
        if !self.peers[key.index()].writable {
            return;
        }
        let mut compound = self.write_sender_reports(now, key);
        let (ssrc, blocks) = (self.peers[key.index()].ssrc, self.report_blocks(now, key));
        let mut rest = &blocks[..];
        while !rest.is_empty() {
            rest = compound.receiver_report(ssrc, CNAME, rest);
            if !rest.is_empty() {
                self.queue.rtcp(key, std::mem::take(&mut compound).into_bytes());
            }
        }
        if !compound.is_empty() {
            self.queue.rtcp(key, compound.into_bytes());
        }
    }

    /// Writes the reports of all slots. Full compounds are sent; the last is
    /// returned.
    fn write_sender_reports(&mut self, now: Instant, key: PeerKey) -> Compound {
        let ntp = self.clock.ntp(now);
        let mut compound = Compound::default();
        for slot in &self.peers[key.index()].slots {
            let slot = &self.slots[slot.index()];
            let source = slot.source.map(|source| &self.sources[source.index()]);
            let captured = source.and_then(|source| self.peers[source.peer.index()].its_time(ntp));
            let Some(info) = slot.report(now, ntp, &self.streams, captured) else { continue };
            if !compound.sender_report(&info, &slot.section.cname) {
                self.queue.rtcp(key, std::mem::take(&mut compound).into_bytes());
                let fits = compound.sender_report(&info, &slot.section.cname);
                debug_assert!(fits, "one report fits an empty compound");
            }
        }
        compound
    }

    fn report_blocks(&mut self, now: Instant, peer: PeerKey) -> Vec<ReportBlock> {
        let mut blocks = Vec::new();
        for key in self.streams_of(peer) {
            let stream = &mut self.streams[key.index()];
            blocks.extend(stream.reception.report(now, stream.ssrc));
            if let Some(repair) = &mut stream.repair {
                blocks.extend(repair.reception.report(now, repair.ssrc));
            }
        }
        blocks
    }

    fn check_layers(&mut self, now: Instant, peer: PeerKey) {
        for source in self.peers[peer.index()].sources.clone() {
            if self.sources[source.index()].layers.iter().flatten().nth(1).is_some() {
                self.retarget_all(now, source);
                self.timers.set_earlier(peer, Timer::Layers, now + LAYER_INTERVAL);
            }
        }
    }

    fn check_silence(&mut self, now: Instant, key: PeerKey) {
        let peer = &self.peers[key.index()];
        for source in &peer.sources {
            let loudness = &mut self.sources[source.index()].loudness;
            loudness.check_silence(now);
            if let Some(silent_at) = loudness.silent_at() {
                self.timers.set_earlier(key, Timer::Silence, silent_at);
            }
        }
        // Who goes on speaking may be louder than another by now.
        let room = peer.room;
        self.update_speaking(room);
    }
}
