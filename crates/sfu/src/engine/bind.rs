//! Which stream an unknown SSRC is (RFC 9143, section 9.2; RFC 8852).

use std::time::{Duration, Instant};

use super::{
    Engine, PeerKey, SourceKey, StreamKey,
    ingress::{Carried, Repair, Stream},
    peer::{Binding, Peer},
    receive::LAYER_INTERVAL,
    timer::Timer,
};
use crate::{negotiated::IncomingSection, rtp::RtpHeader};

/// A layer's stream gives way to another SSRC when it has been quiet this long.
const REBIND_AFTER: Duration = Duration::from_millis(200);

/// Where a packet belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Belonging {
    source: SourceKey,
    layer: usize,
    repair: bool,
}

impl Engine {
    /// Binds an SSRC that is new. `None`: it belongs nowhere, or there are too
    /// many.
    pub(super) fn bind(
        &mut self,
        now: Instant,
        key: PeerKey,
        header: &RtpHeader,
        carried: &Carried<'_>,
    ) -> Option<Binding> {
        let peer = self.peers.get(key.index())?;
        if peer.bindings.len() >= self.limits.streams {
            return None;
        }
        let Belonging { source, layer, repair } = self.belonging(peer, header, carried)?;
        let present = *self.sources[source.index()].layers.get(layer)?;
        let stream = if repair {
            let stream = present?;
            let repairs = Repair { ssrc: header.ssrc, reception: Default::default() };
            let before = self.streams[stream.index()].repair.replace(repairs);
            let bindings = &mut self.peers[key.index()].bindings;
            bindings.retain(|binding| before.as_ref().is_none_or(|b| b.ssrc != binding.ssrc));
            stream
        } else {
            if let Some(present) = present {
                let quiet = self.streams[present.index()].last_arrival() + REBIND_AFTER;
                if now < quiet {
                    return None;
                }
                self.remove_stream(present);
            }
            self.add_stream(now, key, source, layer, header.ssrc)
        };
        let binding = Binding { ssrc: header.ssrc, stream, repair };
        self.peers[key.index()].bindings.push(binding);
        if !repair {
            // The packet that is at hand may be the key frame to begin with.
            self.sources[source.index()].last_arrival = Some(now);
            self.retarget_all(now, source);
        }
        Some(binding)
    }

    fn add_stream(
        &mut self,
        now: Instant,
        peer: PeerKey,
        source: SourceKey,
        layer: usize,
        ssrc: u32,
    ) -> StreamKey {
        let stream = Stream::new(now, peer, source, layer, ssrc);
        let key = StreamKey(self.streams.insert(stream) as u32);
        let layers = &mut self.sources[source.index()].layers;
        layers[layer] = Some(key);
        if layers.len() > 1 {
            self.timers.set_earlier(peer, Timer::Layers, now + LAYER_INTERVAL);
        }
        key
    }

    fn belonging(
        &self,
        peer: &Peer,
        header: &RtpHeader,
        carried: &Carried<'_>,
    ) -> Option<Belonging> {
        let sections = || peer.sources.iter().map(|key| (*key, &self.sources[key.index()].section));
        let rid = carried.repaired_rid.or(carried.rid);
        let declared = |section: &IncomingSection| declared(section, header.ssrc);
        let (source, section) = if let Some(mid) = carried.mid {
            sections().find(|(_, section)| section.mid.as_str().as_bytes() == mid)?
        } else if let Some(known) = sections().find(|(_, section)| declared(section).is_some()) {
            known
        } else if let Some(rid) = rid {
            only(sections().filter(|(_, section)| layer_of(section, rid).is_some()))?
        } else {
            only(sections().filter(|(_, section)| {
                section.rids.is_empty() && carries(section, header.payload_type).is_some()
            }))?
        };
        let repair = carries(section, header.payload_type)?;
        let layer = if section.rids.is_empty() {
            0
        } else if let Some(rid) = rid {
            layer_of(section, rid)?
        } else if section.ssrcs.len() == section.rids.len() {
            declared(section)?
        } else {
            return None;
        };
        Some(Belonging { source, layer, repair })
    }
}

/// The one item, if there is exactly one.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

/// The place of a layer in the offer.
fn layer_of(section: &IncomingSection, rid: &[u8]) -> Option<usize> {
    section.rids.iter().position(|known| known.0.as_bytes() == rid)
}

/// The place of the stream that an SSRC was declared for.
fn declared(section: &IncomingSection, ssrc: u32) -> Option<usize> {
    section.ssrcs.iter().position(|(media, repair)| {
        media.0 == ssrc || repair.is_some_and(|repair| repair.0 == ssrc)
    })
}

/// Whether a payload type is one of the section's, and then whether it is of
/// retransmissions.
fn carries(section: &IncomingSection, payload_type: u8) -> Option<bool> {
    section.codecs.iter().find_map(|codec| {
        if codec.payload_type.0 == payload_type {
            Some(false)
        } else {
            codec.rtx.is_some_and(|rtx| rtx.0 == payload_type).then_some(true)
        }
    })
}
