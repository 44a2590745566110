//! The participants of a worker, and the ways to find one: by name, by the
//! username fragment of a check, by the address that passed one.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::SocketAddr,
    time::Instant,
};

use lectern_domain::id::{ParticipantId, SessionId};

use crate::{
    engine::PeerKey,
    transport::{Retired, Transport},
};

/// One participant.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) room: SessionId,
    pub(super) participant: ParticipantId,
    pub(super) transport: Transport,
    /// Whether its handshake has been counted.
    pub(super) connected_once: bool,
    /// Where it stands in the timers.
    due: Option<Instant>,
}

#[derive(Debug, Default)]
pub(super) struct Peers {
    /// By the engine's dense keys.
    slots: Vec<Option<Peer>>,
    by_name: BTreeMap<(SessionId, ParticipantId), PeerKey>,
    by_ufrag: HashMap<String, PeerKey>,
    by_address: HashMap<SocketAddr, PeerKey>,
    timers: BTreeSet<(Instant, PeerKey)>,
}

impl Peers {
    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    pub(super) fn insert(
        &mut self,
        key: PeerKey,
        room: SessionId,
        participant: ParticipantId,
        transport: Transport,
    ) {
        let index = key.0 as usize;
        if self.slots.len() <= index {
            self.slots.resize_with(index + 1, || None);
        }
        for ufrag in transport.ufrags() {
            self.by_ufrag.insert(ufrag.to_owned(), key);
        }
        self.by_name.insert((room, participant), key);
        self.slots[index] =
            Some(Peer { room, participant, transport, connected_once: false, due: None });
        self.reschedule(key);
    }

    pub(super) fn remove(&mut self, key: PeerKey) -> Option<Peer> {
        let peer = self.slots.get_mut(key.0 as usize)?.take()?;
        self.by_name.remove(&(peer.room, peer.participant));
        for ufrag in peer.transport.ufrags() {
            self.by_ufrag.remove(ufrag);
        }
        for address in peer.transport.addresses() {
            if self.by_address.get(&address) == Some(&key) {
                self.by_address.remove(&address);
            }
        }
        if let Some(due) = peer.due {
            self.timers.remove(&(due, key));
        }
        Some(peer)
    }

    pub(super) fn get_mut(&mut self, key: PeerKey) -> Option<&mut Peer> {
        self.slots.get_mut(key.0 as usize)?.as_mut()
    }

    pub(super) fn named(&self, room: SessionId, participant: ParticipantId) -> Option<PeerKey> {
        self.by_name.get(&(room, participant)).copied()
    }

    /// Everybody in a room.
    pub(super) fn in_room(&self, room: SessionId) -> Vec<PeerKey> {
        let all = (room, ParticipantId(0))..=(room, ParticipantId(u64::MAX));
        self.by_name.range(all).map(|(_, key)| *key).collect()
    }

    pub(super) fn everybody(&self) -> Vec<PeerKey> {
        self.by_name.values().copied().collect()
    }

    pub(super) fn by_ufrag(&self, ufrag: &str) -> Option<PeerKey> {
        self.by_ufrag.get(ufrag).copied()
    }

    pub(super) fn by_address(&self, address: SocketAddr) -> Option<PeerKey> {
        self.by_address.get(&address).copied()
    }

    /// Makes a restart's new fragment known, and a retired one unknown.
    pub(super) fn update_ufrags(&mut self, key: PeerKey, retired: Option<String>) {
        if let Some(retired) = retired {
            self.by_ufrag.remove(&retired);
        }
        if let Some(Some(peer)) = self.slots.get(key.0 as usize) {
            for ufrag in peer.transport.ufrags() {
                self.by_ufrag.insert(ufrag.to_owned(), key);
            }
        }
    }

    /// Whether an address is another's, who has lately shown that it is. Such
    /// an address is not given away: a participant could otherwise take the
    /// media of another by a check under a forged sender.
    pub(super) fn is_taken(&self, now: Instant, address: SocketAddr, by: PeerKey) -> bool {
        let Some(holder) = self.by_address(address).filter(|holder| *holder != by) else {
            return false;
        };
        let peer = self.slots.get(holder.0 as usize).and_then(Option::as_ref);
        peer.is_some_and(|peer| peer.transport.holds(now, address))
    }

    /// Routes an address that passed a check, and no longer what it retired.
    pub(super) fn route(&mut self, key: PeerKey, address: SocketAddr, retired: Retired) {
        if let Some(gone) = retired.address
            && self.by_address.get(&gone) == Some(&key)
        {
            self.by_address.remove(&gone);
        }
        if let Some(ufrag) = retired.ufrag {
            self.by_ufrag.remove(&ufrag);
        }
        self.by_address.insert(address, key);
    }

    /// Puts a peer where its transport's next timeout is.
    pub(super) fn reschedule(&mut self, key: PeerKey) {
        let Some(Some(peer)) = self.slots.get_mut(key.0 as usize) else {
            return;
        };
        let due = peer.transport.poll_timeout();
        if due != peer.due {
            if let Some(before) = peer.due {
                self.timers.remove(&(before, key));
            }
            if let Some(due) = due {
                self.timers.insert((due, key));
            }
            peer.due = due;
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// Somebody whose timeout is due.
    pub(super) fn next_due(&self, now: Instant) -> Option<PeerKey> {
        self.timers.first().filter(|(due, _)| *due <= now).map(|(_, key)| *key)
    }
}
