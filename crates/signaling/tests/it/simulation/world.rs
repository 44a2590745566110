//! Rooms, their people, the media plane and a clock, moved by one generator.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta};
use lectern_domain::{
    id::{ParticipantId, SessionId, UserId},
    room::{MediaKind, Role, RoomGrant, Source},
};
use lectern_protocol::{ClientMessage, CloseReason, ServerMessage, SlotView};
use lectern_signaling::{
    hub::{
        ConnectionId, Entrance, Hub, HubLimits, Lesson, LessonChange, Now, Output, People,
        Progress, Record,
    },
    media::{MediaError, MediaEvent},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use uuid::Uuid;

use super::{check, client::Client, media::Media};

const ROOMS: u128 = 3;
const USERS: usize = 6;
const FENCE: i64 = 7;

/// Everything around the hub.
#[derive(Debug)]
pub(crate) struct World {
    rng: StdRng,
    hub: Hub,
    now: Now,
    clients: Vec<Client>,
    /// The WebSockets that the hub knows, and whose they are.
    open: BTreeMap<ConnectionId, usize>,
    /// Those of them that are dead, which the hub will hear later.
    dead: BTreeSet<ConnectionId>,
    next: u64,
    media: Media,
    records: Vec<Record>,
    /// The types of all messages that were sent, and the closing reasons.
    pub(crate) seen: BTreeSet<String>,
}

impl World {
    #[expect(clippy::disallowed_methods, reason = "the clock begins somewhere, and runs by hand")]
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let users = (0..ROOMS).flat_map(|room| (0..USERS).map(move |user| (room, user)));
        let clients = users.map(|(room, user)| client(&mut rng, room, user)).collect();
        Self {
            rng,
            hub: Hub::new(HubLimits { rooms: 16, participants: USERS - 1 }),
            now: Now { instant: Instant::now(), wall: DateTime::UNIX_EPOCH },
            clients,
            open: BTreeMap::new(),
            dead: BTreeSet::new(),
            next: 0,
            media: Media::default(),
            records: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    /// Does one thing, and checks what came of it.
    pub(crate) fn step(&mut self) {
        let who = self.rng.random_range(0..self.clients.len());
        match self.rng.random_range(0..100) {
            0..15 => self.come(who),
            15..35 => self.answer(),
            35..41 => self.drop_connection(who),
            41..47 => self.notice_death(),
            47..55 => self.resume(who),
            55..58 => self.say(who, ClientMessage::Leave {}),
            58..72 => self.change_source(who),
            72..77 => self.pin(who),
            77..81 => self.chat(who),
            81..83 => self.offer_again(who),
            83..90 => self.transport(who),
            90..93 => self.speak(who),
            93 => self.crash_of_media(),
            94 => self.change_lesson(who),
            95 => self.say(who, ClientMessage::Resume { resume: "x".into(), seq: 1 }),
            _ => self.pass(Duration::from_secs(20)),
        }
        self.drain();
        self.check();
    }

    /// Everybody goes, and nothing must be left.
    pub(crate) fn wind_up(&mut self) {
        while !self.media.questions.is_empty() {
            self.answer();
            self.drain();
        }
        for connection in self.open.keys().copied().collect::<Vec<_>>() {
            self.hub.handle_message(self.now, connection, ClientMessage::Leave {});
            self.drain();
        }
        for _ in 0..40 {
            self.pass(Duration::from_secs(10));
            self.drain();
        }
        assert!(self.media.transports.is_empty(), "{:?}", self.media.transports);
        assert_eq!((self.hub.rooms().len(), self.hub.participant_count()), (0, 0));
        assert_eq!(self.hub.poll_timeout(), None);
        self.check_records();
    }

    fn come(&mut self, who: usize) {
        let client = &mut self.clients[who];
        self.next += 1;
        let (id, participant) = (ConnectionId(self.next), ParticipantId(self.rng.random()));
        let grant = RoomGrant {
            aud: RoomGrant::AUDIENCE.into(),
            room: client.room,
            sub: client.user.clone(),
            name: client.user.to_string(),
            role: client.role,
            fence: if self.rng.random_ratio(1, 20) { FENCE - 1 } else { FENCE },
            iat: 0,
            exp: 0,
        };
        if !self.hub.admits(&grant) {
            let ends_in = self.rng.random_range(-16..40);
            let people = self.people(grant.room);
            self.hub.handle_open(self.now, lesson(self.now, grant.room, ends_in, people));
        }
        let secret = self.rng.random();
        let (offer, sources) = (who.to_string(), vec![]);
        let entrance = Entrance { connection: id, participant, secret, grant, offer, sources };
        self.open.insert(id, who);
        self.hub.handle_join(self.now, entrance);
    }

    /// The media plane answers one of the offers that wait, in any order.
    fn answer(&mut self) {
        if self.media.questions.is_empty() {
            return;
        }
        let nth = self.rng.random_range(0..self.media.questions.len());
        let question = self.media.questions.remove(nth);
        let answer = match self.rng.random_range(0..20) {
            0 => Err(MediaError::BadOffer("no ice-ufrag".into())),
            1 => Err(MediaError::Unavailable),
            _ => {
                let who: usize = question.offer.parse().expect("the offer says whose it is");
                let client = &self.clients[who];
                self.media.answer(&question, client.sections.clone(), client.sources.clone())
            }
        };
        self.hub.handle_answer(self.now, &question, answer);
    }

    fn drop_connection(&mut self, who: usize) {
        let open = self.open.iter().find(|(_, other)| **other == who).map(|(id, _)| *id);
        self.dead.extend(open);
    }

    /// Whether what a client knows of its room is up to date.
    fn is_online(&self, who: usize) -> bool {
        let alive = |id: &ConnectionId| self.open.contains_key(id) && !self.dead.contains(id);
        self.clients[who].connection.as_ref().is_some_and(alive)
    }

    fn notice_death(&mut self) {
        if let Some(id) = self.dead.pop_first() {
            self.open.remove(&id);
            self.hub.handle_disconnected(self.now, id);
        }
    }

    fn resume(&mut self, who: usize) {
        let online = self.is_online(who);
        let Some(view) = self.clients[who].view.as_ref().filter(|_| !online) else { return };
        self.next += 1;
        let id = ConnectionId(self.next);
        self.open.insert(id, who);
        self.hub.handle_resume(self.now, id, &view.resume, view.seq);
    }

    fn say(&mut self, who: usize, message: ClientMessage) {
        let alive =
            |(id, other): &(&ConnectionId, &usize)| **other == who && !self.dead.contains(id);
        if let Some((id, _)) = self.open.iter().find(alive) {
            self.hub.handle_message(self.now, *id, message);
        }
    }

    fn change_source(&mut self, who: usize) {
        let source = [Source::Microphone, Source::Camera, Source::Screen, Source::ScreenAudio]
            [self.rng.random_range(0..4)];
        let muted = self.rng.random();
        self.say(who, ClientMessage::Media { source, muted });
        let raised = self.rng.random();
        self.say(who, ClientMessage::Hand { raised });
    }

    fn pin(&mut self, who: usize) {
        let client = &self.clients[who];
        let Some(view) = &client.view else { return };
        if client.sections.is_empty() {
            return;
        }
        let (mid, _) = client.sections[self.rng.random_range(0..client.sections.len())].clone();
        let others: Vec<_> = view.roster.keys().copied().collect();
        let other = others[self.rng.random_range(0..others.len())];
        let participant = self.rng.random_bool(0.7).then_some(other);
        let slots = vec![SlotView { mid, participant, height: Some(360), paused: false }];
        self.say(who, ClientMessage::View { slots });
    }

    fn chat(&mut self, who: usize) {
        // Some are sent twice.
        let id = format!("{who}-{}", self.rng.random_range(0..20));
        self.say(who, ClientMessage::Chat { id, text: "hello".into() });
    }

    fn offer_again(&mut self, who: usize) {
        let sections = &mut self.clients[who].sections;
        if sections.len() < 12 {
            let mid = sections.len().to_string().parse().expect("a number is a mid");
            let kinds = [MediaKind::Audio, MediaKind::Video];
            sections.push((mid, kinds[self.rng.random_range(0..2)]));
        }
        self.say(who, ClientMessage::Offer { offer: who.to_string(), sources: None });
    }

    fn transport(&mut self, who: usize) {
        let Some(view) = &self.clients[who].view else { return };
        let (room, participant) = (self.clients[who].room, view.participant);
        let Some(transport) = self.media.transports.get_mut(&(room, participant)) else { return };
        transport.connected = !transport.connected;
        let event = if transport.connected {
            MediaEvent::Connected { room, participant }
        } else {
            MediaEvent::Disconnected { room, participant }
        };
        self.hub.handle_media(self.now, event);
    }

    fn speak(&mut self, who: usize) {
        let room = self.clients[who].room;
        let there = self.media.transports.keys().filter(|(id, _)| *id == room);
        let mut participants: Vec<_> = there.map(|(_, id)| *id).collect();
        participants.truncate(self.rng.random_range(0..3));
        self.hub.handle_media(self.now, MediaEvent::Speaking { room, participants });
    }

    /// The media plane is gone, with all that waits there.
    fn crash_of_media(&mut self) {
        for question in std::mem::take(&mut self.media.questions) {
            self.hub.handle_answer(self.now, &question, Err(MediaError::Unavailable));
        }
        self.hub.handle_shutdown(self.now);
    }

    fn change_lesson(&mut self, who: usize) {
        let room = self.clients[who].room;
        if self.rng.random() {
            return self.hub.handle_close(self.now, room, CloseReason::Cancelled);
        }
        let ends_at = self.now.wall + TimeDelta::minutes(self.rng.random_range(-16..20));
        let known = self.rng.random_ratio(9, 10);
        let mut people = self.people(room);
        if self.rng.random_ratio(1, 5) {
            people.retain(|user| *user != self.clients[who].user);
        }
        self.hub.handle_change(
            self.now,
            LessonChange {
                room,
                fence: self.rng.random_bool(0.9).then_some(FENCE),
                cancelled: self.rng.random_ratio(1, 10),
                ends_at,
                closes_at: ends_at + TimeDelta::minutes(15),
                people: known.then(|| People::new(people, self.now.instant)),
            },
        );
    }

    /// Whoever may come to a room.
    fn people(&self, room: SessionId) -> Vec<UserId> {
        let clients = self.clients.iter().filter(|client| client.room == room);
        clients.map(|client| client.user.clone()).collect()
    }

    /// Time passes, and the hub is called when it wanted to be.
    fn pass(&mut self, longest: Duration) {
        let until = self.now.instant + longest.mul_f64(self.rng.random());
        while let Some(due) = self.hub.poll_timeout().filter(|due| *due <= until) {
            self.advance(due.saturating_duration_since(self.now.instant));
            self.hub.handle_timeout(self.now);
            self.drain();
            assert!(self.hub.poll_timeout().is_none_or(|at| at > self.now.instant), "it was due");
        }
        self.advance(until.saturating_duration_since(self.now.instant));
    }

    fn advance(&mut self, by: Duration) {
        self.now.instant += by;
        self.now.wall += by;
    }

    fn drain(&mut self) {
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Send { connection, seq, message } => {
                    let who = *self.open.get(&connection).expect("the connection is open");
                    self.seen.insert(kind(&message));
                    if !self.dead.contains(&connection) {
                        self.clients[who].take(connection, seq, &message);
                    }
                }
                Output::Close { connection, .. } => {
                    assert!(self.open.remove(&connection).is_some(), "it was open");
                    self.dead.remove(&connection);
                }
                Output::Ask(question) => self.media.questions.push(question),
                Output::Media(command) => self.media.take(command),
                Output::Record(record) => self.records.push(record),
            }
        }
    }

    fn check(&self) {
        let rooms: BTreeSet<_> = self.clients.iter().map(|client| client.room).collect();
        for room in rooms {
            let online = (0..self.clients.len()).filter(|who| self.is_online(*who));
            let clients = online.map(|who| &self.clients[who]).filter(|other| other.room == room);
            check::room(room, clients.filter_map(|client| client.view.as_ref()), &self.media);
        }
    }

    /// Every presence that began has ended once, and a lesson is completed
    /// only after it was started.
    fn check_records(&self) {
        let mut present = BTreeSet::new();
        let mut running = BTreeSet::new();
        for record in &self.records {
            match record {
                Record::Joined { participant, .. } => assert!(present.insert(*participant)),
                Record::Left { participant, .. } => assert!(present.remove(participant)),
                Record::Connected { participant, .. } => assert!(present.contains(participant)),
                Record::Started { room, .. } => drop(running.insert(*room)),
                Record::Completed { room, .. } => assert!(running.remove(room), "it had started"),
                Record::Chat { .. } | Record::Counts { .. } => {}
            }
        }
        assert!(present.is_empty(), "{present:?}");
    }
}

fn client(rng: &mut StdRng, room: u128, user: usize) -> Client {
    let role = match user {
        0 => Role::Teacher,
        5 => Role::Observer,
        _ => Role::Student,
    };
    let sources = [Source::Microphone, Source::Camera, Source::Screen, Source::ScreenAudio];
    let sources = sources.into_iter().filter(|_| rng.random_bool(0.8)).collect();
    let kinds = [MediaKind::Audio, MediaKind::Video];
    let sections = (0..rng.random_range(0..10))
        .map(|mid| {
            let mid = format!("{mid}").parse().expect("a number is a mid");
            (mid, kinds[rng.random_range(0..2)])
        })
        .collect();
    let user = format!("user-{room}-{user}").parse().expect("a user");
    let room = SessionId(Uuid::from_u128(room));
    Client { room, user, role, sections, sources, connection: None, view: None }
}

fn lesson(now: Now, room: SessionId, ends_in: i64, people: Vec<UserId>) -> Lesson {
    let ends_at = now.wall + TimeDelta::minutes(ends_in);
    Lesson {
        room,
        fence: FENCE,
        ends_at,
        closes_at: ends_at + TimeDelta::minutes(15),
        progress: Progress::Scheduled,
        people: People::new(people, now.instant),
        chat: vec![],
    }
}

/// A message's type, with the code or reason that it carries.
fn kind(message: &ServerMessage) -> String {
    let json = serde_json::to_value(message).expect("a message is JSON");
    let texts = ["type", "code", "reason"].iter().filter_map(|field| json[field].as_str());
    texts.collect::<Vec<_>>().join(" ")
}
