//! One room: who enters, who is there, who goes.

mod messages;
mod progress;

use std::{collections::BTreeMap, mem, sync::Arc, time::Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use lectern_domain::{
    id::{ParticipantId, SessionId, UserId},
    room::{Role, RoomGrant, Source},
};
use lectern_protocol::{CloseReason, ErrorCode, ServerMessage};

use super::{
    lesson::{Chat, Lesson, Now, People, Warnings, takes_part},
    outbox::{ConnectionId, Departure, Outbox, Question, QuestionKind, Record},
    participant::{Entering, Entrance, Link, Participant},
    seats::{Candidate, Changes},
};
use crate::media::{MediaAnswer, MediaCommand, MediaError, SlotAssignment};
pub(crate) use messages::named_sources;
use progress::Stage;

/// What somebody is told who is out of the lesson.
pub(crate) const NOT_IN_LESSON: &str = "the token is for somebody who is no longer in the lesson";

/// The room of one lesson.
#[derive(Debug)]
pub(super) struct Room {
    id: SessionId,
    fence: i64,
    ends_at: DateTime<Utc>,
    closes_at: DateTime<Utc>,
    stage: Stage,
    warnings: Warnings,
    chat: Chat,
    people: People,
    entering: BTreeMap<ParticipantId, Entering>,
    present: BTreeMap<ParticipantId, Participant>,
    /// The order of the next who comes.
    next_order: u64,
    /// Who speaks, the loudest first.
    speaking: Vec<ParticipantId>,
    /// How often somebody was the latest to speak.
    spoke: u64,
    /// How those went who take part in the lesson and are not here.
    departures: BTreeMap<UserId, Departure>,
    /// Since when nobody is here.
    empty_since: Instant,
    over: bool,
    /// Who is no longer here, for the hub to forget.
    gone: Vec<(ParticipantId, Option<ConnectionId>)>,
    /// When the hub looks at the room next; the hub's own note.
    pub(super) timer: Option<Instant>,
}

impl Room {
    pub(super) fn new(now: Now, lesson: Lesson) -> Self {
        Self {
            id: lesson.room,
            fence: lesson.fence,
            ends_at: lesson.ends_at,
            closes_at: lesson.closes_at,
            stage: Stage::new(now, &lesson),
            warnings: Warnings::new(now),
            chat: Chat::new(lesson.chat),
            people: lesson.people,
            entering: BTreeMap::new(),
            present: BTreeMap::new(),
            next_order: 0,
            speaking: Vec::new(),
            spoke: 0,
            departures: BTreeMap::new(),
            empty_since: now.instant,
            over: false,
            gone: Vec::new(),
            timer: None,
        }
    }

    /// Whether a grant is of this lease, and for somebody of the lesson.
    pub(super) fn admits(&self, grant: &RoomGrant) -> bool {
        self.fence >= grant.fence && self.people.include(&grant.sub, grant.role)
    }

    /// The node took the lease again, under a higher fence.
    pub(super) fn renew(&mut self, fence: i64) {
        self.fence = self.fence.max(fence);
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    pub(super) fn take_gone(&mut self) -> Vec<(ParticipantId, Option<ConnectionId>)> {
        mem::take(&mut self.gone)
    }

    /// Asks the media plane to answer somebody's offer. Returns whether they
    /// are entering.
    pub(super) fn enter(
        &mut self,
        now: Now,
        entrance: Entrance,
        limit: usize,
        out: &mut Outbox,
    ) -> bool {
        let Entrance { connection, participant, secret, grant, offer, sources } = entrance;
        let refusal = if grant.fence != self.fence {
            Some((ErrorCode::TokenRevoked, "the token is for a lease that is gone"))
        } else if !self.people.include(&grant.sub, grant.role) {
            Some((ErrorCode::TokenRevoked, NOT_IN_LESSON))
        } else if now.wall >= self.closes_at {
            Some((ErrorCode::LessonOver, "the lesson is over"))
        } else if self.others_than(&grant.sub) >= limit {
            Some((ErrorCode::Full, "the room is full"))
        } else {
            None
        };
        if let Some((code, text)) = refusal {
            out.reject(connection, code, text);
            return false;
        }
        // Who tries again has given up on the first try.
        let same = |entering: &Entering| entering.grant.sub == grant.sub;
        let older = self.entering.iter().find(|(_, entering)| same(entering)).map(|(id, _)| *id);
        if let Some(older) = older {
            self.turn_away(now, older, CloseReason::Replaced, out);
        }
        self.entering.insert(participant, Entering { connection, grant, secret });
        let room = self.id;
        out.ask(Question { room, participant, kind: QuestionKind::Join, offer, sources });
        true
    }

    /// How many of the room's places are taken by others than a user.
    fn others_than(&self, user: &UserId) -> usize {
        let entering = self.entering.values().filter(|entering| entering.grant.sub != *user);
        let present = self.present.values().filter(|participant| participant.user != *user);
        entering.count() + present.count()
    }

    /// The media plane's word on an offer.
    pub(super) fn answer(
        &mut self,
        now: Now,
        question: &Question,
        answer: Result<MediaAnswer, MediaError>,
        out: &mut Outbox,
    ) {
        let id = question.participant;
        if question.kind == QuestionKind::Further {
            return self.further_answer(id, answer, out);
        }
        let Some(entering) = self.entering.remove(&id) else {
            return give_back(question, out);
        };
        match answer {
            Ok(answer) => self.admit(now, id, entering, answer, out),
            Err(error) => {
                let connection = entering.connection;
                out.reject(connection, code_of(&error), &error.to_string());
                give_back(question, out);
                self.gone.push((id, Some(connection)));
                self.note_emptiness(now);
            }
        }
    }

    fn admit(
        &mut self,
        now: Now,
        id: ParticipantId,
        entering: Entering,
        answer: MediaAnswer,
        out: &mut Outbox,
    ) {
        let user = entering.grant.sub.clone();
        let same = |participant: &&Participant| participant.user == user;
        let older: Vec<_> = self.present.values().filter(same).map(|older| older.id).collect();
        for older in older {
            self.depart(now, older, Departure::Closed(CloseReason::Replaced), out);
        }
        self.departures.remove(&user);

        let order = self.next_order;
        self.next_order += 1;
        let mut newcomer = Participant::new(id, entering, &answer.sources, order, now.instant);
        newcomer.seating.set_slots(answer.slots);
        let changes = newcomer.seating.arrange(&self.candidates(id));
        self.present.insert(id, newcomer);
        self.silence(id, &answer.sources, out);
        self.assign(id, changes.assignments, out);

        let roster = self.in_order().map(Participant::roster_entry).collect();
        let newcomer = &self.present[&id];
        let joined = ServerMessage::Joined {
            participant: id,
            answer: answer.sdp,
            roster,
            slots: newcomer.seating.slots(),
            resume: newcomer.resume_token(),
            chat: self.chat.to_vec(),
            ends_at: rfc3339(self.ends_at),
        };
        let (role, entry) = (newcomer.role, newcomer.roster_entry());
        out.record(Record::Joined { room: self.id, participant: id, user, role, at: now.wall });
        self.tell(id, joined, out);
        let news = ServerMessage::Participant { participant: entry, present: true };
        self.broadcast(Some(id), news, out);
        self.arrange(out);
    }

    /// Tells the media plane which of the sources begin silent: screens, and
    /// whatever an observer offers.
    fn silence(&self, id: ParticipantId, sources: &[Source], out: &mut Outbox) {
        let states = &self.present[&id].sources;
        for source in sources {
            if !states.iter().any(|state| state.source == *source && !state.muted) {
                let (room, source) = (self.id, *source);
                out.media(MediaCommand::Mute { room, participant: id, source, muted: true });
            }
        }
    }

    /// Takes a dropped client back, and returns the link it had.
    pub(super) fn resume(
        &mut self,
        id: ParticipantId,
        secret: u128,
        connection: ConnectionId,
        seq: u64,
        out: &mut Outbox,
    ) -> Option<Link> {
        let participant = self.present.get_mut(&id)?;
        if participant.secret != secret || !participant.can_replay(seq) {
            return None;
        }
        let link = mem::replace(&mut participant.link, Link::Online(connection));
        if let Link::Online(old) = link {
            out.close(old, CloseReason::Replaced.close_status());
        }
        out.send(connection, None, Arc::new(ServerMessage::Resumed {}));
        participant.replay(connection, seq, out);
        Some(link)
    }

    /// A client's connection is gone. Who was in the room may resume.
    pub(super) fn drop_link(&mut self, now: Now, id: ParticipantId, out: &mut Outbox) {
        if let Some(participant) = self.present.get_mut(&id) {
            participant.link = Link::Dropped { since: now.instant };
        } else if self.entering.remove(&id).is_some() {
            out.media(MediaCommand::Leave { room: self.id, participant: id });
            self.gone.push((id, None));
            self.note_emptiness(now);
        }
    }

    /// Ends somebody's entering.
    fn turn_away(&mut self, now: Now, id: ParticipantId, reason: CloseReason, out: &mut Outbox) {
        let Some(Entering { connection, .. }) = self.entering.remove(&id) else { return };
        out.send(connection, None, Arc::new(ServerMessage::Closed { reason }));
        out.close(connection, reason.close_status());
        out.media(MediaCommand::Leave { room: self.id, participant: id });
        self.gone.push((id, Some(connection)));
        self.note_emptiness(now);
    }

    /// Ends a presence, and tells the others.
    fn depart(&mut self, now: Now, id: ParticipantId, departure: Departure, out: &mut Outbox) {
        let Some(participant) = self.dismiss(now, id, departure, out) else { return };
        out.media(MediaCommand::Leave { room: self.id, participant: id });
        let entry = participant.roster_entry();
        let news = ServerMessage::Participant { participant: entry, present: false };
        self.broadcast(None, news, out);
        self.speaking.retain(|speaker| *speaker != id);
        self.arrange(out);
        self.note_emptiness(now);
        self.complete_if_all_left(now, out);
    }

    /// Takes somebody out of the room and says so to them alone.
    fn dismiss(
        &mut self,
        now: Now,
        id: ParticipantId,
        departure: Departure,
        out: &mut Outbox,
    ) -> Option<Participant> {
        let mut participant = self.present.remove(&id)?;
        let connection = participant.connection();
        if let (Departure::Closed(reason), Some(connection)) = (departure, connection) {
            participant.tell(Arc::new(ServerMessage::Closed { reason }), out);
            out.close(connection, reason.close_status());
        }
        // Who comes again has not gone, and who is out is not waited for.
        let for_nothing =
            matches!(departure, Departure::Closed(CloseReason::Replaced | CloseReason::Removed));
        if takes_part(participant.role) && !for_nothing {
            self.departures.insert(participant.user.clone(), departure);
        }
        let room = self.id;
        out.record(Record::Left { room, participant: id, at: now.wall, departure });
        self.gone.push((id, connection));
        Some(participant)
    }

    /// Closes the room for good.
    pub(super) fn close(&mut self, now: Now, reason: CloseReason, out: &mut Outbox) {
        let (code, text) = match reason {
            CloseReason::Cancelled => (ErrorCode::SessionCancelled, "the lesson was cancelled"),
            CloseReason::Ended => (ErrorCode::LessonOver, "the lesson is over"),
            _ => (ErrorCode::Unavailable, "the room was closed: join again"),
        };
        for (id, entering) in mem::take(&mut self.entering) {
            out.reject(entering.connection, code, text);
            self.gone.push((id, Some(entering.connection)));
        }
        for id in self.present.keys().copied().collect::<Vec<_>>() {
            self.dismiss(now, id, Departure::Closed(reason), out);
        }
        out.media(MediaCommand::Close { room: self.id });
        if reason == CloseReason::Ended {
            self.complete(now, out);
        }
        self.over = true;
    }

    fn note_emptiness(&mut self, now: Now) {
        if self.is_empty() {
            self.empty_since = now.instant;
        }
    }

    fn is_empty(&self) -> bool {
        self.present.is_empty() && self.entering.is_empty()
    }

    /// Everybody as they came.
    fn in_order(&self) -> impl Iterator<Item = &Participant> {
        let mut all: Vec<&Participant> = self.present.values().collect();
        all.sort_by_key(|participant| participant.order);
        all.into_iter()
    }

    /// Whom a receiver may be shown, teacher first.
    fn candidates(&self, receiver: ParticipantId) -> Vec<Candidate> {
        let mut others: Vec<&Participant> = self
            .present
            .values()
            .filter(|other| other.id != receiver && !other.sources.is_empty())
            .collect();
        others.sort_by_key(|other| (other.role != Role::Teacher, other.order));
        others.into_iter().map(Participant::candidate).collect()
    }

    /// Gives everybody's seats anew, and says what changed.
    fn arrange(&mut self, out: &mut Outbox) {
        for id in self.present.keys().copied().collect::<Vec<_>>() {
            let others = self.candidates(id);
            let Some(receiver) = self.present.get_mut(&id) else { continue };
            let Changes { slots, assignments } = receiver.seating.arrange(&others);
            self.assign(id, assignments, out);
            if !slots.is_empty() {
                self.tell(id, ServerMessage::Slots { slots }, out);
            }
        }
    }

    fn assign(&self, receiver: ParticipantId, slots: Vec<SlotAssignment>, out: &mut Outbox) {
        if !slots.is_empty() {
            out.media(MediaCommand::Assign { room: self.id, receiver, slots });
        }
    }

    fn tell(&mut self, id: ParticipantId, message: ServerMessage, out: &mut Outbox) {
        if let Some(participant) = self.present.get_mut(&id) {
            participant.tell(Arc::new(message), out);
        }
    }

    fn broadcast(
        &mut self,
        except: Option<ParticipantId>,
        message: ServerMessage,
        out: &mut Outbox,
    ) {
        let message = Arc::new(message);
        for participant in self.present.values_mut().filter(|other| Some(other.id) != except) {
            participant.tell(Arc::clone(&message), out);
        }
    }
}

/// An answer came for somebody who is not there any more: a transport that
/// may have been made is given up.
pub(super) fn give_back(question: &Question, out: &mut Outbox) {
    if question.kind == QuestionKind::Join {
        let (room, participant) = (question.room, question.participant);
        out.media(MediaCommand::Leave { room, participant });
    }
}

fn code_of(error: &MediaError) -> ErrorCode {
    match error {
        MediaError::BadOffer(_) => ErrorCode::BadOffer,
        MediaError::Full => ErrorCode::Full,
        MediaError::Unavailable => ErrorCode::Unavailable,
    }
}

pub(crate) fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
