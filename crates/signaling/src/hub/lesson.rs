//! What a room knows of its lesson, and when the lesson is what.

use std::{
    collections::{BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    id::{SessionId, UserId},
    room::Role,
};
use lectern_protocol::{ChatMessage, limits as protocol_limits};

use crate::limits;

/// One moment on both clocks: time spans are measured on the first, lessons
/// are held on the second.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// The monotonic clock.
    pub instant: Instant,
    /// The wall clock.
    pub wall: DateTime<Utc>,
}

impl Now {
    /// When the monotonic clock will read what the wall clock calls `at`.
    pub(super) fn instant_of(self, at: DateTime<Utc>) -> Instant {
        self.instant + (at - self.wall).to_std().unwrap_or(Duration::ZERO)
    }
}

/// The facts with which a room is opened.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// The lesson.
    pub room: SessionId,
    /// The lease under which this node holds the room.
    pub fence: i64,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// When the room closes.
    pub closes_at: DateTime<Utc>,
    /// How far it has come.
    pub progress: Progress,
    /// Who takes part in it.
    pub people: People,
    /// What was written so far, oldest first.
    pub chat: Vec<ChatMessage>,
}

/// How far a lesson has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Teacher and student have not met.
    Scheduled,
    /// They have met, and it is not over.
    InProgress,
    /// They have met, and it is over.
    Completed,
}

/// Who takes part in a lesson, as it was booked at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    users: BTreeSet<UserId>,
    as_of: Instant,
}

impl People {
    /// The lesson's people, asked for at `as_of`. Of two answers the one that was
    /// asked for later counts.
    pub fn new(users: impl IntoIterator<Item = UserId>, as_of: Instant) -> Self {
        Self { users: users.into_iter().collect(), as_of }
    }

    /// Whether somebody may be in the room as what they say they are. Observers
    /// and machines are not booked.
    pub fn include(&self, user: &UserId, role: Role) -> bool {
        !takes_part(role) || self.users.contains(user)
    }

    pub(super) fn is_older_than(&self, other: &Self) -> bool {
        self.as_of < other.as_of
    }
}

/// Whether the lesson is about them; observers and machines come and go.
pub(super) fn takes_part(role: Role) -> bool {
    matches!(role, Role::Teacher | Role::Student)
}

/// What may change of a lesson while its room is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonChange {
    /// The lesson.
    pub room: SessionId,
    /// The lease under which this node holds the room; none: it does not.
    pub fence: Option<i64>,
    /// Whether it was cancelled, or is gone.
    pub cancelled: bool,
    /// When it ends now.
    pub ends_at: DateTime<Utc>,
    /// When the room closes now.
    pub closes_at: DateTime<Utc>,
    /// Who takes part in it now, where that is known.
    pub people: Option<People>,
}

/// The warnings before the end.
#[derive(Debug)]
pub(super) struct Warnings {
    /// Up to when they have been given.
    given: DateTime<Utc>,
}

impl Warnings {
    pub(super) fn new(now: Now) -> Self {
        Self { given: now.wall }
    }

    /// When the next is due.
    pub(super) fn next(&self, ends_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        limits::ENDING_WARNINGS
            .iter()
            .map(|minutes| ends_at - TimeDelta::minutes(*minutes))
            .filter(|due| *due > self.given)
            .min()
    }

    /// Whether one is due. Several that were missed count as one.
    pub(super) fn take(&mut self, now: Now, ends_at: DateTime<Utc>) -> bool {
        let due = self.next(ends_at).is_some_and(|due| due <= now.wall);
        if due {
            self.given = now.wall;
        }
        due
    }
}

/// The latest of the chat, bounded by count and by bytes.
#[derive(Debug, Default)]
pub(super) struct Chat {
    messages: VecDeque<ChatMessage>,
    bytes: usize,
}

impl Chat {
    pub(super) fn new(messages: Vec<ChatMessage>) -> Self {
        let mut chat = Self::default();
        messages.into_iter().for_each(|message| chat.push(message));
        chat
    }

    pub(super) fn push(&mut self, message: ChatMessage) {
        self.bytes += message.text.len();
        self.messages.push_back(message);
        while self.messages.len() > protocol_limits::CHAT_HISTORY
            || self.bytes > protocol_limits::CHAT_HISTORY_BYTES
        {
            let Some(oldest) = self.messages.pop_front() else { break };
            self.bytes -= oldest.text.len();
        }
    }

    /// The message that a user wrote under an id of theirs.
    pub(super) fn find(&self, user: &UserId, id: &str) -> Option<&ChatMessage> {
        self.messages.iter().find(|message| message.user == *user && message.id == id)
    }

    pub(super) fn to_vec(&self) -> Vec<ChatMessage> {
        self.messages.iter().cloned().collect()
    }
}
