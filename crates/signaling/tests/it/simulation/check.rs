//! What must hold after every step.

use std::collections::{BTreeMap, BTreeSet};

use lectern_domain::{
    id::{ParticipantId, SessionId},
    room::{MediaKind, Role, Source},
};
use lectern_protocol::RosterEntry;

use super::{client::View, media::Media};

type Roster = BTreeMap<ParticipantId, RosterEntry>;

/// What the clients of one room believe, and what the media plane does.
pub(crate) fn room<'a>(room: SessionId, views: impl Iterator<Item = &'a View>, media: &Media) {
    let mut common: Option<&View> = None;
    for view in views {
        let common = common.get_or_insert(view);
        assert_eq!(common.roster, view.roster, "all know the same people");
        assert_eq!(common.chat, view.chat, "all read the same");
        roster(room, &view.roster, media);
        slots(room, view, media);
        seats(room, view, media);
    }
}

/// Who is there has a transport, and only they; and nobody is there twice.
fn roster(room: SessionId, roster: &Roster, media: &Media) {
    let there: BTreeSet<_> = roster.keys().copied().collect();
    let transports: BTreeSet<_> =
        media.transports.keys().filter(|(id, _)| *id == room).map(|(_, id)| *id).collect();
    assert_eq!(there, transports, "a presence is a transport");
    let users: BTreeSet<_> = roster.values().map(|entry| &entry.user).collect();
    assert_eq!(users.len(), roster.len(), "a user is there once");
    for entry in roster.values() {
        let transport = &media.transports[&(room, entry.participant)];
        for source in &transport.sources {
            let state = entry.sources.iter().find(|state| state.source == *source);
            let silent = state.is_none_or(|state| state.muted);
            assert_eq!(transport.muted.contains(source), silent, "{source:?} of {entry:?}");
        }
    }
}

/// A client was told what the media plane was told.
fn slots(room: SessionId, view: &View, media: &Media) {
    let told: BTreeMap<_, _> = view
        .slots
        .values()
        .map(|slot| (slot.mid.clone(), slot.participant.zip(slot.source)))
        .collect();
    assert_eq!(told, media.transports[&(room, view.participant)].slots);
}

/// What a seat shows, seen from a client's slots.
type Feed = (ParticipantId, bool);

fn seats(room: SessionId, view: &View, media: &Media) {
    let order = &media.transports[&(room, view.participant)].order;
    let of = |kind| order.iter().filter(move |(_, other)| *other == kind).map(|(mid, _)| mid);
    let audio: Vec<_> = of(MediaKind::Audio).map(|mid| &view.slots[mid]).collect();
    let video: Vec<_> = of(MediaKind::Video).map(|mid| &view.slots[mid]).collect();

    let carried: Vec<_> =
        view.slots.values().filter_map(|slot| slot.participant.zip(slot.source)).collect();
    let distinct: BTreeSet<_> = carried.iter().collect();
    assert_eq!(distinct.len(), carried.len(), "nothing is carried twice: {carried:?}");
    for (sound, picture) in audio.iter().zip(&video) {
        assert_eq!(sound.epoch, picture.epoch, "a seat has one epoch");
        let feeds = [sound, picture].map(|slot| feed(slot.participant.zip(slot.source)));
        if let [Some(heard), Some(seen)] = feeds {
            assert_eq!(heard, seen, "a seat carries one participant");
        }
    }

    let others: Vec<_> =
        view.roster.values().filter(|entry| entry.participant != view.participant).collect();
    for (from, source) in &carried {
        let entry = &view.roster[from];
        assert_ne!(entry.role, Role::Observer, "an observer is not shown");
        let state = entry.sources.iter().find(|state| state.source == *source);
        let state = state.expect("what is carried was negotiated");
        let screen = matches!(source, Source::Screen | Source::ScreenAudio);
        assert!(!(screen && state.muted), "a screen is carried while it is shared");
    }
    everybody_is_seated(&others, &video, &audio);
}

/// No seat stays empty while somebody has none.
fn everybody_is_seated(
    others: &[&RosterEntry],
    video: &[&lectern_protocol::Slot],
    audio: &[&lectern_protocol::Slot],
) {
    let has = |entry: &RosterEntry, source| {
        let mut states = entry.sources.iter();
        states.any(|state| state.source == source && (source != Source::Screen || !state.muted))
    };
    let screens = others.iter().filter(|entry| has(entry, Source::Screen)).count();
    let people = others
        .iter()
        .filter(|entry| has(entry, Source::Camera) || has(entry, Source::Microphone))
        .count();
    let taken = (0..video.len())
        .filter(|nth| {
            let slots = [Some(&video[*nth]), audio.get(*nth)];
            slots.into_iter().flatten().any(|slot| slot.participant.is_some())
        })
        .count();
    // A person without a camera takes a seat whose sound alone is in use, and
    // one without a section for it takes the seat all the same.
    let silent = others
        .iter()
        .filter(|entry| has(entry, Source::Camera) != has(entry, Source::Microphone))
        .count();
    let wanted = (screens + people).min(video.len());
    assert!(taken <= wanted, "{taken} seats are taken by {wanted}");
    assert!(taken + silent >= wanted, "{taken} of {wanted} are seated");
}

fn feed(carried: Option<(ParticipantId, Source)>) -> Option<Feed> {
    let (participant, source) = carried?;
    Some((participant, matches!(source, Source::Screen | Source::ScreenAudio)))
}
