//! A client's numbered messages, the latest of which are kept for a resume.

use std::{collections::VecDeque, sync::Arc};

use lectern_protocol::{ServerMessage, limits};

/// Numbers messages and keeps the latest, bounded by count and by bytes. When
/// a bound is met the oldest are forgotten, and a client that would need them
/// joins anew.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    last: u64,
    kept: VecDeque<Arc<ServerMessage>>,
    bytes: usize,
}

impl Mailbox {
    /// Numbers a message and keeps it.
    pub(super) fn push(&mut self, message: Arc<ServerMessage>) -> u64 {
        self.last += 1;
        self.bytes += weight(&message);
        self.kept.push_back(message);
        while self.kept.len() > limits::REPLAY_MESSAGES || self.bytes > limits::REPLAY_BYTES {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.bytes -= weight(&oldest);
        }
        self.last
    }

    /// The messages after `seq`, or nothing when some of them are forgotten or
    /// `seq` was never reached.
    pub(super) fn after(
        &self,
        seq: u64,
    ) -> Option<impl Iterator<Item = (u64, Arc<ServerMessage>)> + '_> {
        let missed = usize::try_from(self.last.checked_sub(seq)?).ok()?;
        let skipped = self.kept.len().checked_sub(missed)?;
        Some((seq + 1..).zip(self.kept.iter().skip(skipped).cloned()))
    }
}

/// About how many bytes a message takes: its texts, and a share for the rest.
fn weight(message: &ServerMessage) -> usize {
    const REST: usize = 128;
    REST + match message {
        ServerMessage::Joined { answer, roster, slots, chat, .. } => {
            let chat: usize = chat.iter().map(|message| REST + message.text.len()).sum();
            answer.len() + REST * (roster.len() + slots.len()) + chat
        }
        ServerMessage::Answer { answer, slots } => answer.len() + REST * slots.len(),
        ServerMessage::Slots { slots } => REST * slots.len(),
        ServerMessage::Participant { participant, .. } => participant.name.len() + REST,
        ServerMessage::Chat { message } => message.text.len() + message.name.len(),
        ServerMessage::Error { message, .. } => message.len(),
        ServerMessage::Speaking { participants } => 16 * participants.len(),
        ServerMessage::Resumed {}
        | ServerMessage::Ending { .. }
        | ServerMessage::Closed { .. }
        | ServerMessage::Pong { .. } => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(bytes: usize) -> Arc<ServerMessage> {
        Arc::new(ServerMessage::Answer { answer: "v".repeat(bytes), slots: vec![] })
    }

    fn missed(mailbox: &Mailbox, seq: u64) -> Option<Vec<u64>> {
        Some(mailbox.after(seq)?.map(|(seq, _)| seq).collect())
    }

    #[test]
    fn what_was_missed_is_replayed_in_order() {
        let mut mailbox = Mailbox::default();
        for seq in 1..=5 {
            assert_eq!(mailbox.push(answer(1)), seq);
        }
        assert_eq!(missed(&mailbox, 5), Some(vec![]));
        assert_eq!(missed(&mailbox, 2), Some(vec![3, 4, 5]));
        assert_eq!(missed(&mailbox, 0), Some(vec![1, 2, 3, 4, 5]));
        assert_eq!(missed(&mailbox, 6), None, "never reached");
        assert_eq!(missed(&mailbox, u64::MAX), None, "never reached");
    }

    #[test]
    fn both_bounds_forget_the_oldest() {
        let mut mailbox = Mailbox::default();
        for _ in 0..limits::REPLAY_MESSAGES + 10 {
            mailbox.push(answer(1));
        }
        assert_eq!(missed(&mailbox, 9), None);
        assert_eq!(missed(&mailbox, 10).map(|seqs| seqs.len()), Some(limits::REPLAY_MESSAGES));

        mailbox.push(answer(limits::REPLAY_BYTES));
        let last = limits::REPLAY_MESSAGES as u64 + 11;
        assert_eq!(missed(&mailbox, last), Some(vec![]));
        assert_eq!(missed(&mailbox, last - 1), None, "too heavy to keep");
        assert_eq!(mailbox.bytes, 0);
    }
}
