//! When the door of a room is open.

use chrono::{DateTime, TimeDelta, Utc};

/// How long before its start a lesson may be entered, and how long after its
/// end it may still be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JoinPolicy {
    /// Before the start.
    pub opens: TimeDelta,
    /// After the end.
    pub grace: TimeDelta,
}

impl Default for JoinPolicy {
    fn default() -> Self {
        Self { opens: TimeDelta::minutes(15), grace: TimeDelta::minutes(15) }
    }
}

impl JoinPolicy {
    /// The window of a lesson that runs from `start` to `end`.
    pub fn window(self, start: DateTime<Utc>, end: DateTime<Utc>) -> JoinWindow {
        JoinWindow { opens_at: start - self.opens, closes_at: end + self.grace }
    }
}

/// From `opens_at` on, and until before `closes_at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JoinWindow {
    /// The first instant at which the room may be entered.
    pub opens_at: DateTime<Utc>,
    /// The first instant at which it may no longer be.
    pub closes_at: DateTime<Utc>,
}

/// Why the door is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DoorClosed {
    /// The lesson is too far ahead.
    #[error("the lesson can be joined from {opens_at} on")]
    TooEarly {
        /// When the door opens.
        opens_at: DateTime<Utc>,
    },
    /// The lesson and its grace are over.
    #[error("the lesson is over")]
    Over,
    /// The lesson was cancelled.
    #[error("the lesson was cancelled")]
    Cancelled,
    /// The teacher has not agreed to the lesson.
    #[error("the teacher has not confirmed the lesson")]
    NotConfirmed,
}

impl JoinWindow {
    /// Whether the room may be entered at `now`.
    pub fn check(self, now: DateTime<Utc>) -> Result<(), DoorClosed> {
        if now < self.opens_at {
            return Err(DoorClosed::TooEarly { opens_at: self.opens_at });
        }
        if now >= self.closes_at {
            return Err(DoorClosed::Over);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_door_opens_before_the_start_and_closes_after_the_grace() {
        let start = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let end = start + TimeDelta::minutes(60);
        let window = JoinPolicy::default().window(start, end);
        let check = |minutes: i64, expected: Result<(), DoorClosed>| {
            assert_eq!(window.check(start + TimeDelta::minutes(minutes)), expected, "{minutes}");
        };
        check(-16, Err(DoorClosed::TooEarly { opens_at: start - TimeDelta::minutes(15) }));
        check(-15, Ok(()));
        check(0, Ok(()));
        check(74, Ok(()));
        check(75, Err(DoorClosed::Over));
    }
}
