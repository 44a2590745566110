//! A client's first message: whether it may enter, and which room.

use std::{sync::atomic::Ordering, time::Instant};

use lectern_domain::{
    id::UserId,
    room::{Mid, RoomGrant, Source},
    session::Status,
};
use lectern_protocol::{ChatMessage, ClientMessage, ErrorCode, limits as bounds};
use lectern_store::{StoreError, chat, rooms};
use tokio::{sync::oneshot, time::timeout};

use super::{
    Shared,
    clock::draw_presence,
    doors::Pass,
    hub_task::{Input, Join, note_refusal},
    queue::ClientQueue,
    token,
};
use crate::{
    hub::{
        ConnectionId, Entrance, Lesson, NOT_IN_LESSON, People, Progress, named_sources, rfc3339,
    },
    limits,
};

/// Who asks to be admitted.
pub(super) struct Admission<'a> {
    pub(super) shared: &'a Shared,
    pub(super) connection: ConnectionId,
    pub(super) queue: &'a ClientQueue,
}

/// Why somebody was not admitted.
type Refusal = (ErrorCode, String);

/// Makes of a first message what the hub is told.
pub(super) async fn admit(
    admission: Admission<'_>,
    pass: &mut Pass,
    message: ClientMessage,
) -> Result<Input, Refusal> {
    let Admission { shared, connection, queue } = admission;
    let since = shared.clocks.now().instant;
    match message {
        ClientMessage::Join { token, offer, sources } => {
            let named = named_sources(sources);
            let joining = Joining { shared, connection, queue, since };
            let joined = joining.join(pass, &token, offer, named).await;
            if let Err((code, _)) = &joined {
                note_refusal(shared, *code);
            }
            joined
        }
        ClientMessage::Resume { resume, seq } => {
            Ok(Input::Resume { connection, token: resume, seq, queue: queue.clone() })
        }
        _ => Err((ErrorCode::NotJoined, "join or resume first".into())),
    }
}

struct Joining<'a> {
    shared: &'a Shared,
    connection: ConnectionId,
    queue: &'a ClientQueue,
    since: Instant,
}

impl Joining<'_> {
    async fn join(
        &self,
        pass: &mut Pass,
        token: &str,
        offer: String,
        sources: Vec<(Mid, Source)>,
    ) -> Result<Input, Refusal> {
        let now = self.shared.clocks.now().wall;
        let grant = token::verify(token, &self.shared.config.room_keys, now)
            .map_err(|error| (ErrorCode::InvalidToken, error.to_string()))?;
        if !pass.belongs_to(&grant.sub) {
            return Err((ErrorCode::Full, "too many connections of one user".into()));
        }
        let lesson =
            if self.is_open(&grant).await? { None } else { Some(self.lesson(&grant).await?) };
        let (participant, secret) = draw_presence();
        let connection = self.connection;
        let entrance = Entrance { connection, participant, secret, grant, offer, sources };
        let (queue, since) = (self.queue.clone(), self.since);
        Ok(Input::Join(Box::new(Join { entrance, lesson, queue, since })))
    }

    async fn is_open(&self, grant: &RoomGrant) -> Result<bool, Refusal> {
        let stopping = |_| (ErrorCode::Unavailable, "the node stops".to_owned());
        let (reply, answer) = oneshot::channel();
        let grant = Box::new(grant.clone());
        let asked = self.shared.inputs.send(Input::Admits { grant, reply }).await;
        asked.map_err(|_| (ErrorCode::Unavailable, "the node stops".to_owned()))?;
        answer.await.map_err(stopping)
    }

    /// Reads what the room is opened with.
    async fn lesson(&self, grant: &RoomGrant) -> Result<Lesson, Refusal> {
        if self.shared.draining.load(Ordering::Relaxed) {
            return Err((ErrorCode::Unavailable, "the node takes no more rooms".into()));
        }
        let later = || (ErrorCode::Unavailable, "the lesson cannot be looked up now".to_owned());
        let as_of = self.shared.clocks.now().instant;
        let read = timeout(limits::FACTS_TIMEOUT, self.read(grant)).await;
        let (facts, chat) = match read {
            Ok(Ok(Some(found))) => found,
            Ok(Ok(None)) => return Err((ErrorCode::TokenRevoked, "the lesson is gone".into())),
            Ok(Err(error)) => {
                tracing::warn!(room = %grant.room, %error, "room.facts_unavailable");
                return Err(later());
            }
            Err(_) => return Err(later()),
        };
        let progress = match facts.status {
            Status::Scheduled => Progress::Scheduled,
            Status::InProgress => Progress::InProgress,
            Status::Completed => Progress::Completed,
            Status::Cancelled => {
                return Err((ErrorCode::SessionCancelled, "the lesson was cancelled".into()));
            }
        };
        // The hub refuses tokens of other leases; one that this node does not
        // hold must not even open the room.
        let fence = facts.fence.filter(|fence| *fence >= grant.fence);
        let Some(fence) = fence else {
            return Err((ErrorCode::TokenRevoked, "the room is held elsewhere".into()));
        };
        let people = People::new(facts.people, as_of);
        if !people.include(&grant.sub, grant.role) {
            return Err((ErrorCode::TokenRevoked, NOT_IN_LESSON.into()));
        }
        Ok(Lesson {
            room: grant.room,
            fence,
            ends_at: facts.ends_at,
            closes_at: facts.ends_at + facts.grace.unwrap_or(self.shared.config.grace),
            progress,
            people,
            chat: chat.into_iter().filter_map(on_the_wire).collect(),
        })
    }

    async fn read(
        &self,
        grant: &RoomGrant,
    ) -> Result<Option<(rooms::RoomFacts, Vec<chat::Message>)>, StoreError> {
        let (pool, config) = (&self.shared.pool, &self.shared.config);
        let facts = rooms::facts(pool, grant.room, config.node, config.epoch).await?;
        let Some(facts) = facts else { return Ok(None) };
        let history = u16::try_from(bounds::CHAT_HISTORY).unwrap_or(u16::MAX);
        let chat = chat::latest(pool, grant.room, history).await?;
        Ok(Some((facts, chat)))
    }
}

/// A kept message as clients see it.
fn on_the_wire(message: chat::Message) -> Option<ChatMessage> {
    let user: UserId = message.user_id.parse().ok()?;
    Some(ChatMessage {
        id: message.client_id,
        user,
        name: message.name,
        text: message.body,
        sent_at: rfc3339(message.sent_at),
    })
}
