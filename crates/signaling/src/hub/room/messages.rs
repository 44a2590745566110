//! What a client in the room says.

use std::sync::Arc;

use lectern_domain::{
    id::ParticipantId,
    room::{Mid, Role, Source},
};
use lectern_protocol::{
    ChatMessage, ClientMessage, CloseReason, ErrorCode, ServerMessage, SlotView, SourceSection,
};

use super::{Room, code_of, rfc3339};
use crate::{
    hub::{
        lesson::Now,
        outbox::{ConnectionId, Departure, Outbox, Question, QuestionKind, Record},
    },
    media::{MediaAnswer, MediaCommand, MediaError},
};

impl Room {
    /// Takes a message, from whoever is in the room or entering it.
    pub(in crate::hub) fn message(
        &mut self,
        now: Now,
        id: ParticipantId,
        connection: ConnectionId,
        message: ClientMessage,
        out: &mut Outbox,
    ) {
        if self.entering.contains_key(&id) {
            return self.message_while_entering(now, id, connection, &message, out);
        }
        let done = match message {
            ClientMessage::Join { .. } | ClientMessage::Resume { .. } => {
                Err((ErrorCode::AlreadyJoined, "already in the room"))
            }
            ClientMessage::Offer { offer, sources } => self.offer(id, offer, sources, out),
            ClientMessage::Media { source, muted } => self.mute(id, source, muted, out),
            ClientMessage::View { slots } => self.view(id, slots, out),
            ClientMessage::Chat { id: client_id, text } => {
                self.chat(now, id, client_id, text, out);
                Ok(())
            }
            ClientMessage::Hand { raised } => self.hand(id, raised, out),
            ClientMessage::Leave {} => {
                self.depart(now, id, Departure::Closed(CloseReason::Left), out);
                Ok(())
            }
            // The hub has answered it.
            ClientMessage::Ping { .. } => Ok(()),
        };
        if let Err((code, text)) = done {
            out.refuse(connection, code, text);
        }
    }

    fn message_while_entering(
        &mut self,
        now: Now,
        id: ParticipantId,
        connection: ConnectionId,
        message: &ClientMessage,
        out: &mut Outbox,
    ) {
        match message {
            ClientMessage::Leave {} => self.turn_away(now, id, CloseReason::Left, out),
            ClientMessage::Join { .. } | ClientMessage::Resume { .. } => {
                out.refuse(connection, ErrorCode::AlreadyJoined, "the first one is in the works");
            }
            _ => out.refuse(connection, ErrorCode::NotJoined, "wait for `joined`"),
        }
    }

    fn offer(
        &mut self,
        id: ParticipantId,
        offer: String,
        sources: Option<Vec<SourceSection>>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let Some(participant) = self.present.get_mut(&id) else { return Ok(()) };
        if participant.offering {
            return Err((ErrorCode::RateLimited, "the last offer waits for its answer"));
        }
        participant.offering = true;
        let (room, kind) = (self.id, QuestionKind::Further);
        let sources = named_sources(sources);
        out.ask(Question { room, participant: id, kind, offer, sources });
        Ok(())
    }

    pub(super) fn further_answer(
        &mut self,
        id: ParticipantId,
        answer: Result<MediaAnswer, MediaError>,
        out: &mut Outbox,
    ) {
        let Some(participant) = self.present.get_mut(&id) else { return };
        participant.offering = false;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                if let Some(connection) = participant.connection() {
                    out.refuse(connection, code_of(&error), &error.to_string());
                }
                return;
            }
        };
        let before = participant.sources.clone();
        participant.set_sources(&answer.sources);
        participant.seating.set_slots(answer.slots);
        let changed = participant.sources != before;
        let entry = participant.roster_entry();
        self.silence(id, &answer.sources, out);

        let others = self.candidates(id);
        let Some(participant) = self.present.get_mut(&id) else { return };
        let changes = participant.seating.arrange(&others);
        let slots = participant.seating.slots();
        self.assign(id, changes.assignments, out);
        self.tell(id, ServerMessage::Answer { answer: answer.sdp, slots }, out);
        if changed {
            let news = ServerMessage::Participant { participant: entry, present: true };
            self.broadcast(None, news, out);
            self.arrange(out);
        }
    }

    fn mute(
        &mut self,
        id: ParticipantId,
        source: Source,
        muted: bool,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let Some(participant) = self.present.get_mut(&id) else { return Ok(()) };
        if participant.role == Role::Observer {
            return Err((ErrorCode::Forbidden, "an observer sends no media"));
        }
        let state = participant.sources.iter_mut().find(|state| state.source == source);
        let state = state.ok_or((ErrorCode::NotFound, "the source was not offered"))?;
        if state.muted == muted {
            return Ok(());
        }
        state.muted = muted;
        out.media(MediaCommand::Mute { room: self.id, participant: id, source, muted });
        self.announce(id, out);
        if matches!(source, Source::Screen | Source::ScreenAudio) {
            self.arrange(out);
        }
        Ok(())
    }

    fn hand(&mut self, id: ParticipantId, raised: bool, out: &mut Outbox) -> Result<(), Refusal> {
        let Some(participant) = self.present.get_mut(&id) else { return Ok(()) };
        if participant.role == Role::Observer {
            return Err((ErrorCode::Forbidden, "an observer raises no hand"));
        }
        if participant.hand != raised {
            participant.hand = raised;
            self.announce(id, out);
        }
        Ok(())
    }

    /// Tells everybody how a participant is now.
    fn announce(&mut self, id: ParticipantId, out: &mut Outbox) {
        let Some(participant) = self.present.get(&id) else { return };
        let entry = participant.roster_entry();
        let news = ServerMessage::Participant { participant: entry, present: true };
        self.broadcast(None, news, out);
    }

    fn view(
        &mut self,
        id: ParticipantId,
        views: Vec<SlotView>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let others = self.candidates(id);
        let Some(participant) = self.present.get_mut(&id) else { return Ok(()) };
        let mut done = Ok(());
        for view in views {
            if participant.seating.view(&view, &others).is_err() {
                done = Err((ErrorCode::NotFound, "no such slot, or nobody to be pinned to it"));
                continue;
            }
            let SlotView { mid, height, paused, .. } = view;
            out.media(MediaCommand::View { room: self.id, receiver: id, mid, height, paused });
        }
        let changes = participant.seating.arrange(&others);
        self.assign(id, changes.assignments, out);
        if !changes.slots.is_empty() {
            self.tell(id, ServerMessage::Slots { slots: changes.slots }, out);
        }
        done
    }

    fn chat(
        &mut self,
        now: Now,
        id: ParticipantId,
        client_id: String,
        text: String,
        out: &mut Outbox,
    ) {
        let Some(participant) = self.present.get_mut(&id) else { return };
        // A client that resends is told what has become of its message.
        if let Some(known) = self.chat.find(&participant.user, &client_id) {
            let message = ServerMessage::Chat { message: known.clone() };
            return participant.tell(Arc::new(message), out);
        }
        let message = ChatMessage {
            id: client_id,
            user: participant.user.clone(),
            name: participant.name.clone(),
            text,
            sent_at: rfc3339(now.wall),
        };
        self.chat.push(message.clone());
        out.record(Record::Chat { room: self.id, message: message.clone(), at: now.wall });
        self.broadcast(None, ServerMessage::Chat { message }, out);
    }
}

/// What a client is told when something is not done.
type Refusal = (ErrorCode, &'static str);

/// The client's naming of its send sections; empty: the default.
pub(crate) fn named_sources(sources: Option<Vec<SourceSection>>) -> Vec<(Mid, Source)> {
    let named = sources.into_iter().flatten();
    named.map(|section| (section.mid, section.source)).collect()
}
