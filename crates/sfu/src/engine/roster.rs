//! Who is there, and who gets what: the forward table.

use std::time::Instant;

use lectern_domain::{
    id::{ParticipantId, SessionId},
    room::{MediaKind, Mid, Source},
};

use super::{
    Engine, EngineEvent, MediaCounts, PeerKey, SlotKey, SourceKey, StreamKey, View, egress::Slot,
    ingress::SourceState, peer::Peer, timer::Timer,
};
use crate::negotiated::{IncomingSection, NegotiatedMedia, OutgoingSection};

/// The participants of a lesson.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub(super) peers: Vec<PeerKey>,
    /// Who spoke when it was last told.
    pub(super) speaking: Vec<ParticipantId>,
}

impl Engine {
    /// Adds a participant to a room. Nothing is sent to it before
    /// [`Engine::set_writable`].
    pub fn add(
        &mut self,
        now: Instant,
        room: SessionId,
        participant: ParticipantId,
        media: NegotiatedMedia,
    ) -> PeerKey {
        let peer = Peer::new(now, room, participant, self.random.next_u32(), &self.limits);
        let key = PeerKey(self.peers.insert(peer) as u32);
        self.rooms.entry(room).or_default().peers.push(key);
        self.schedule_report(now, key);
        self.update(now, key, media);
        key
    }

    /// Takes the outcome of a further offer. Sections that stay keep their state.
    pub fn update(&mut self, now: Instant, peer: PeerKey, media: NegotiatedMedia) {
        let Some(state) = self.peers.get_mut(peer.index()) else { return };
        state.set_extensions(&media);
        let room = state.room;
        self.update_sources(peer, media.incoming);
        self.update_slots(peer, media.outgoing);
        self.resolve_room(now, room);
    }

    /// Removes a participant and returns what it sent and received.
    pub fn remove(&mut self, now: Instant, peer: PeerKey) -> MediaCounts {
        let Some(state) = self.peers.get(peer.index()) else { return MediaCounts::default() };
        let (room, sources) = (state.room, state.sources.clone());
        let slots = [&state.slots[..], &state.resting].concat();
        for source in sources {
            self.remove_source(source);
        }
        for slot in slots {
            self.remove_slot(slot);
        }
        self.timers.clear(peer);
        let counts = self.peers.remove(peer.index()).retired;
        if let Some(state) = self.rooms.get_mut(&room) {
            state.peers.retain(|other| *other != peer);
            if state.peers.is_empty() {
                self.rooms.remove(&room);
            }
        }
        self.update_speaking(room);
        self.run_due(now);
        counts
    }

    /// What a participant has sent and received so far.
    pub fn counts(&self, peer: PeerKey) -> MediaCounts {
        let Some(state) = self.peers.get(peer.index()) else { return MediaCounts::default() };
        let mut counts = state.retired;
        let sources = state.sources.iter().map(|source| &self.sources[source.index()]);
        for stream in sources.flat_map(|source| source.layers.iter().flatten()) {
            self.count_stream(*stream, &mut counts);
        }
        counts.packets_out += state
            .slots
            .iter()
            .chain(&state.resting)
            .map(|slot| self.slots[slot.index()].sent)
            .sum::<u64>();
        counts
    }

    /// Says whether the participant can be sent to: there are keys and consent.
    pub fn set_writable(&mut self, now: Instant, peer: PeerKey, writable: bool) {
        let Some(state) = self.peers.get_mut(peer.index()) else { return };
        state.writable = writable;
        for slot in state.slots.clone() {
            self.slots[slot.index()].open = writable;
            self.retarget(now, slot);
        }
        self.run_due(now);
    }

    /// Says what a slot carries from now on. A participant who is not there yet
    /// may be named; the slot is empty until it is.
    pub fn assign(
        &mut self,
        now: Instant,
        receiver: PeerKey,
        mid: &Mid,
        from: Option<(ParticipantId, Source)>,
    ) {
        let Some(key) = self.slot(receiver, mid) else { return };
        let slot = &mut self.slots[key.index()];
        if slot.wanted != from {
            slot.wanted = from;
            self.detach(key);
            self.resolve(now, key);
        }
        self.run_due(now);
    }

    /// Says how a receiver shows a slot.
    pub fn view(&mut self, now: Instant, receiver: PeerKey, mid: &Mid, view: View) {
        let Some(key) = self.slot(receiver, mid) else { return };
        self.slots[key.index()].view = view;
        self.retarget(now, key);
        self.run_due(now);
    }

    /// Says that a source is muted, so that nothing of it is forwarded, or live.
    pub fn mute(&mut self, now: Instant, peer: PeerKey, source: Source, muted: bool) {
        let Some(key) = self.source(peer, source) else { return };
        let state = &mut self.sources[key.index()];
        state.muted = muted;
        let fell_silent = muted && state.loudness.hush();
        self.retarget_all(now, key);
        if fell_silent && let Some(peer) = self.peers.get(peer.index()) {
            self.update_speaking(peer.room);
        }
        self.run_due(now);
    }

    fn source(&self, peer: PeerKey, source: Source) -> Option<SourceKey> {
        let sources = &self.peers.get(peer.index())?.sources;
        sources.iter().find(|key| self.sources[key.index()].source() == source).copied()
    }

    fn slot(&self, peer: PeerKey, mid: &Mid) -> Option<SlotKey> {
        let slots = &self.peers.get(peer.index())?.slots;
        slots.iter().find(|key| self.slots[key.index()].section.mid == *mid).copied()
    }

    fn update_sources(&mut self, peer: PeerKey, sections: Vec<IncomingSection>) {
        let mut before = std::mem::take(&mut self.peers[peer.index()].sources);
        let mut after = Vec::with_capacity(sections.len());
        for section in sections {
            let same = before.iter().position(|key| {
                let known = &self.sources[key.index()].section;
                (&known.mid, known.source, &known.rids)
                    == (&section.mid, section.source, &section.rids)
            });
            after.push(match same {
                Some(place) => {
                    let key = before.swap_remove(place);
                    self.sources[key.index()].section = section;
                    key
                }
                None => SourceKey(self.sources.insert(SourceState::new(peer, section)) as u32),
            });
        }
        self.peers[peer.index()].sources = after;
        for key in before {
            self.remove_source(key);
        }
    }

    fn update_slots(&mut self, peer: PeerKey, sections: Vec<OutgoingSection>) {
        let open = self.peers[peer.index()].writable;
        let state = &mut self.peers[peer.index()];
        let mut before = std::mem::take(&mut state.slots);
        before.append(&mut state.resting);
        let mut after = Vec::with_capacity(sections.len());
        for section in sections {
            let same = before.iter().position(|key| {
                let known = &self.slots[key.index()].section;
                (&known.mid, known.kind, known.ssrc) == (&section.mid, section.kind, section.ssrc)
            });
            after.push(match same {
                Some(place) => {
                    let key = before.swap_remove(place);
                    let slot = &mut self.slots[key.index()];
                    (slot.section, slot.open) = (section, open);
                    key
                }
                None => {
                    let slot = Slot::new(peer, section, open, &mut self.random);
                    SlotKey(self.slots.insert(slot) as u32)
                }
            });
        }
        for key in &before {
            self.detach(*key);
            self.slots[key.index()].rest();
        }
        let state = &mut self.peers[peer.index()];
        (state.slots, state.resting) = (after, before);
    }

    fn remove_source(&mut self, key: SourceKey) {
        for slot in self.sources[key.index()].slots.clone() {
            self.detach(slot);
        }
        for stream in self.sources[key.index()].layers.clone().into_iter().flatten() {
            self.remove_stream(stream);
        }
        self.sources.remove(key.index());
    }

    fn remove_slot(&mut self, key: SlotKey) {
        self.detach(key);
        let slot = self.slots.remove(key.index());
        if let Some(peer) = self.peers.get_mut(slot.peer.index()) {
            peer.retired.packets_out += slot.sent;
        }
    }

    /// Forgets an incoming stream; its SSRC belongs to nothing any more.
    pub(super) fn remove_stream(&mut self, key: StreamKey) {
        let mut counts = MediaCounts::default();
        self.count_stream(key, &mut counts);
        let stream = self.streams.remove(key.index());
        let source = &mut self.sources[stream.source.index()];
        for layer in source.layers.iter_mut().filter(|layer| **layer == Some(key)) {
            *layer = None;
        }
        for slot in &source.slots {
            let slot = &mut self.slots[slot.index()];
            slot.current = slot.current.filter(|current| *current != key);
            slot.target = slot.target.filter(|target| *target != key);
        }
        if let Some(peer) = self.peers.get_mut(stream.peer.index()) {
            peer.bindings.retain(|binding| binding.stream != key);
            peer.retired.audio_packets_in += counts.audio_packets_in;
            peer.retired.video_packets_in += counts.video_packets_in;
            peer.retired.lost_in += counts.lost_in;
        }
    }

    fn count_stream(&self, key: StreamKey, counts: &mut MediaCounts) {
        let stream = &self.streams[key.index()];
        let packets = match self.sources[stream.source.index()].source().kind() {
            MediaKind::Audio => &mut counts.audio_packets_in,
            MediaKind::Video => &mut counts.video_packets_in,
        };
        *packets += stream.window.unique();
        counts.lost_in += stream.window.lost();
    }

    fn detach(&mut self, key: SlotKey) {
        let slot = &mut self.slots[key.index()];
        slot.stop();
        slot.told_not_decodable = false;
        if let Some(source) = slot.source.take() {
            self.sources[source.index()].slots.retain(|other| *other != key);
        }
    }

    /// Fills the slots of a room whose sources may have come.
    fn resolve_room(&mut self, now: Instant, room: SessionId) {
        let Some(room) = self.rooms.get(&room) else { return };
        let slots = room.peers.iter().flat_map(|peer| &self.peers[peer.index()].slots);
        for slot in slots.copied().collect::<Vec<_>>() {
            self.resolve(now, slot);
        }
        self.run_due(now);
    }

    fn resolve(&mut self, now: Instant, key: SlotKey) {
        let slot = &self.slots[key.index()];
        let (None, Some((participant, wanted))) = (slot.source, slot.wanted) else { return };
        let room = self.peers[slot.peer.index()].room;
        let Some(room) = self.rooms.get(&room) else { return };
        let peers = room.peers.iter().copied();
        let source = peers
            .filter(|peer| self.peers[peer.index()].participant == participant)
            .find_map(|peer| self.source(peer, wanted));
        let Some(source) = source.filter(|_| wanted.kind() == slot.section.kind) else { return };
        self.slots[key.index()].source = Some(source);
        self.sources[source.index()].slots.push(key);
        self.retarget(now, key);
    }

    /// Chooses again what is forwarded to all who get a source.
    pub(super) fn retarget_all(&mut self, now: Instant, source: SourceKey) {
        for slot in self.sources[source.index()].slots.clone() {
            self.retarget(now, slot);
        }
    }

    /// Chooses again what is forwarded to a slot. Another stream takes over
    /// with its next key frame, which is asked for.
    pub(super) fn retarget(&mut self, now: Instant, key: SlotKey) {
        let slot = &mut self.slots[key.index()];
        let source = slot.source.filter(|_| slot.open);
        let chosen =
            source.and_then(|source| self.sources[source.index()].choose(&self.streams, slot.view));
        let Some(chosen) = chosen else {
            slot.stop();
            return;
        };
        if slot.current == Some(chosen) {
            slot.target = None;
        } else if slot.target != Some(chosen) {
            slot.target = Some(chosen);
            self.want_key_frame(now, chosen);
        }
    }

    /// Asks for a key frame as soon as the throttle lets it.
    pub(super) fn want_key_frame(&mut self, now: Instant, key: StreamKey) {
        let stream = &mut self.streams[key.index()];
        let section = &self.sources[stream.source.index()].section;
        if !stream.codec(&section.codecs).is_some_and(|codec| codec.pli) {
            return;
        }
        stream.key_frames.want();
        if let Some(due) = stream.key_frames.due(now, self.limits.pli_interval) {
            self.timers.set_earlier(stream.peer, Timer::KeyFrame, due);
        }
    }

    /// Tells who speaks, if that has changed.
    pub(super) fn update_speaking(&mut self, room: SessionId) {
        let Some(state) = self.rooms.get(&room) else { return };
        let mut voices = Vec::new();
        for peer in &state.peers {
            let peer = &self.peers[peer.index()];
            let sources = peer.sources.iter().map(|source| &self.sources[source.index()]);
            voices.extend(sources.filter_map(|source| {
                source.loudness.speaking().map(|loudness| (loudness, peer.participant))
            }));
        }
        voices.sort_by(|a, b| b.cmp(a));
        let speaking = voices.into_iter().map(|(_, participant)| participant).collect::<Vec<_>>();
        if let Some(state) = self.rooms.get_mut(&room).filter(|state| state.speaking != speaking) {
            state.speaking.clone_from(&speaking);
            self.queue.event(EngineEvent::Speaking { room, participants: speaking });
        }
    }
}
