//! Packets of a stream that somebody waits for, until its key frame begins.
//!
//! When the first packet of a key frame is late or has to be repeated, those
//! behind it are already here. Without them the key frame would be lost, and
//! another would have to be asked for.

use std::collections::VecDeque;

use bytes::Bytes;

use super::{Arrival, Carried, Frame};
use crate::{negotiated::Format, rtp::RtpHeader};

/// Packets that are held at most, the newest.
const MAX_HELD: usize = 128;

/// A packet, kept.
#[derive(Debug)]
struct HeldFrame {
    index: u64,
    header: RtpHeader,
    format: Format,
    payload: Bytes,
    video_orientation: Option<u8>,
    dependency_descriptor: Option<Bytes>,
}

/// The packets since somebody waits.
#[derive(Debug, Default)]
pub(in super::super) struct Held {
    frames: VecDeque<HeldFrame>,
    /// The highest index that has come and is not held.
    forgotten: u64,
}

impl Held {
    /// Holds a packet, its payload kept by `keep`.
    pub(in super::super) fn hold(
        &mut self,
        frame: &Frame<'_>,
        mut keep: impl FnMut(&[u8]) -> Bytes,
    ) {
        if self.frames.is_empty() {
            self.forgotten = frame.arrival.before;
        }
        if self.frames.len() == MAX_HELD
            && let Some(oldest) = self.frames.pop_front()
        {
            self.forgotten = self.forgotten.max(oldest.index);
        }
        self.frames.push_back(HeldFrame {
            index: frame.arrival.index,
            header: frame.header,
            format: frame.format.clone(),
            payload: keep(frame.payload),
            video_orientation: frame.carried.video_orientation,
            dependency_descriptor: frame.carried.dependency_descriptor.map(keep),
        });
    }

    /// Whether all that came behind a packet is held, or nothing did.
    pub(in super::super) fn reaches_back_to(&self, arrival: Arrival) -> bool {
        arrival.is_newest() || (!self.frames.is_empty() && arrival.index > self.forgotten)
    }

    /// Nobody waits.
    pub(in super::super) fn clear(&mut self) {
        self.frames.clear();
    }

    /// Takes what came behind `index`, in the order in which it came.
    pub(in super::super) fn take_behind(&mut self, index: u64, mut then: impl FnMut(&Frame<'_>)) {
        let mut newest = index;
        for held in self.frames.drain(..).filter(|held| held.index > index) {
            let carried = Carried {
                video_orientation: held.video_orientation,
                dependency_descriptor: held.dependency_descriptor.as_deref(),
                ..Carried::default()
            };
            let arrival = Arrival { index: held.index, before: newest };
            newest = newest.max(held.index);
            then(&Frame::new(arrival, held.header, held.format, &held.payload, carried));
        }
    }
}
