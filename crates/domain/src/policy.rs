//! What a teacher asks of those who book: buffers, notice, limits, terms.
//!
//! The platform has a [`Policy`] for everybody; a teacher's [`OwnPolicy`] says
//! where theirs differs.

use std::ops::RangeInclusive;

use chrono::TimeDelta;

use crate::{text::Invalid, window::JoinPolicy};

/// At most so many lessons, or any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Any number.
    Unlimited,
    /// So many.
    AtMost(u16),
}

impl Limit {
    /// The most that can be asked for.
    pub const MAX: i64 = 1000;

    /// Whether one more fits beside `count`.
    pub fn allows_one_beside(self, count: usize) -> bool {
        match self {
            Self::Unlimited => true,
            Self::AtMost(most) => count < usize::from(most),
        }
    }
}

impl TryFrom<i64> for Limit {
    type Error = Invalid;

    fn try_from(number: i64) -> Result<Self, Invalid> {
        let range = Invalid::Range { min: 1, max: Self::MAX };
        if !(1..=Self::MAX).contains(&number) {
            return Err(range);
        }
        u16::try_from(number).map(Self::AtMost).map_err(|_| range)
    }
}

macro_rules! policy {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {
        /// What holds for a teacher's lessons.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Policy {
            $($(#[$doc])* pub $name: $type,)*
        }

        /// What a teacher says of their lessons. What is `None` is the
        /// platform's to say.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct OwnPolicy {
            $($(#[$doc])* pub $name: Option<$type>,)*
        }

        impl OwnPolicy {
            /// The whole policy, on that of the platform.
            pub fn over(&self, platform: &Policy) -> Policy {
                Policy { $($name: self.$name.unwrap_or(platform.$name),)* }
            }
        }
    };
}

policy! {
    /// The time a teacher needs before each lesson.
    buffer_before: TimeDelta;
    /// The time a teacher needs after each lesson.
    buffer_after: TimeDelta;
    /// How long before its start a lesson is booked at the latest.
    minimum_notice: TimeDelta;
    /// How long before its start a lesson is booked at the earliest.
    booking_window: TimeDelta;
    /// Lessons start on multiples of this, counted from when the teacher opens.
    start_increment: TimeDelta;
    /// The most lessons that start on one day of the teacher's calendar.
    per_day: Limit;
    /// The most lessons that start in one week, from Monday on.
    per_week: Limit;
    /// Whether a booking is a request that the teacher answers.
    requires_confirmation: bool;
    /// Whether a request takes the slot before it is answered.
    pending_blocks: bool;
    /// How long a request waits for an answer, at most until its start.
    confirm_within: TimeDelta;
    /// How long before its start a student may cancel or move a lesson at the
    /// latest; zero: cancel it until its end, and move it until its start.
    cancel_deadline: TimeDelta;
    /// How long before its start a lesson may be entered.
    join_opens: TimeDelta;
    /// How long after its end a lesson may be entered and goes on.
    grace: TimeDelta;
    /// Whether people are to wait until the teacher is there. It is kept; rooms
    /// do not go by it yet.
    lobby: bool;
    /// Whether a student asks before a lesson is moved.
    reschedule_needs_consent: bool;
}

/// Minutes of a buffer.
pub const BUFFER: RangeInclusive<i64> = 0..=1440;
/// Minutes of notice: up to 90 days.
pub const MINIMUM_NOTICE: RangeInclusive<i64> = 0..=129_600;
/// Minutes of the booking window: up to the furthest ahead there is.
pub const BOOKING_WINDOW: RangeInclusive<i64> = 1..=2_635_200;
/// Minutes between two starts.
pub const START_INCREMENT: RangeInclusive<i64> = 5..=1440;
/// Minutes a request waits: up to 30 days.
pub const CONFIRM_WITHIN: RangeInclusive<i64> = 1..=43_200;
/// Minutes before the start to cancel: up to 30 days.
pub const CANCEL_DEADLINE: RangeInclusive<i64> = 0..=43_200;
/// Minutes before the start to enter.
pub const JOIN_OPENS: RangeInclusive<i64> = 0..=1440;
/// Minutes after the end to stay.
pub const GRACE: RangeInclusive<i64> = 0..=120;

/// A length in whole minutes, within one of the ranges above.
pub fn minutes(number: i64, range: &RangeInclusive<i64>) -> Result<TimeDelta, Invalid> {
    if !range.contains(&number) {
        return Err(Invalid::Range { min: *range.start(), max: *range.end() });
    }
    Ok(TimeDelta::minutes(number))
}

impl Default for Policy {
    /// Narrows nothing: any future time within five years, one after another.
    fn default() -> Self {
        let JoinPolicy { opens, grace } = JoinPolicy::default();
        Self {
            buffer_before: TimeDelta::zero(),
            buffer_after: TimeDelta::zero(),
            minimum_notice: TimeDelta::zero(),
            booking_window: TimeDelta::minutes(*BOOKING_WINDOW.end()),
            start_increment: TimeDelta::minutes(15),
            per_day: Limit::Unlimited,
            per_week: Limit::Unlimited,
            requires_confirmation: false,
            pending_blocks: true,
            confirm_within: TimeDelta::minutes(1440),
            cancel_deadline: TimeDelta::zero(),
            join_opens: opens,
            grace,
            lobby: false,
            reschedule_needs_consent: false,
        }
    }
}

impl Policy {
    /// When rooms may be entered.
    pub fn join(&self) -> JoinPolicy {
        JoinPolicy { opens: self.join_opens, grace: self.grace }
    }
}

/// What a teacher says of lessons that are booked: what each of them carries.
/// What is `None` is the platform's to say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// How long before its start it may be entered.
    pub join_opens: Option<TimeDelta>,
    /// How long after its end it may be entered and goes on.
    pub grace: Option<TimeDelta>,
    /// How long before its start a student may cancel at the latest.
    pub cancel_deadline: Option<TimeDelta>,
}

impl Terms {
    /// When the room may be entered.
    pub fn join(&self, platform: &Policy) -> JoinPolicy {
        JoinPolicy {
            opens: self.join_opens.unwrap_or(platform.join_opens),
            grace: self.grace.unwrap_or(platform.grace),
        }
    }

    /// How long before the start a student may cancel at the latest.
    pub fn cancel_deadline(&self, platform: &Policy) -> TimeDelta {
        self.cancel_deadline.unwrap_or(platform.cancel_deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::FURTHEST_AHEAD;

    #[test]
    fn what_a_teacher_does_not_say_is_the_platforms() {
        let platform = Policy { per_day: Limit::AtMost(5), lobby: true, ..Policy::default() };
        let own = OwnPolicy {
            per_day: Some(Limit::Unlimited),
            grace: Some(TimeDelta::zero()),
            ..OwnPolicy::default()
        };
        let expected = Policy { per_day: Limit::Unlimited, grace: TimeDelta::zero(), ..platform };
        assert_eq!(own.over(&platform), expected);
        assert_eq!(OwnPolicy::default().over(&platform), platform);
    }

    #[test]
    fn the_widest_window_is_the_furthest_ahead() {
        assert_eq!(TimeDelta::minutes(*BOOKING_WINDOW.end()), FURTHEST_AHEAD);
        assert!(minutes(0, &BOOKING_WINDOW).is_err());
        assert_eq!(minutes(5, &START_INCREMENT), Ok(TimeDelta::minutes(5)));
    }

    #[test]
    fn limits_count() {
        assert!(Limit::try_from(0).is_err());
        assert!(Limit::try_from(1001).is_err());
        assert!(Limit::AtMost(2).allows_one_beside(1));
        assert!(!Limit::AtMost(2).allows_one_beside(2));
        assert!(Limit::Unlimited.allows_one_beside(usize::MAX));
    }
}
