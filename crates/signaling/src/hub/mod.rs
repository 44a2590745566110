//! The hub: all rooms of a node, as a pure state machine.
//!
//! It takes no time from the operating system, draws no randomness and does no
//! I/O. A driver hands in what happened (`handle_*`) together with `now`, and
//! after each of these takes out what is to be done (`poll_output`, until it
//! is empty) and by when to come back (`poll_timeout`). So a whole lesson,
//! with its drops and crashes, replays from a seed.

mod lesson;
mod mailbox;
mod outbox;
mod participant;
mod room;
mod seats;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use lectern_domain::{
    id::{ParticipantId, SessionId},
    room::RoomGrant,
};
use lectern_protocol::{ClientMessage, CloseReason, ErrorCode, ServerMessage};

pub use lesson::{Lesson, LessonChange, Now, People, Progress};
pub use outbox::{ConnectionId, Departure, Output, Question, QuestionKind, Record};
pub use participant::Entrance;
pub(crate) use room::{NOT_IN_LESSON, named_sources, rfc3339};

use crate::media::{MediaAnswer, MediaError, MediaEvent};
use outbox::Outbox;
use participant::{Link, read_resume_token};
use room::Room;

/// How much a node takes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HubLimits {
    /// Rooms at once.
    pub rooms: usize,
    /// Participants in one room, those who are entering included.
    pub participants: usize,
}

/// All rooms of a node.
#[derive(Debug)]
pub struct Hub {
    limits: HubLimits,
    rooms: BTreeMap<SessionId, Room>,
    /// When each room next wants to be looked at.
    timers: BTreeSet<(Instant, SessionId)>,
    /// Where each connection and each participant is.
    connections: BTreeMap<ConnectionId, (SessionId, ParticipantId)>,
    participants: BTreeMap<ParticipantId, SessionId>,
    out: Outbox,
}

impl Hub {
    /// A hub without rooms.
    pub fn new(limits: HubLimits) -> Self {
        Self {
            limits,
            rooms: BTreeMap::new(),
            timers: BTreeSet::new(),
            connections: BTreeMap::new(),
            participants: BTreeMap::new(),
            out: Outbox::default(),
        }
    }

    /// Whether a room is open under the lease of a grant, for whom it is.
    /// Otherwise its facts are to be handed in before they enter.
    pub fn admits(&self, grant: &RoomGrant) -> bool {
        self.rooms.get(&grant.room).is_some_and(|room| room.admits(grant))
    }

    /// The rooms that are open.
    pub fn rooms(&self) -> impl ExactSizeIterator<Item = SessionId> + '_ {
        self.rooms.keys().copied()
    }

    /// Everybody who is in a room or entering one.
    pub fn participant_count(&self) -> usize {
        self.participants.len()
    }

    /// Opens a room, or tells an open one that its lease was renewed and who
    /// takes part now.
    pub fn handle_open(&mut self, now: Now, lesson: Lesson) {
        let id = lesson.room;
        if let Some(room) = self.rooms.get_mut(&id) {
            room.renew(lesson.fence);
            room.take_people(now, lesson.people, &mut self.out);
        } else if self.rooms.len() < self.limits.rooms {
            self.rooms.insert(id, Room::new(now, lesson));
        }
        self.settle(now, id);
    }

    /// Lets somebody in: asks the media plane to answer their offer.
    pub fn handle_join(&mut self, now: Now, entrance: Entrance) {
        let (connection, id) = (entrance.connection, entrance.grant.room);
        if self.connections.contains_key(&connection) {
            return self.out.refuse(connection, ErrorCode::AlreadyJoined, "already in a room");
        }
        let Some(room) = self.rooms.get_mut(&id) else {
            let text = "the node has no room for another lesson";
            return self.out.reject(connection, ErrorCode::Full, text);
        };
        let participant = entrance.participant;
        if room.enter(now, entrance, self.limits.participants, &mut self.out) {
            self.connections.insert(connection, (id, participant));
            self.participants.insert(participant, id);
        }
        self.settle(now, id);
    }

    /// Takes a dropped client back.
    pub fn handle_resume(&mut self, now: Now, connection: ConnectionId, token: &str, seq: u64) {
        if self.connections.contains_key(&connection) {
            return self.out.refuse(connection, ErrorCode::AlreadyJoined, "already in a room");
        }
        let place = read_resume_token(token).and_then(|(participant, secret)| {
            let id = *self.participants.get(&participant)?;
            let room = self.rooms.get_mut(&id)?;
            let link = room.resume(participant, secret, connection, seq, &mut self.out)?;
            Some((id, participant, link))
        });
        let Some((id, participant, link)) = place else {
            let text = "nothing to resume: join again";
            return self.out.reject(connection, ErrorCode::ResumeFailed, text);
        };
        if let Link::Online(old) = link {
            self.connections.remove(&old);
        }
        self.connections.insert(connection, (id, participant));
        self.settle(now, id);
    }

    /// Takes what a client says.
    pub fn handle_message(&mut self, now: Now, connection: ConnectionId, message: ClientMessage) {
        let place = self.connections.get(&connection).copied();
        let Some((id, participant)) = place else {
            let text = "join or resume first";
            return self.out.reject(connection, ErrorCode::NotJoined, text);
        };
        if let ClientMessage::Ping { id } = message {
            let pong = ServerMessage::Pong { id };
            return self.out.send(connection, None, pong.into());
        }
        if let Some(room) = self.rooms.get_mut(&id) {
            room.message(now, participant, connection, message, &mut self.out);
        }
        self.settle(now, id);
    }

    /// A connection is gone.
    pub fn handle_disconnected(&mut self, now: Now, connection: ConnectionId) {
        let Some((id, participant)) = self.connections.remove(&connection) else { return };
        if let Some(room) = self.rooms.get_mut(&id) {
            room.drop_link(now, participant, &mut self.out);
        }
        self.settle(now, id);
    }

    /// The media plane's word on a [`Question`].
    pub fn handle_answer(
        &mut self,
        now: Now,
        question: &Question,
        answer: Result<MediaAnswer, MediaError>,
    ) {
        match self.rooms.get_mut(&question.room) {
            Some(room) => room.answer(now, question, answer, &mut self.out),
            None => room::give_back(question, &mut self.out),
        }
        self.settle(now, question.room);
    }

    /// Something happened in the media plane.
    pub fn handle_media(&mut self, now: Now, event: MediaEvent) {
        let (MediaEvent::Connected { room: id, .. }
        | MediaEvent::Disconnected { room: id, .. }
        | MediaEvent::Flowing { room: id, .. }
        | MediaEvent::Speaking { room: id, .. }
        | MediaEvent::Left { room: id, .. }) = event;
        // Counts come when their room may be gone, and are kept all the same.
        if let MediaEvent::Left { room, participant, counts } = event {
            return self.out.record(Record::Counts { room, participant, counts });
        }
        if let Some(room) = self.rooms.get_mut(&id) {
            room.media(now, event, &mut self.out);
        }
        self.settle(now, id);
    }

    /// The lesson was changed where it is booked.
    pub fn handle_change(&mut self, now: Now, change: LessonChange) {
        let id = change.room;
        if let Some(room) = self.rooms.get_mut(&id) {
            room.change(now, change, &mut self.out);
        }
        self.settle(now, id);
    }

    /// Closes a room.
    pub fn handle_close(&mut self, now: Now, id: SessionId, reason: CloseReason) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.close(now, reason, &mut self.out);
        }
        self.settle(now, id);
    }

    /// Closes all rooms, because the node or its media plane stops.
    pub fn handle_shutdown(&mut self, now: Now) {
        for id in self.rooms().collect::<Vec<_>>() {
            self.handle_close(now, id, CloseReason::Shutdown);
        }
    }

    /// By when [`handle_timeout`](Self::handle_timeout) is to be called.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Now) {
        while let Some((_, id)) = self.timers.first().copied().filter(|(at, _)| *at <= now.instant)
        {
            if let Some(room) = self.rooms.get_mut(&id) {
                room.timeout(now, &mut self.out);
            }
            self.settle(now, id);
        }
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.out.pop()
    }

    /// After a room was touched: forgets who is gone, and sets its timer.
    fn settle(&mut self, now: Now, id: SessionId) {
        let Some(room) = self.rooms.get_mut(&id) else { return };
        for (participant, connection) in room.take_gone() {
            self.participants.remove(&participant);
            if let Some(connection) = connection {
                self.connections.remove(&connection);
            }
        }
        let deadline = room.deadline(now);
        let over = room.is_over();
        if let Some(old) = room.timer.take() {
            self.timers.remove(&(old, id));
        }
        if over {
            self.rooms.remove(&id);
        } else if let Some(deadline) = deadline {
            room.timer = Some(deadline);
            self.timers.insert((deadline, id));
        }
    }
}
