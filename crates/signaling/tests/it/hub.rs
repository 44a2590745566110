//! Plans for the hub, written by hand: what happens when, on its two clocks.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta};
use lectern_domain::{
    id::{ParticipantId, SessionId, UserId},
    room::{MediaKind, Role, RoomGrant, Source},
};
use lectern_protocol::{ClientMessage, CloseReason, ErrorCode, ServerMessage};
use lectern_signaling::{
    hub::{
        ConnectionId, Entrance, Hub, HubLimits, Lesson, LessonChange, Now, Output, People,
        Progress, Question, Record,
    },
    media::{MediaAnswer, MediaEvent},
};
use uuid::Uuid;

const ROOM: SessionId = SessionId(Uuid::from_u128(1));

fn user(id: u64) -> UserId {
    format!("user-{id}").parse().expect("a user")
}

/// A lesson of an hour, from now on.
struct Plan {
    hub: Hub,
    now: Now,
    said: BTreeMap<u64, Vec<ServerMessage>>,
    facts: Vec<String>,
}

impl Plan {
    #[expect(clippy::disallowed_methods, reason = "the clock begins somewhere, and runs by hand")]
    fn new() -> Self {
        Self {
            hub: Hub::new(HubLimits { rooms: 1, participants: 2 }),
            now: Now { instant: Instant::now(), wall: DateTime::UNIX_EPOCH },
            said: BTreeMap::new(),
            facts: Vec::new(),
        }
    }

    fn lesson(room: SessionId, progress: Progress, now: Instant) -> Lesson {
        let ends_at = DateTime::UNIX_EPOCH + TimeDelta::minutes(60);
        let closes_at = ends_at + TimeDelta::minutes(15);
        let people = People::new((1..=9).map(user), now);
        Lesson { room, fence: 1, ends_at, closes_at, progress, people, chat: vec![] }
    }

    /// A connection joins as a user of the same number.
    fn join(&mut self, id: u64, role: Role) {
        if self.hub.rooms().len() == 0 {
            let lesson = Self::lesson(ROOM, Progress::Scheduled, self.now.instant);
            self.hub.handle_open(self.now, lesson);
        }
        self.join_room(ROOM, id, role);
    }

    fn grant(room: SessionId, id: u64, role: Role) -> RoomGrant {
        RoomGrant {
            aud: RoomGrant::AUDIENCE.into(),
            room,
            sub: user(id),
            name: format!("User {id}"),
            role,
            fence: 1,
            iat: 0,
            exp: 0,
        }
    }

    fn join_room(&mut self, room: SessionId, id: u64, role: Role) {
        let grant = Self::grant(room, id, role);
        let (connection, participant) = (ConnectionId(id), ParticipantId(id));
        let (offer, sources) = ("v=0".into(), vec![]);
        let entrance = Entrance { connection, participant, secret: 7, grant, offer, sources };
        self.hub.handle_join(self.now, entrance);
        self.drain();
    }

    fn say(&mut self, id: u64, message: ClientMessage) {
        self.hub.handle_message(self.now, ConnectionId(id), message);
        self.drain();
    }

    fn connect(&mut self, id: u64) {
        let event = MediaEvent::Connected { room: ROOM, participant: ParticipantId(id) };
        self.hub.handle_media(self.now, event);
        self.drain();
    }

    fn drop_connection(&mut self, id: u64) {
        self.hub.handle_disconnected(self.now, ConnectionId(id));
        self.drain();
    }

    /// Lets time pass; the hub is called exactly when it wanted to be.
    fn pass(&mut self, seconds: u64) {
        let until = self.now.instant + Duration::from_secs(seconds);
        while let Some(due) = self.hub.poll_timeout().filter(|due| *due <= until) {
            self.advance_to(due);
            self.hub.handle_timeout(self.now);
            self.drain();
        }
        self.advance_to(until);
    }

    fn advance_to(&mut self, at: Instant) {
        self.now.wall += at - self.now.instant;
        self.now.instant = at;
    }

    fn drain(&mut self) {
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Send { connection, message, .. } => {
                    self.said.entry(connection.0).or_default().push((*message).clone());
                }
                Output::Ask(question) => self.answer(&question),
                Output::Record(record) => self.note(&record),
                Output::Close { .. } | Output::Media(_) => {}
            }
        }
    }

    fn answer(&mut self, question: &Question) {
        let slot = |mid: &str, kind| (mid.parse().expect("mid"), kind);
        let answer = MediaAnswer {
            sdp: "v=0".into(),
            sources: vec![Source::Microphone, Source::Camera],
            slots: vec![slot("2", MediaKind::Audio), slot("3", MediaKind::Video)],
        };
        self.hub.handle_answer(self.now, question, Ok(answer));
    }

    fn note(&mut self, record: &Record) {
        let minute = (self.now.wall - DateTime::UNIX_EPOCH).num_minutes();
        let fact = match record {
            Record::Started { .. } => "started".to_owned(),
            Record::Completed { .. } => "completed".to_owned(),
            Record::Left { participant, departure, .. } => {
                format!("{} {}", participant.0, departure.as_str())
            }
            _ => return,
        };
        self.facts.push(format!("{minute}: {fact}"));
    }

    /// What a connection was told since the last time.
    fn told(&mut self, id: u64) -> Vec<ServerMessage> {
        self.said.remove(&id).unwrap_or_default()
    }

    fn error(&mut self, id: u64) -> Option<(ErrorCode, bool)> {
        self.told(id).into_iter().find_map(|message| match message {
            ServerMessage::Error { code, fatal, .. } => Some((code, fatal)),
            _ => None,
        })
    }

    fn closed(&mut self, id: u64) -> Option<CloseReason> {
        self.told(id).into_iter().find_map(|message| match message {
            ServerMessage::Closed { reason } => Some(reason),
            _ => None,
        })
    }
}

/// Teacher 1 and student 2 are connected.
fn met() -> Plan {
    let mut plan = Plan::new();
    plan.join(1, Role::Teacher);
    plan.join(2, Role::Student);
    plan.connect(1);
    plan.connect(2);
    plan
}

#[test]
fn the_end_is_announced_and_comes() {
    let mut plan = met();
    let mut warned = Vec::new();
    for minute in 0..75 {
        let told = plan.told(1).into_iter();
        for ending in told.filter(|message| matches!(message, ServerMessage::Ending { .. })) {
            let closes_at = "1970-01-01T01:15:00.000Z".to_owned();
            assert_eq!(ending, ServerMessage::Ending { closes_at });
            warned.push(minute);
        }
        plan.pass(60);
    }
    assert_eq!(warned, [50, 55, 59]);
    assert_eq!(plan.closed(1), Some(CloseReason::Ended));
    assert_eq!(plan.facts, ["0: started", "60: completed", "75: 1 ended", "75: 2 ended"]);
    assert_eq!(plan.hub.rooms().len(), 0);
}

#[test]
fn a_lesson_that_all_have_left_is_over_early() {
    let mut plan = met();
    plan.pass(600);
    plan.say(1, ClientMessage::Leave {});
    assert_eq!(plan.facts, ["0: started", "10: 1 left"]);
    plan.say(2, ClientMessage::Leave {});
    assert_eq!(plan.facts[2..], ["10: 2 left", "10: completed"]);

    // They meet again before the end, and the end counts.
    plan.join(3, Role::Teacher);
    plan.join(4, Role::Student);
    plan.connect(3);
    plan.connect(4);
    plan.pass(51 * 60);
    assert_eq!(plan.facts[4..], ["10: started", "60: completed"]);
}

#[test]
fn who_drops_has_not_left() {
    let mut plan = met();
    plan.drop_connection(2);
    plan.pass(29);
    assert_eq!(plan.hub.participant_count(), 2);
    plan.pass(1);
    plan.say(1, ClientMessage::Leave {});
    assert_eq!(plan.facts, ["0: started", "0: 2 dropped", "0: 1 left"]);
}

#[test]
fn who_meets_in_the_grace_has_all_of_it() {
    let mut plan = Plan::new();
    plan.pass(62 * 60);
    plan.join(1, Role::Teacher);
    plan.join(2, Role::Student);
    plan.connect(1);
    plan.connect(2);
    plan.pass(13 * 60);
    let facts = ["62: started", "75: 1 ended", "75: 2 ended", "75: completed"];
    assert_eq!(plan.facts, facts);
}

#[test]
fn a_lesson_to_which_only_one_came_has_not_taken_place() {
    let mut plan = Plan::new();
    plan.join(1, Role::Teacher);
    plan.join(3, Role::Observer);
    plan.connect(1);
    plan.connect(3);
    plan.pass(75 * 60);
    assert_eq!(plan.facts, ["75: 1 ended", "75: 3 ended"]);
}

#[test]
fn media_that_never_comes_or_stays_away_ends_a_presence() {
    let mut plan = Plan::new();
    plan.join(1, Role::Teacher);
    plan.join(2, Role::Student);
    plan.connect(2);
    plan.pass(60);
    assert_eq!(plan.closed(1), Some(CloseReason::MediaLost));

    let lost = MediaEvent::Disconnected { room: ROOM, participant: ParticipantId(2) };
    plan.hub.handle_media(plan.now, lost.clone());
    plan.pass(59);
    plan.connect(2);
    plan.pass(60);
    assert_eq!(plan.closed(2), None, "it came back in time");
    plan.hub.handle_media(plan.now, lost);
    plan.pass(60);
    assert_eq!(plan.facts, ["1: 1 media_lost", "3: 2 media_lost"]);
}

#[test]
fn an_observer_watches_and_is_announced() {
    let mut plan = Plan::new();
    plan.join(1, Role::Teacher);
    plan.told(1);
    plan.join(2, Role::Observer);
    let told = plan.told(1);
    let [ServerMessage::Participant { participant, present: true }] = &told[..] else {
        panic!("an observer comes, and takes no seat: {told:?}");
    };
    assert_eq!((participant.role, &participant.sources), (Role::Observer, &vec![]));
    plan.told(2);
    plan.say(2, ClientMessage::Media { source: Source::Camera, muted: false });
    assert_eq!(plan.error(2), Some((ErrorCode::Forbidden, false)));
    plan.say(2, ClientMessage::Hand { raised: true });
    assert_eq!(plan.error(2), Some((ErrorCode::Forbidden, false)));
}

#[test]
fn rooms_and_nodes_fill_up() {
    let mut plan = Plan::new();
    plan.join(1, Role::Teacher);
    plan.join(2, Role::Student);
    plan.join(3, Role::Student);
    assert_eq!(plan.error(3), Some((ErrorCode::Full, true)));

    let other = SessionId(Uuid::from_u128(2));
    plan.hub.handle_open(plan.now, Plan::lesson(other, Progress::Scheduled, plan.now.instant));
    plan.join_room(other, 4, Role::Student);
    assert_eq!(plan.error(4), Some((ErrorCode::Full, true)));
}

#[test]
fn a_message_that_is_sent_twice_is_kept_once() {
    let mut plan = met();
    plan.told(1);
    plan.told(2);
    for _ in 0..2 {
        plan.say(1, ClientMessage::Chat { id: "1".into(), text: "hello".into() });
    }
    let chats = |told: Vec<ServerMessage>| {
        told.iter().filter(|message| matches!(message, ServerMessage::Chat { .. })).count()
    };
    assert_eq!((chats(plan.told(1)), chats(plan.told(2))), (2, 1));
}

/// A change that is slow to arrive does not put out who has come since.
#[test]
fn of_two_answers_the_one_that_was_asked_for_later_counts() {
    let mut plan = Plan::new();
    plan.join(1, Role::Teacher);
    plan.pass(5);
    let change = |plan: &Plan, seconds: u64, ids: &[u64]| {
        let lesson = Plan::lesson(ROOM, Progress::Scheduled, plan.now.instant);
        let as_of = plan.now.instant - Duration::from_secs(5) + Duration::from_secs(seconds);
        let people = People::new(ids.iter().copied().map(user), as_of);
        LessonChange {
            room: ROOM,
            fence: Some(1),
            cancelled: false,
            ends_at: lesson.ends_at,
            closes_at: lesson.closes_at,
            people: Some(people),
        }
    };
    plan.hub.handle_change(plan.now, change(&plan, 3, &[1]));
    assert!(!plan.hub.admits(&Plan::grant(ROOM, 2, Role::Student)));
    assert!(plan.hub.admits(&Plan::grant(ROOM, 3, Role::Observer)), "nobody books an observer");
    plan.hub.handle_change(plan.now, change(&plan, 4, &[1, 2]));
    plan.hub.handle_change(plan.now, change(&plan, 3, &[1]));
    assert!(plan.hub.admits(&Plan::grant(ROOM, 2, Role::Student)));
    plan.hub.handle_change(plan.now, change(&plan, 5, &[2]));
    plan.drain();
    let removed = ServerMessage::Closed { reason: CloseReason::Removed };
    assert_eq!(plan.told(1).last(), Some(&removed));
}
