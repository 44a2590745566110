//! From offers to what was agreed, over the life of one participant's
//! connection: what an answer has said once, later answers repeat.

use std::{net::SocketAddr, sync::Arc};

use lectern_domain::room::{MediaKind, Mid, Source};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::{
    answer,
    codecs::{self, Accepted, Way},
    offer::{Offer, OfferError, OfferedSection},
};
use crate::{
    negotiated::{Codec, Extensions, IncomingSection, NegotiatedMedia, OutgoingSection, Rid, Ssrc},
    transport::{Credentials, Fingerprint, IceParameters, TransportParameters},
};

/// What an answer says of the SFU itself.
#[derive(Debug, Clone, Copy)]
pub struct Local<'a> {
    /// The fingerprint of the SFU's certificate.
    pub fingerprint: &'a Fingerprint,
    /// Where the worker is reached, the preferred first.
    pub candidates: &'a [SocketAddr],
}

/// An answered offer.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub sdp: String,
    pub transport: TransportParameters,
    pub media: NegotiatedMedia,
}

/// A section of the answer.
#[derive(Debug)]
pub(super) struct AnsweredSection<'o, 't> {
    pub(super) offered: &'o OfferedSection<'t>,
    /// `None` rejects it.
    pub(super) accepted: Option<AcceptedSection<'t>>,
}

/// What is agreed on for a section; neither way makes it inactive.
#[derive(Debug)]
pub(super) struct AcceptedSection<'t> {
    pub(super) codecs: Vec<Accepted<'t>>,
    pub(super) incoming: Option<IncomingWay>,
    pub(super) outgoing: Option<OutgoingWay>,
}

#[derive(Debug)]
pub(super) struct IncomingWay {
    pub(super) source: Source,
    pub(super) extensions: Extensions,
    /// The simulcast layers; empty: one stream.
    pub(super) rids: Vec<Rid>,
}

#[derive(Debug)]
pub(super) struct OutgoingWay {
    pub(super) extensions: Extensions,
    pub(super) slot: Slot,
    pub(super) cname: String,
}

/// What a receive section is known by for as long as it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) ssrc: Ssrc,
    pub(super) rtx: Option<Ssrc>,
    /// The nth of its kind; audio and video of one seat share a stream.
    pub(super) seat: usize,
}

/// The lasting part of a section.
#[derive(Debug)]
struct Known {
    mid: Mid,
    media: String,
    slot: Option<Slot>,
}

/// One participant's negotiation.
#[derive(Debug)]
pub struct Negotiation {
    random: StdRng,
    /// The `o=` line's session id, and how many answers there have been.
    session: u64,
    version: u64,
    /// Stands in front of every cname.
    cname: String,
    known: Vec<Known>,
    ice: Option<IceParameters>,
    fingerprints: Vec<Fingerprint>,
}

/// Printable characters without meaning in SDP: ice-chars (RFC 8839).
const TOKEN: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Negotiation {
    /// A negotiation whose secrets come from `seed`, which must be random and
    /// used for nothing else.
    pub fn new(seed: [u8; 32]) -> Self {
        let mut random = StdRng::from_seed(seed);
        let session = random.random::<u64>() >> 2;
        let cname = token(&mut random, 16);
        Self {
            random,
            session,
            version: 0,
            cname,
            known: Vec::new(),
            ice: None,
            fingerprints: Vec::new(),
        }
    }

    /// Answers an offer. `sources` names send sections; without it the first
    /// audio section is the microphone and the second the screen's sound, the
    /// first video section the camera and the second the screen.
    ///
    /// A refused offer leaves the negotiation as it was.
    pub fn answer(
        &mut self,
        offer: &Offer<'_>,
        sources: &[(Mid, Source)],
        local: Local<'_>,
    ) -> Result<Answered, OfferError> {
        self.check_continuity(offer)?;
        let named = name_sources(offer, sources)?;
        self.learn(offer);
        let transport = self.transport(offer);
        let sections: Vec<AnsweredSection<'_, '_>> = offer
            .sections
            .iter()
            .zip(named)
            .enumerate()
            .map(|(index, (offered, source))| AnsweredSection {
                offered,
                accepted: self.accept(index, offered, source, offer.allow_mixed),
            })
            .collect();
        self.version += 1;
        let sdp = answer::write(&answer::Answer {
            session: self.session,
            version: self.version,
            allow_mixed: offer.allow_mixed,
            credentials: &transport.ice.local,
            local,
            sections: &sections,
        });
        let media = agreed(&sections);
        Ok(Answered { sdp, transport, media })
    }

    /// Whether the offer continues the ones before it (RFC 9429, section 5.10).
    fn check_continuity(&self, offer: &Offer<'_>) -> Result<(), OfferError> {
        let stays = self.known.len() <= offer.sections.len()
            && self.known.iter().zip(&offer.sections).all(|(known, offered)| {
                known.mid == offered.mid && known.media == offered.lines.media
            });
        if !stays {
            return Err(OfferError::Reordered);
        }
        if !self.fingerprints.is_empty() && self.fingerprints != offer.fingerprints {
            return Err(OfferError::FingerprintChanged);
        }
        Ok(())
    }

    /// Makes slots for the receive sections that are new.
    fn learn(&mut self, offer: &Offer<'_>) {
        self.fingerprints.clone_from(&offer.fingerprints);
        for offered in offer.sections.iter().skip(self.known.len()) {
            let (mid, media) = (offered.mid.clone(), offered.lines.media.to_owned());
            self.known.push(Known { mid, media, slot: None });
        }
        for (index, offered) in offer.sections.iter().enumerate() {
            if let Some(kind) = offered.usable
                && offered.lines.direction.receives
                && self.known[index].slot.is_none()
            {
                let seats = self
                    .known
                    .iter()
                    .filter(|known| known.slot.is_some() && known.media == self.known[index].media);
                let seat = seats.count();
                let ssrc = self.fresh_ssrc(offer);
                self.known[index].slot = Some(Slot { ssrc, rtx: None, seat });
                if kind == MediaKind::Video {
                    let rtx = Some(self.fresh_ssrc(offer));
                    self.known[index].slot = Some(Slot { ssrc, rtx, seat });
                }
            }
        }
    }

    /// An SSRC that neither side uses.
    fn fresh_ssrc(&mut self, offer: &Offer<'_>) -> Ssrc {
        loop {
            let ssrc = Ssrc(self.random.random());
            let slots = self.known.iter().filter_map(|known| known.slot);
            let ours = slots.flat_map(|slot| [Some(slot.ssrc), slot.rtx]);
            let theirs = offer.sections.iter().flat_map(|section| &section.lines.ssrcs);
            if ssrc.0 != 0 && !ours.flatten().chain(theirs.copied()).any(|used| used == ssrc) {
                return ssrc;
            }
        }
    }

    /// The transport's parameters: fresh credentials for a first offer and for
    /// an ICE restart, the same as before otherwise.
    fn transport(&mut self, offer: &Offer<'_>) -> TransportParameters {
        let ice = match self.ice.take() {
            Some(ice) if ice.remote_ufrag == offer.ice_ufrag => ice,
            _ => IceParameters {
                local: Credentials {
                    ufrag: token(&mut self.random, 8),
                    password: token(&mut self.random, 24),
                },
                remote_ufrag: offer.ice_ufrag.to_owned(),
            },
        };
        self.ice = Some(ice.clone());
        TransportParameters { ice, fingerprints: Arc::from(&offer.fingerprints[..]) }
    }

    fn accept<'t>(
        &self,
        index: usize,
        offered: &OfferedSection<'t>,
        source: Option<Source>,
        allow_mixed: bool,
    ) -> Option<AcceptedSection<'t>> {
        let lines = &offered.lines;
        let codecs = codecs::accept(offered.usable?, source.is_some(), lines);
        if codecs.is_empty() {
            return None;
        }
        let incoming = source.map(|source| IncomingWay {
            source,
            extensions: codecs::extensions(lines, allow_mixed, Way::Incoming),
            rids: layers(offered),
        });
        let outgoing = self.known[index].slot.filter(|_| lines.direction.receives).map(|slot| {
            let extensions = codecs::extensions(lines, allow_mixed, Way::Outgoing);
            // Without an RTX format there is nothing to send its stream in.
            let repaired = codecs.iter().any(|accepted| accepted.codec.rtx.is_some());
            let slot = Slot { rtx: slot.rtx.filter(|_| repaired), ..slot };
            OutgoingWay { extensions, slot, cname: format!("{}-{}", self.cname, slot.seat) }
        });
        Some(AcceptedSection { codecs, incoming, outgoing })
    }
}

/// Says which source each section carries, if any.
fn name_sources(
    offer: &Offer<'_>,
    sources: &[(Mid, Source)],
) -> Result<Vec<Option<Source>>, OfferError> {
    let sends =
        |section: &OfferedSection<'_>| section.usable.filter(|_| section.lines.direction.sends);
    let mut named = vec![None; offer.sections.len()];
    if sources.is_empty() {
        let defaults = [Source::Microphone, Source::Camera, Source::ScreenAudio, Source::Screen];
        let mut left = defaults.to_vec();
        for (index, section) in offer.sections.iter().enumerate() {
            if let Some(kind) = sends(section)
                && let Some(next) = left.iter().position(|source| source.kind() == kind)
            {
                named[index] = Some(left.remove(next));
            }
        }
        return Ok(named);
    }
    for (at, (mid, source)) in sources.iter().enumerate() {
        let index = offer.sections.iter().position(|section| section.mid == *mid);
        let index = index.ok_or_else(|| OfferError::UnknownSource(mid.clone()))?;
        let kind = sends(&offer.sections[index]);
        let kind = kind.ok_or_else(|| OfferError::UnknownSource(mid.clone()))?;
        let twice = sources[..at].iter().any(|(of, name)| of == mid || name == source);
        if twice || source.kind() != kind {
            return Err(OfferError::BadSource);
        }
        named[index] = Some(*source);
    }
    Ok(named)
}

/// The simulcast layers of a section, in the order of its `simulcast` line,
/// of alternatives the first. A list that names a rid which has no line of its
/// own, or names one twice, is no simulcast.
fn layers(offered: &OfferedSection<'_>) -> Vec<Rid> {
    let list = offered.lines.simulcast.unwrap_or_default();
    let mut rids = Vec::new();
    for stream in list.split(';') {
        let name = stream.split(',').next().unwrap_or_default();
        let name = name.strip_prefix('~').unwrap_or(name);
        let rid = offered.lines.rids.iter().find(|rid| rid.0 == name);
        match rid.filter(|rid| !rids.contains(*rid)) {
            Some(rid) => rids.push(rid.clone()),
            None => return Vec::new(),
        }
    }
    rids
}

fn agreed(sections: &[AnsweredSection<'_, '_>]) -> NegotiatedMedia {
    let mut media = NegotiatedMedia::default();
    for AnsweredSection { offered, accepted } in sections {
        let (Some(accepted), Some(kind)) = (accepted, offered.usable) else {
            continue;
        };
        let codecs = || accepted.codecs.iter().map(|accepted| accepted.codec.clone());
        if let Some(incoming) = &accepted.incoming {
            media.incoming.push(IncomingSection {
                mid: offered.mid.clone(),
                source: incoming.source,
                codecs: codecs().collect(),
                extensions: incoming.extensions,
                rids: incoming.rids.clone(),
                ssrcs: declared_streams(offered),
            });
        }
        if let Some(outgoing) = &accepted.outgoing {
            media.outgoing.push(OutgoingSection {
                mid: offered.mid.clone(),
                kind,
                codecs: codecs().map(|codec| Codec { transport_cc: false, ..codec }).collect(),
                extensions: outgoing.extensions,
                ssrc: outgoing.slot.ssrc,
                rtx: outgoing.slot.rtx,
                cname: outgoing.cname.clone(),
            });
        }
    }
    media
}

/// The streams that a section declares, each with its retransmissions.
fn declared_streams(offered: &OfferedSection<'_>) -> Vec<(Ssrc, Option<Ssrc>)> {
    let pairs = &offered.lines.retransmissions;
    let repairs = |ssrc: &Ssrc| pairs.iter().any(|(_, rtx)| rtx == ssrc);
    let streams = offered.lines.ssrcs.iter().filter(|ssrc| !repairs(ssrc));
    streams
        .map(|ssrc| {
            let pair = pairs.iter().find(|(stream, _)| stream == ssrc);
            (*ssrc, pair.map(|(_, rtx)| *rtx))
        })
        .collect()
}

fn token(random: &mut StdRng, length: usize) -> String {
    (0..length).map(|_| char::from(TOKEN[random.random_range(0..TOKEN.len())])).collect()
}
