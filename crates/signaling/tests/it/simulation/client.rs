//! What a client makes of the messages it gets.

use std::collections::BTreeMap;

use lectern_domain::{
    id::{ParticipantId, SessionId, UserId},
    room::{MediaKind, Mid, Role, Source},
};
use lectern_protocol::{ErrorCode, RosterEntry, ServerMessage, Slot};
use lectern_signaling::hub::ConnectionId;

/// A user of a room, with at most one WebSocket.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) room: SessionId,
    pub(crate) user: UserId,
    pub(crate) role: Role,
    /// Its receive sections, in the order of its offer.
    pub(crate) sections: Vec<(Mid, MediaKind)>,
    pub(crate) sources: Vec<Source>,
    /// The WebSocket by which it came or resumed.
    pub(crate) connection: Option<ConnectionId>,
    pub(crate) view: Option<View>,
}

/// The room as a client knows it.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) participant: ParticipantId,
    pub(crate) resume: String,
    pub(crate) seq: u64,
    pub(crate) roster: BTreeMap<ParticipantId, RosterEntry>,
    pub(crate) slots: BTreeMap<Mid, Slot>,
    pub(crate) chat: Vec<String>,
    pub(crate) speaking: Vec<ParticipantId>,
}

impl Client {
    pub(crate) fn take(
        &mut self,
        connection: ConnectionId,
        seq: Option<u64>,
        message: &ServerMessage,
    ) {
        if let ServerMessage::Joined { participant, roster, slots, resume, chat, .. } = message {
            assert_eq!(seq, Some(1), "`joined` begins the numbers");
            self.connection = Some(connection);
            self.view = Some(View {
                participant: *participant,
                resume: resume.clone(),
                seq: 1,
                roster: roster.iter().map(|entry| (entry.participant, entry.clone())).collect(),
                slots: slots.iter().map(|slot| (slot.mid.clone(), slot.clone())).collect(),
                chat: chat.iter().map(|message| message.id.clone()).collect(),
                speaking: Vec::new(),
            });
            return;
        }
        match message {
            ServerMessage::Resumed {} => self.connection = Some(connection),
            ServerMessage::Error { code: ErrorCode::ResumeFailed, .. } => self.view = None,
            _ => {}
        }
        let Some(seq) = seq else { return };
        assert_eq!(self.connection, Some(connection), "numbered messages go where it is");
        let view = self.view.as_mut().expect("nothing is numbered before `joined`");
        assert_eq!(seq, view.seq + 1, "numbers have no gap: {message:?}");
        view.seq = seq;
        view.apply(message);
        if matches!(message, ServerMessage::Closed { .. }) {
            self.view = None;
        }
    }
}

impl View {
    fn apply(&mut self, message: &ServerMessage) {
        match message {
            ServerMessage::Participant { participant: entry, present: true } => {
                self.roster.insert(entry.participant, entry.clone());
            }
            ServerMessage::Participant { participant: entry, present: false } => {
                let gone = self.roster.remove(&entry.participant);
                assert!(gone.is_some(), "who goes was there");
            }
            ServerMessage::Slots { slots } => slots.iter().for_each(|slot| self.carry(slot)),
            ServerMessage::Answer { slots, .. } => {
                slots.iter().for_each(|slot| self.carry(slot));
                assert_eq!(self.slots.len(), slots.len(), "an answer names all slots");
            }
            // What is written twice is told again to its writer alone.
            ServerMessage::Chat { message } if !self.chat.contains(&message.id) => {
                self.chat.push(message.id.clone());
            }
            ServerMessage::Speaking { participants } => self.speaking.clone_from(participants),
            _ => {}
        }
    }

    fn carry(&mut self, slot: &Slot) {
        let old = self.slots.insert(slot.mid.clone(), slot.clone());
        assert!(old.is_none_or(|old| old.epoch <= slot.epoch), "an epoch only rises");
    }
}
