//! What the media plane, the booking and the clocks do to a room.

use std::time::Instant;

use chrono::{DateTime, Utc};
use lectern_domain::{id::ParticipantId, room::Role};
use lectern_protocol::{CloseReason, ServerMessage};

use super::{Room, rfc3339};
use crate::{
    hub::{
        lesson::{Lesson, LessonChange, Now, People, Progress, takes_part},
        outbox::{Departure, Outbox, Record},
        participant::{Link, Transport},
    },
    limits,
    media::MediaEvent,
};

/// How far the lesson has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Scheduled,
    /// A lesson is over at its end. Who meets again in the grace after it
    /// makes use of the grace.
    InProgress {
        in_grace: bool,
    },
    Completed,
}

impl Stage {
    pub(super) fn new(now: Now, lesson: &Lesson) -> Self {
        match lesson.progress {
            Progress::Scheduled => Self::Scheduled,
            Progress::InProgress => Self::InProgress { in_grace: lesson.ends_at <= now.wall },
            Progress::Completed => Self::Completed,
        }
    }
}

impl Room {
    /// Something happened in the media plane.
    pub(in crate::hub) fn media(&mut self, now: Now, event: MediaEvent, out: &mut Outbox) {
        match event {
            MediaEvent::Connected { participant, .. } => self.connected(now, participant, out),
            MediaEvent::Disconnected { participant, .. } => {
                if let Some(participant) = self.present.get_mut(&participant)
                    && participant.is_up()
                {
                    participant.transport = Transport::Down { since: now.instant };
                }
            }
            MediaEvent::Speaking { participants, .. } => self.speak(participants, out),
            // Presence counts from the transport on, whatever flows; the
            // counts go to the record without the room.
            MediaEvent::Flowing { .. } | MediaEvent::Left { .. } => {}
        }
    }

    fn connected(&mut self, now: Now, id: ParticipantId, out: &mut Outbox) {
        let Some(participant) = self.present.get_mut(&id) else { return };
        participant.transport = Transport::Up;
        if participant.connected {
            return;
        }
        participant.connected = true;
        out.record(Record::Connected { room: self.id, participant: id, at: now.wall });
        let there = |role| self.present.values().any(|other| other.role == role && other.is_up());
        let met = there(Role::Teacher) && there(Role::Student);
        if met && !matches!(self.stage, Stage::InProgress { .. }) {
            self.stage = Stage::InProgress { in_grace: self.ends_at <= now.wall };
            out.record(Record::Started { room: self.id, at: now.wall });
        }
    }

    fn speak(&mut self, speakers: Vec<ParticipantId>, out: &mut Outbox) {
        let speakers: Vec<_> =
            speakers.into_iter().filter(|speaker| self.present.contains_key(speaker)).collect();
        if speakers == self.speaking {
            return;
        }
        // The loudest counts as the latest.
        for speaker in speakers.iter().rev() {
            self.spoke += 1;
            if let Some(participant) = self.present.get_mut(speaker) {
                participant.spoke = self.spoke;
            }
        }
        self.speaking.clone_from(&speakers);
        self.broadcast(None, ServerMessage::Speaking { participants: speakers }, out);
        self.arrange(out);
    }

    /// The lesson was changed where it is booked.
    pub(in crate::hub) fn change(&mut self, now: Now, change: LessonChange, out: &mut Outbox) {
        if change.cancelled {
            return self.close(now, CloseReason::Cancelled, out);
        }
        match change.fence {
            Some(fence) => self.renew(fence),
            None => return self.close(now, CloseReason::Shutdown, out),
        }
        (self.ends_at, self.closes_at) = (change.ends_at, change.closes_at);
        if let Some(people) = change.people {
            self.take_people(now, people, out);
        }
    }

    /// Puts those out who are no longer in the lesson.
    pub(in crate::hub) fn take_people(&mut self, now: Now, people: People, out: &mut Outbox) {
        if people.is_older_than(&self.people) {
            return;
        }
        self.people = people;
        let entering = self.entering.iter().map(|(id, entering)| {
            let grant = &entering.grant;
            (*id, self.people.include(&grant.sub, grant.role))
        });
        let strangers: Vec<_> = entering.filter(|(_, included)| !included).collect();
        for (id, _) in strangers {
            self.turn_away(now, id, CloseReason::Removed, out);
        }
        let present = self.present.values();
        let strangers = present.filter(|other| !self.people.include(&other.user, other.role));
        for id in strangers.map(|stranger| stranger.id).collect::<Vec<_>>() {
            self.depart(now, id, Departure::Closed(CloseReason::Removed), out);
        }
    }

    /// Does what is due.
    pub(in crate::hub) fn timeout(&mut self, now: Now, out: &mut Outbox) {
        if now.wall >= self.closes_at {
            return self.close(now, CloseReason::Ended, out);
        }
        if self.completes_at().is_some_and(|at| at <= now.wall) {
            self.complete(now, out);
        }
        if self.warnings.take(now, self.ends_at) {
            let closes_at = rfc3339(self.closes_at);
            self.broadcast(None, ServerMessage::Ending { closes_at }, out);
        }
        for (id, departure) in self.overdue(now.instant) {
            self.depart(now, id, departure, out);
        }
        self.over = self.is_empty() && self.empty_since + limits::EMPTY_ROOM_LINGER <= now.instant;
    }

    /// Who did not come back in time.
    fn overdue(&self, now: Instant) -> Vec<(ParticipantId, Departure)> {
        let lost = Departure::Closed(CloseReason::MediaLost);
        self.patience()
            .filter(|(at, ..)| *at <= now)
            .map(|(_, id, of_link)| (id, if of_link { Departure::Dropped } else { lost }))
            .collect()
    }

    /// Until when somebody's link or transport is waited for.
    fn patience(&self) -> impl Iterator<Item = (Instant, ParticipantId, bool)> {
        self.present.values().flat_map(|participant| {
            let link = match participant.link {
                Link::Online(_) => None,
                Link::Dropped { since } => {
                    Some((since + limits::RESUME_WINDOW, participant.id, true))
                }
            };
            let transport = match participant.transport {
                Transport::Up => None,
                Transport::Down { since } => {
                    Some((since + limits::MEDIA_PATIENCE, participant.id, false))
                }
            };
            link.into_iter().chain(transport)
        })
    }

    /// When the room wants to be looked at next.
    pub(in crate::hub) fn deadline(&self, now: Now) -> Option<Instant> {
        let warning = self.warnings.next(self.ends_at);
        let on_the_wall = [Some(self.closes_at), self.completes_at(), warning];
        let on_the_wall = on_the_wall.into_iter().flatten().map(|at| now.instant_of(at));
        let empty = self.is_empty().then(|| self.empty_since + limits::EMPTY_ROOM_LINGER);
        let people = self.patience().map(|(at, ..)| at);
        on_the_wall.chain(empty).chain(people).min()
    }

    /// When the lesson is over by the clock.
    fn completes_at(&self) -> Option<DateTime<Utc>> {
        match self.stage {
            Stage::InProgress { in_grace: false } => Some(self.ends_at),
            Stage::InProgress { in_grace: true } => Some(self.closes_at),
            Stage::Scheduled | Stage::Completed => None,
        }
    }

    /// The lesson is over, if it took place.
    pub(super) fn complete(&mut self, now: Now, out: &mut Outbox) {
        if matches!(self.stage, Stage::InProgress { .. }) {
            self.stage = Stage::Completed;
            out.record(Record::Completed { room: self.id, at: now.wall });
        }
    }

    /// A lesson that took place is over before its end when all have left on
    /// purpose.
    pub(super) fn complete_if_all_left(&mut self, now: Now, out: &mut Outbox) {
        let here = self.present.values().any(|participant| takes_part(participant.role))
            || self.entering.values().any(|entering| takes_part(entering.grant.role));
        let left = Departure::Closed(CloseReason::Left);
        let on_purpose = self.departures.values().all(|departure| *departure == left);
        if !here && on_purpose {
            self.complete(now, out);
        }
    }
}
