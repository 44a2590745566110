//! Who is seen and heard where: one receiver's slots, grouped into seats.
//!
//! The nth audio and the nth video section of a client make a seat, which
//! carries one participant, or one participant's screen with its sound. A seat
//! without video is an ear: it follows those who spoke last.
//!
//! Seats are scarce for large rooms, so screens come first, then the teacher,
//! then the others as they came. Who has a seat keeps it while others come and
//! go: a picture never jumps without need.

#[cfg(test)]
mod tests;

use std::{cmp::Reverse, collections::BTreeSet};

use lectern_domain::{
    id::ParticipantId,
    room::{MediaKind, Mid, Source},
};
use lectern_protocol::{Slot, SlotView};

use crate::media::SlotAssignment;

/// Somebody whom a receiver may be shown. Candidates come in their order:
/// teacher first, then as they came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) participant: ParticipantId,
    pub(super) microphone: bool,
    pub(super) camera: bool,
    /// The screen is shared now.
    pub(super) screen: bool,
    /// Its sound is shared now.
    pub(super) screen_audio: bool,
    /// Rises with each time they were the latest to speak; 0: never.
    pub(super) spoke: u64,
}

impl Candidate {
    fn is_person(&self) -> bool {
        self.camera || self.microphone
    }
}

/// What a seat carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Feed {
    Person(ParticipantId),
    Screen(ParticipantId),
}

/// One slot of a seat.
#[derive(Debug, Clone)]
struct Section {
    mid: Mid,
    pin: Option<ParticipantId>,
    carries: Option<(ParticipantId, Source)>,
}

impl Section {
    fn new(mid: Mid) -> Self {
        Self { mid, pin: None, carries: None }
    }
}

#[derive(Debug, Default, Clone)]
struct Seat {
    audio: Option<Section>,
    video: Option<Section>,
    feed: Option<Feed>,
    epoch: u32,
}

/// What has to be said after a change: to the client and to the media plane.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) slots: Vec<Slot>,
    pub(super) assignments: Vec<SlotAssignment>,
}

/// The client named a section or participant that is not there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotThere;

/// The seats of one receiver.
#[derive(Debug, Default)]
pub(super) struct Seating(Vec<Seat>);

impl Seating {
    /// Takes the slots of an answer, in the order of the offer. Seats that
    /// were there keep what they carry.
    pub(super) fn set_slots(&mut self, slots: Vec<(Mid, MediaKind)>) {
        let old = self.0.iter().flat_map(Seat::sections).cloned().collect::<Vec<_>>();
        let section = |mid: Mid| {
            let known = old.iter().find(|section| section.mid == mid).cloned();
            known.unwrap_or_else(|| Section::new(mid))
        };
        let (mut audio, mut video) = (0, 0);
        self.0.iter_mut().for_each(|seat| (seat.audio, seat.video) = (None, None));
        for (mid, kind) in slots {
            let nth = match kind {
                MediaKind::Audio => &mut audio,
                MediaKind::Video => &mut video,
            };
            if *nth == self.0.len() {
                self.0.push(Seat::default());
            }
            let seat = &mut self.0[*nth];
            *nth += 1;
            match kind {
                MediaKind::Audio => seat.audio = Some(section(mid)),
                MediaKind::Video => seat.video = Some(section(mid)),
            }
        }
        self.0.truncate(audio.max(video));
    }

    /// Takes a client's pin of one slot, or that it gave it up.
    pub(super) fn view(&mut self, view: &SlotView, others: &[Candidate]) -> Result<(), NotThere> {
        if view.participant.is_some_and(|pin| !can_be_pinned(pin, others)) {
            return Err(NotThere);
        }
        if !self.0.iter().flat_map(Seat::sections).any(|section| section.mid == view.mid) {
            return Err(NotThere);
        }
        for seat in &mut self.0 {
            let here = seat.sections().any(|section| section.mid == view.mid);
            for section in seat.sections_mut() {
                if section.mid == view.mid {
                    section.pin = view.participant;
                } else if !here && section.pin.is_some() && section.pin == view.participant {
                    // Nobody is shown twice: the latest pin holds.
                    section.pin = None;
                }
            }
        }
        Ok(())
    }

    /// What every slot carries.
    pub(super) fn slots(&self) -> Vec<Slot> {
        self.0.iter().flat_map(Seat::slots).collect()
    }

    /// Gives the seats to the candidates, and returns what that changed.
    pub(super) fn arrange(&mut self, others: &[Candidate]) -> Changes {
        for section in self.0.iter_mut().flat_map(Seat::sections_mut) {
            section.pin = section.pin.filter(|pin| can_be_pinned(*pin, others));
        }
        self.fill(Seat::has_picture, &pictures(others), &BTreeSet::new());
        let audible = self.0.iter().filter(|seat| seat.has_picture() && seat.audio.is_some());
        let heard = audible.filter_map(|seat| seat.feed).collect();
        self.fill(Seat::is_ear, &voices(others), &heard);
        let mut changes = Changes::default();
        for seat in &mut self.0 {
            seat.settle(others, &mut changes);
        }
        changes
    }

    /// Seats the first of `feeds` in the seats that `of` selects, those that
    /// are `taken` elsewhere excepted. Pins come first, and who is seated
    /// already stays.
    fn fill(&mut self, of: fn(&Seat) -> bool, feeds: &[Feed], taken: &BTreeSet<Feed>) {
        let mut free = Vec::new();
        let mut pinned = BTreeSet::new();
        for seat in self.0.iter_mut().filter(|seat| of(seat)) {
            match seat.pinned().filter(|feed| !taken.contains(feed)) {
                Some(feed) => {
                    pinned.insert(feed);
                    seat.feed = Some(feed);
                }
                None => free.push(seat),
            }
        }
        let mut chosen: Vec<Feed> = feeds
            .iter()
            .copied()
            .filter(|feed| !pinned.contains(feed) && !taken.contains(feed))
            .take(free.len())
            .collect();
        for seat in &mut free {
            // A picture without sound is not kept: its person moves where they
            // can be heard as soon as that is possible.
            let kept = seat.feed.filter(|_| seat.audio.is_some());
            match kept.and_then(|feed| chosen.iter().position(|other| *other == feed)) {
                Some(index) => drop(chosen.remove(index)),
                None => seat.feed = None,
            }
        }
        let empty = free.into_iter().filter(|seat| seat.feed.is_none());
        for (seat, feed) in empty.zip(chosen) {
            seat.feed = Some(feed);
        }
    }
}

fn can_be_pinned(pin: ParticipantId, others: &[Candidate]) -> bool {
    others.iter().any(|other| other.participant == pin && other.is_person())
}

/// What can be seen, the most important first: screens, then people.
fn pictures(others: &[Candidate]) -> Vec<Feed> {
    let screens = others.iter().filter(|other| other.screen);
    let people = others.iter().filter(|other| other.is_person());
    screens
        .map(|other| Feed::Screen(other.participant))
        .chain(people.map(|other| Feed::Person(other.participant)))
        .collect()
}

/// What can be heard, the most important first: who spoke last, then those who
/// have not spoken, then the sound of screens.
fn voices(others: &[Candidate]) -> Vec<Feed> {
    let mut people: Vec<&Candidate> = others.iter().filter(|other| other.microphone).collect();
    people.sort_by_key(|other| Reverse(other.spoke));
    let sounds = others.iter().filter(|other| other.screen && other.screen_audio);
    people
        .into_iter()
        .map(|other| Feed::Person(other.participant))
        .chain(sounds.map(|other| Feed::Screen(other.participant)))
        .collect()
}

impl Seat {
    fn has_picture(&self) -> bool {
        self.video.is_some()
    }

    fn is_ear(&self) -> bool {
        self.video.is_none()
    }

    fn sections(&self) -> impl Iterator<Item = &Section> {
        self.audio.iter().chain(&self.video)
    }

    fn sections_mut(&mut self) -> impl Iterator<Item = &mut Section> {
        self.audio.iter_mut().chain(&mut self.video)
    }

    /// The picture's pin, or else the sound's.
    fn pinned(&self) -> Option<Feed> {
        let pin = |section: &Option<Section>| section.as_ref().and_then(|section| section.pin);
        pin(&self.video).or(pin(&self.audio)).map(Feed::Person)
    }

    fn slots(&self) -> impl Iterator<Item = Slot> {
        self.sections().map(|section| Slot {
            mid: section.mid.clone(),
            participant: section.carries.map(|(participant, _)| participant),
            source: section.carries.map(|(_, source)| source),
            epoch: self.epoch,
        })
    }

    /// Puts the feed's sources into the sections.
    fn settle(&mut self, others: &[Candidate], changes: &mut Changes) {
        let feed = self.feed;
        let carries = |kind| feed.and_then(|feed| source_of(feed, kind, others));
        let mut changed = false;
        for (section, kind) in
            [(&mut self.audio, MediaKind::Audio), (&mut self.video, MediaKind::Video)]
        {
            let Some(section) = section else { continue };
            let carries = carries(kind);
            if section.carries != carries {
                section.carries = carries;
                changed = true;
                let assignment = SlotAssignment { mid: section.mid.clone(), from: carries };
                changes.assignments.push(assignment);
            }
        }
        if changed {
            self.epoch += 1;
            changes.slots.extend(self.slots());
        }
    }
}

fn source_of(feed: Feed, kind: MediaKind, others: &[Candidate]) -> Option<(ParticipantId, Source)> {
    let (Feed::Person(participant) | Feed::Screen(participant)) = feed;
    let other = others.iter().find(|other| other.participant == participant)?;
    let (there, source) = match (feed, kind) {
        (Feed::Person(_), MediaKind::Audio) => (other.microphone, Source::Microphone),
        (Feed::Person(_), MediaKind::Video) => (other.camera, Source::Camera),
        (Feed::Screen(_), MediaKind::Audio) => (other.screen_audio, Source::ScreenAudio),
        (Feed::Screen(_), MediaKind::Video) => (other.screen, Source::Screen),
    };
    there.then_some((participant, source))
}
