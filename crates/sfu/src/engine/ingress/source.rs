//! A source that a participant sends, in one or several layers.

use std::time::{Duration, Instant};

use lectern_domain::room::Source;
use slab::Slab;

use super::{Loudness, Stream};
use crate::{
    engine::{PeerKey, SlotKey, StreamKey, View},
    negotiated::IncomingSection,
};

/// A layer has stopped when others of its source have gone on for this long.
pub(in super::super) const LAYER_TIMEOUT: Duration = Duration::from_secs(1);

/// A section in which a participant sends, and who gets it: a row of the
/// forward table.
#[derive(Debug)]
pub(in super::super) struct SourceState {
    pub(in super::super) peer: PeerKey,
    pub(in super::super) section: IncomingSection,
    /// The stream of each simulcast layer, in the offer's order; of the one
    /// stream where there are no layers.
    pub(in super::super) layers: Vec<Option<StreamKey>>,
    /// The slots that carry it.
    pub(in super::super) slots: Vec<SlotKey>,
    pub(in super::super) muted: bool,
    /// Whether anything has arrived yet.
    pub(in super::super) flowing: bool,
    /// When the last packet of any layer arrived.
    pub(in super::super) last_arrival: Option<Instant>,
    pub(in super::super) loudness: Loudness,
}

impl SourceState {
    pub(in super::super) fn new(peer: PeerKey, section: IncomingSection) -> Self {
        Self {
            peer,
            layers: vec![None; section.rids.len().max(1)],
            section,
            slots: Vec::new(),
            muted: false,
            flowing: false,
            last_arrival: None,
            loudness: Loudness::default(),
        }
    }

    pub(in super::super) const fn source(&self) -> Source {
        self.section.source
    }

    /// The layer that fits a view: the lowest that is at least as high as it is
    /// shown, else the highest there is.
    pub(in super::super) fn choose(&self, streams: &Slab<Stream>, view: View) -> Option<StreamKey> {
        if self.muted || view.paused {
            return None;
        }
        let alive = || {
            self.layers.iter().flatten().filter(|key| {
                let arrival = streams[key.index()].last_arrival();
                self.last_arrival.is_none_or(|last| last < arrival + LAYER_TIMEOUT)
            })
        };
        let height = |key: &StreamKey| streams[key.index()].height();
        // Where a height is not known, the offer's order is from low to high.
        let by_height = alive().all(|key| height(key).is_some());
        let rank = |key: &StreamKey| {
            let layer = streams[key.index()].layer();
            (height(key).filter(|_| by_height), layer)
        };
        let enough = |key: &&StreamKey| {
            view.height.is_some_and(|shown| height(key).is_some_and(|height| height >= shown))
        };
        alive()
            .filter(enough)
            .min_by_key(|key| rank(key))
            .or_else(|| alive().max_by_key(|key| rank(key)))
            .copied()
    }
}
