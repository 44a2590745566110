//! The task that owns the hub: it hands in what happens, in one order, and
//! does what the hub asks for.

use std::{
    collections::{HashMap, VecDeque},
    future::{Future, pending},
    pin::Pin,
    sync::Arc,
    time::Instant,
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use lectern_domain::{id::SessionId, room::RoomGrant};
use lectern_protocol::{ClientMessage, CloseReason, ErrorCode, ServerMessage};
use tokio::{
    sync::{mpsc, oneshot, watch as latest},
    time::{sleep_until, timeout, timeout_at},
};

use super::{
    Load, Shared,
    queue::{ClientQueue, Frame},
    recorder::Recorder,
};
use crate::{
    hub::{
        ConnectionId, Entrance, Hub, HubLimits, Lesson, LessonChange, Output, Question,
        QuestionKind, Record,
    },
    limits,
    media::{Media, MediaAnswer, MediaCommand, MediaError, MediaEvent},
};

/// Something for the hub.
#[derive(Debug)]
pub(super) enum Input {
    /// Asks whether a room is open under the lease of a grant, for whom it is.
    Admits { grant: Box<RoomGrant>, reply: oneshot::Sender<bool> },
    /// Asks which rooms are open.
    Rooms(oneshot::Sender<Vec<SessionId>>),
    /// Somebody wants in.
    Join(Box<Join>),
    /// Somebody wants back in.
    Resume { connection: ConnectionId, token: String, seq: u64, queue: ClientQueue },
    /// A client said something.
    Message { connection: ConnectionId, message: ClientMessage },
    /// A WebSocket is gone.
    Gone { connection: ConnectionId },
    /// What the database says of the open rooms.
    Changes(Vec<LessonChange>),
    /// A room is to be closed.
    Close { room: SessionId, reason: CloseReason },
}

/// Somebody who wants in.
#[derive(Debug)]
pub(super) struct Join {
    pub(super) entrance: Entrance,
    /// The facts of the room, unless it was open a moment ago.
    pub(super) lesson: Option<Lesson>,
    pub(super) queue: ClientQueue,
    /// When they asked.
    pub(super) since: Instant,
}

/// A WebSocket that the hub knows.
#[derive(Debug)]
struct Client {
    queue: ClientQueue,
    /// What it is waiting for, for the metrics.
    awaits: Awaits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaits {
    Joined { since: Instant },
    Resumed,
    Nothing,
}

type Answered = (Question, Result<MediaAnswer, MediaError>);
type Answering = Pin<Box<dyn Future<Output = Answered> + Send>>;

/// The hub and what it is connected to.
pub(super) struct HubTask {
    shared: Arc<Shared>,
    hub: Hub,
    inputs: mpsc::Receiver<Input>,
    /// None once the media plane is gone.
    media: Option<Media>,
    clients: HashMap<ConnectionId, Client>,
    /// Commands that the media plane has not taken yet, in their order.
    backlog: VecDeque<MediaCommand>,
    answers: FuturesUnordered<Answering>,
    recorder: Recorder,
    report: latest::Sender<Load>,
}

/// What the task woke up for.
enum Wake {
    Shutdown,
    Input(Input),
    Answer(Answered),
    Media(Option<MediaEvent>),
    MediaTakes,
    Timer,
}

impl HubTask {
    pub(super) fn new(
        shared: &Arc<Shared>,
        media: Media,
        inputs: mpsc::Receiver<Input>,
        recorder: Recorder,
        report: latest::Sender<Load>,
    ) -> Self {
        let limits = shared.config.limits;
        let limits = HubLimits { rooms: limits.rooms, participants: limits.participants };
        Self {
            shared: Arc::clone(shared),
            hub: Hub::new(limits),
            inputs,
            media: Some(media),
            clients: HashMap::new(),
            backlog: VecDeque::new(),
            answers: FuturesUnordered::new(),
            recorder,
            report,
        }
    }

    /// Runs until shutdown, and then until everybody was told.
    pub(super) async fn run(mut self) {
        loop {
            match self.wake().await {
                Wake::Shutdown => break,
                wake => self.handle(wake),
            }
        }
        let expected = self.hub.participant_count();
        self.hub.handle_shutdown(self.shared.clocks.now());
        self.carry_out();
        self.take_last_counts(expected).await;
    }

    async fn wake(&mut self) -> Wake {
        let timer = self.hub.poll_timeout();
        // While the media plane is behind, connections wait.
        let open = self.backlog.len() < limits::MEDIA_BACKLOG;
        tokio::select! {
            () = self.shared.shutdown.cancelled() => Wake::Shutdown,
            Some(input) = self.inputs.recv(), if open => Wake::Input(input),
            Some(answer) = self.answers.next() => Wake::Answer(answer),
            wake = next_of_media(&mut self.media, &mut self.backlog) => wake,
            () = until(timer) => Wake::Timer,
        }
    }

    fn handle(&mut self, wake: Wake) {
        let now = self.shared.clocks.now();
        match wake {
            Wake::Input(input) => self.take(input),
            Wake::Answer((question, answer)) => self.hub.handle_answer(now, &question, answer),
            Wake::Media(Some(event)) => self.hub.handle_media(now, event),
            Wake::Media(None) => {
                tracing::error!("media.gone");
                self.media = None;
                self.backlog.clear();
                self.hub.handle_shutdown(now);
            }
            Wake::Timer => self.hub.handle_timeout(now),
            Wake::MediaTakes | Wake::Shutdown => {}
        }
        self.carry_out();
    }

    fn take(&mut self, input: Input) {
        let now = self.shared.clocks.now();
        match input {
            // Whoever asked may have gone meanwhile.
            Input::Admits { grant, reply } => drop(reply.send(self.hub.admits(&grant))),
            Input::Rooms(reply) => drop(reply.send(self.hub.rooms().collect())),
            Input::Join(join) => {
                let Join { entrance, lesson, queue, since } = *join;
                let client = Client { queue, awaits: Awaits::Joined { since } };
                self.clients.insert(entrance.connection, client);
                if let Some(lesson) = lesson {
                    self.hub.handle_open(now, lesson);
                }
                self.hub.handle_join(now, entrance);
            }
            Input::Resume { connection, token, seq, queue } => {
                self.clients.insert(connection, Client { queue, awaits: Awaits::Resumed });
                self.hub.handle_resume(now, connection, &token, seq);
            }
            Input::Message { connection, message } => {
                // What was on its way when the hub closed the connection.
                if self.clients.contains_key(&connection) {
                    self.hub.handle_message(now, connection, message);
                }
            }
            Input::Gone { connection } => {
                self.clients.remove(&connection);
                self.hub.handle_disconnected(now, connection);
            }
            Input::Changes(changes) => {
                for change in changes {
                    self.hub.handle_change(now, change);
                }
            }
            Input::Close { room, reason } => self.hub.handle_close(now, room, reason),
        }
    }

    /// Does what the hub asks for.
    fn carry_out(&mut self) {
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Send { connection, seq, message } => self.send(connection, seq, message),
                Output::Close { connection, status } => {
                    if let Some(client) = self.clients.remove(&connection) {
                        // Too slow even for the farewell: dropped instead.
                        let _ = client.queue.push(Frame::Close(status));
                    }
                }
                Output::Ask(question) => self.ask(question),
                Output::Media(command) => self.tell_media(command),
                Output::Record(record) => {
                    log(&record);
                    self.recorder.push(record);
                }
            }
        }
        let (rooms, participants) = (self.hub.rooms().len(), self.hub.participant_count());
        let load = Load { rooms, participants };
        if self.report.send_if_modified(|old| std::mem::replace(old, load) != load) {
            self.shared.metrics.rooms.set(signed(rooms));
            self.shared.metrics.participants.set(signed(participants));
        }
    }

    fn send(&mut self, connection: ConnectionId, seq: Option<u64>, message: Arc<ServerMessage>) {
        let Some(client) = self.clients.get_mut(&connection) else { return };
        note_outcome(&self.shared, &mut client.awaits, &message);
        if client.queue.push(Frame::Message(seq, message)).is_err() {
            self.clients.remove(&connection);
            self.shared.metrics.slow_clients.inc();
            self.hub.handle_disconnected(self.shared.clocks.now(), connection);
        }
    }

    fn ask(&mut self, mut question: Question) {
        let (reply, answer) = oneshot::channel();
        let (room, participant) = (question.room, question.participant);
        let offer = std::mem::take(&mut question.offer);
        let sources = std::mem::take(&mut question.sources);
        self.tell_media(match question.kind {
            QuestionKind::Join => MediaCommand::Join { room, participant, offer, sources, reply },
            QuestionKind::Further => {
                MediaCommand::Offer { room, participant, offer, sources, reply }
            }
        });
        self.answers.push(Box::pin(async move {
            let answer = match timeout(limits::ANSWER_TIMEOUT, answer).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) | Err(_) => Err(MediaError::Unavailable),
            };
            (question, answer)
        }));
    }

    /// Queues a command. Without a media plane it is dropped, and with it the
    /// reply that somebody may wait for.
    fn tell_media(&mut self, command: MediaCommand) {
        if self.media.is_some() {
            self.backlog.push_back(command);
        }
    }

    /// After shutdown: hands the media plane what it is still owed, and keeps
    /// the counts with which it answers.
    async fn take_last_counts(&mut self, mut expected: usize) {
        let deadline = tokio::time::Instant::from_std(
            self.shared.clocks.now().instant + limits::COUNTS_TIMEOUT,
        );
        while expected > 0 || !self.backlog.is_empty() {
            let next = next_of_media(&mut self.media, &mut self.backlog);
            match timeout_at(deadline, next).await {
                Ok(Wake::Media(Some(event))) => {
                    expected -= usize::from(matches!(event, MediaEvent::Left { .. })).min(expected);
                    self.hub.handle_media(self.shared.clocks.now(), event);
                    self.carry_out();
                }
                Ok(Wake::MediaTakes) => {}
                Ok(_) | Err(_) => return,
            }
        }
    }
}

/// Either takes an event of the media plane, or gives it a command.
async fn next_of_media(media: &mut Option<Media>, backlog: &mut VecDeque<MediaCommand>) -> Wake {
    let Some(media) = media else { return pending().await };
    tokio::select! {
        event = media.events.recv() => Wake::Media(event),
        () = media.commands.closed() => Wake::Media(None),
        place = media.commands.reserve(), if !backlog.is_empty() => match place {
            Ok(place) => {
                if let Some(command) = backlog.pop_front() {
                    place.send(command);
                }
                Wake::MediaTakes
            }
            Err(_) => Wake::Media(None),
        },
    }
}

async fn until(timer: Option<Instant>) {
    match timer {
        Some(at) => sleep_until(at.into()).await,
        None => pending().await,
    }
}

/// Counts what came of a join or a resume.
fn note_outcome(shared: &Shared, awaits: &mut Awaits, message: &ServerMessage) {
    let metrics = &shared.metrics;
    let result = match message {
        ServerMessage::Joined { .. } => "joined",
        ServerMessage::Resumed {} => "resumed",
        ServerMessage::Error { code, fatal: true, .. } => code.as_str(),
        // Turned away before the answer came.
        ServerMessage::Closed { reason } => reason.as_str(),
        _ => return,
    };
    match std::mem::replace(awaits, Awaits::Nothing) {
        Awaits::Joined { since } => {
            metrics.joins.with_label_values(&[result]).inc();
            if result == "joined" {
                let took = shared.clocks.now().instant.saturating_duration_since(since);
                metrics.join_seconds.observe(took.as_secs_f64());
            }
        }
        Awaits::Resumed => metrics.resumes.with_label_values(&[result]).inc(),
        Awaits::Nothing => {}
    }
}

fn log(record: &Record) {
    match record {
        Record::Joined { room, participant, role, .. } => {
            tracing::info!(%room, %participant, ?role, "participant.joined");
        }
        Record::Connected { room, participant, .. } => {
            tracing::info!(%room, %participant, "participant.connected");
        }
        Record::Left { room, participant, departure, .. } => {
            tracing::info!(%room, %participant, reason = departure.as_str(), "participant.left");
        }
        Record::Started { room, .. } => tracing::info!(%room, "lesson.started"),
        Record::Completed { room, .. } => tracing::info!(%room, "lesson.completed"),
        Record::Counts { .. } | Record::Chat { .. } => {}
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A join that was refused before the hub heard of it.
pub(super) fn note_refusal(shared: &Shared, code: ErrorCode) {
    shared.metrics.joins.with_label_values(&[code.as_str()]).inc();
}
