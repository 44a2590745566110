//! A media plane that believes what it is told, and checks that it can be.

use std::collections::{BTreeMap, BTreeSet};

use lectern_domain::{
    id::{ParticipantId, SessionId},
    room::{MediaKind, Mid, Source},
};
use lectern_signaling::{
    hub::{Question, QuestionKind},
    media::{MediaAnswer, MediaCommand, MediaError},
};

/// All transports, and the offers that wait.
#[derive(Debug, Default)]
pub(crate) struct Media {
    pub(crate) transports: BTreeMap<(SessionId, ParticipantId), Transport>,
    pub(crate) questions: Vec<Question>,
    /// Joins that were given up before they were answered.
    given_up: BTreeSet<(SessionId, ParticipantId)>,
}

/// One participant's transport.
#[derive(Debug, Default)]
pub(crate) struct Transport {
    pub(crate) slots: BTreeMap<Mid, Option<(ParticipantId, Source)>>,
    pub(crate) order: Vec<(Mid, MediaKind)>,
    pub(crate) sources: Vec<Source>,
    pub(crate) muted: BTreeSet<Source>,
    pub(crate) connected: bool,
}

impl Media {
    /// Answers an offer with the client's sections and sources.
    pub(crate) fn answer(
        &mut self,
        question: &Question,
        sections: Vec<(Mid, MediaKind)>,
        sources: Vec<Source>,
    ) -> Result<MediaAnswer, MediaError> {
        let key = (question.room, question.participant);
        if question.kind == QuestionKind::Further && !self.transports.contains_key(&key) {
            return Err(MediaError::Unavailable);
        }
        if !self.given_up.remove(&key) || question.kind == QuestionKind::Further {
            let transport = self.transports.entry(key).or_default();
            for (mid, _) in &sections {
                transport.slots.entry(mid.clone()).or_default();
            }
            transport.order.clone_from(&sections);
            transport.sources.clone_from(&sources);
        }
        Ok(MediaAnswer { sdp: "v=0".into(), sources, slots: sections })
    }

    pub(crate) fn take(&mut self, command: MediaCommand) {
        match command {
            MediaCommand::Assign { room, receiver, slots } => {
                for slot in slots {
                    if let Some((from, source)) = slot.from {
                        assert_ne!(from, receiver, "nobody is sent what is their own");
                        let sender = self.transports.get(&(room, from)).expect("a sender is there");
                        assert!(sender.sources.contains(&source), "the source was negotiated");
                    }
                    let receiver = self.transports.get_mut(&(room, receiver));
                    let receiver = receiver.expect("a receiver is there");
                    let carried = receiver.slots.get_mut(&slot.mid).expect("the slot is there");
                    assert_ne!(*carried, slot.from, "only changes are told");
                    *carried = slot.from;
                }
            }
            MediaCommand::View { room, receiver, mid, .. } => {
                assert!(self.transports[&(room, receiver)].slots.contains_key(&mid));
            }
            MediaCommand::Mute { room, participant, source, muted } => {
                let sender = self.transports.get_mut(&(room, participant));
                let sender = sender.expect("who mutes is there");
                assert!(sender.sources.contains(&source), "the source was negotiated");
                if muted {
                    sender.muted.insert(source)
                } else {
                    sender.muted.remove(&source)
                };
            }
            MediaCommand::Leave { room, participant } => {
                self.transports.remove(&(room, participant));
                let waits = |question: &Question| {
                    question.room == room
                        && question.participant == participant
                        && question.kind == QuestionKind::Join
                };
                if self.questions.iter().any(waits) {
                    self.given_up.insert((room, participant));
                }
            }
            MediaCommand::Close { room } => {
                self.transports.retain(|(other, _), _| *other != room);
                for question in &self.questions {
                    if question.room == room && question.kind == QuestionKind::Join {
                        self.given_up.insert((room, question.participant));
                    }
                }
            }
            MediaCommand::Join { .. } | MediaCommand::Offer { .. } => {
                unreachable!("the hub asks with questions")
            }
        }
    }
}
