//! Packets that were sent, for receivers that missed them.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::{engine::queue::Packet, limits::EngineLimits};

/// Times that one packet is repeated.
const MAX_RESENDS: u8 = 10;

/// A packet and when it was sent.
#[derive(Debug)]
pub(in super::super) struct Kept {
    pub(in super::super) packet: Packet,
    sent: Instant,
    resent: Option<Instant>,
    resends: u8,
}

/// What a receiver's asking for a packet comes to.
#[derive(Debug)]
pub(in super::super) enum Resend<'a> {
    /// It may be repeated; [`Kept::resend`] says that it was.
    Packet(&'a mut Kept),
    /// It was repeated too lately or too often.
    TooOften,
    /// It is gone, or was never here.
    Gone,
}

impl Kept {
    /// Says that the packet is repeated now.
    pub(in super::super) const fn resend(&mut self, now: Instant) {
        self.resent = Some(now);
        self.resends += 1;
    }
}

/// The packets of one slot by their sequence numbers, bounded in number, bytes
/// and age; the oldest go first.
#[derive(Debug, Default)]
pub(in super::super) struct Replay {
    /// The number of the first place.
    base: u64,
    places: VecDeque<Option<Kept>>,
    bytes: usize,
}

impl Replay {
    /// Keeps a packet.
    pub(in super::super) fn keep(
        &mut self,
        now: Instant,
        number: u64,
        packet: &Packet,
        limits: &EngineLimits,
    ) {
        let span = limits.replay_packets as u64;
        if self.places.is_empty() || number >= self.base + self.places.len() as u64 + span {
            self.clear();
            self.base = number;
        }
        let Some(place) = number.checked_sub(self.base) else { return };
        let place = place as usize;
        while self.places.len() <= place {
            self.places.push_back(None);
        }
        self.bytes += packet.len();
        let kept = Kept { packet: packet.clone(), sent: now, resent: None, resends: 0 };
        if let Some(before) = self.places[place].replace(kept) {
            self.bytes -= before.packet.len();
        }
        self.trim(now, limits);
    }

    /// Looks for a packet that a receiver asks for. One that was repeated
    /// within `pause` is on its way.
    pub(in super::super) fn ask(
        &mut self,
        now: Instant,
        sequence: u16,
        pause: Duration,
        limits: &EngineLimits,
    ) -> Resend<'_> {
        self.trim(now, limits);
        let place = sequence.wrapping_sub(self.base as u16);
        let Some(Some(kept)) = self.places.get_mut(usize::from(place)) else {
            return Resend::Gone;
        };
        let lately = kept.resent.is_some_and(|resent| now < resent + pause);
        if lately || kept.resends >= MAX_RESENDS {
            return Resend::TooOften;
        }
        Resend::Packet(kept)
    }

    /// Forgets what is too old, or too much.
    pub(in super::super) fn trim(&mut self, now: Instant, limits: &EngineLimits) {
        while let Some(oldest) = self.places.front() {
            let too_old = oldest
                .as_ref()
                .is_none_or(|kept| now.saturating_duration_since(kept.sent) > limits.replay_age);
            let too_many =
                self.places.len() > limits.replay_packets || self.bytes > limits.replay_bytes;
            if !too_old && !too_many {
                break;
            }
            if let Some(Some(kept)) = self.places.pop_front() {
                self.bytes -= kept.packet.len();
            }
            self.base += 1;
        }
    }

    /// Forgets all.
    pub(in super::super) fn clear(&mut self) {
        self.places.clear();
        self.bytes = 0;
    }
}
