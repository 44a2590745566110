//! What holds for a teacher's lessons.

use std::ops::RangeInclusive;

use chrono::TimeDelta;
use lectern_domain::policy::{self, Limit, OwnPolicy};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::{extract::Checks, problem::Problem};

/// What holds for a teacher's lessons. Lengths are minutes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Policy {
    /// The time a teacher needs before each lesson.
    buffer_before: i64,
    /// The time a teacher needs after each lesson.
    buffer_after: i64,
    /// How long before its start a lesson is booked at the latest.
    minimum_notice: i64,
    /// How long before its start a lesson is booked at the earliest.
    booking_window: i64,
    /// Lessons start on multiples of this, counted from when the teacher opens.
    start_increment: i64,
    /// The most lessons that start on one day of the teacher's calendar; null:
    /// any number.
    #[schema(required = true)]
    per_day: Option<u16>,
    /// The most lessons that start in one week, from Monday on; null: any
    /// number.
    #[schema(required = true)]
    per_week: Option<u16>,
    /// Whether a booking is a request that the teacher answers.
    requires_confirmation: bool,
    /// Whether a request takes the slot before it is answered.
    pending_blocks: bool,
    /// How long a request waits for an answer, at most until its start.
    confirm_within: i64,
    /// How long before its start a student may cancel or move a lesson at the
    /// latest; zero: cancel it until its end, and move it until its start.
    cancel_deadline: i64,
    /// How long before its start a lesson may be entered.
    join_opens: i64,
    /// How long after its end a lesson may be entered and goes on.
    grace: i64,
    /// Whether people are to wait until the teacher is there. It is kept; rooms
    /// do not go by it yet.
    lobby: bool,
    /// Whether a student asks before a lesson is moved.
    reschedule_needs_consent: bool,
}

/// What is to change; what is not named stays. Lengths are minutes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "bufferAfter": 10, "minimumNotice": 120, "perDay": 6 }))]
pub(crate) struct PolicyChange {
    /// The time a teacher needs before each lesson.
    #[schema(minimum = 0, maximum = 1440)]
    buffer_before: Option<i64>,
    /// The time a teacher needs after each lesson.
    #[schema(minimum = 0, maximum = 1440)]
    buffer_after: Option<i64>,
    /// How long before its start a lesson is booked at the latest.
    #[schema(minimum = 0, maximum = 129_600)]
    minimum_notice: Option<i64>,
    /// How long before its start a lesson is booked at the earliest.
    #[schema(minimum = 1, maximum = 2_635_200)]
    booking_window: Option<i64>,
    /// Lessons start on multiples of this, counted from when the teacher opens;
    /// without availability, from midnight.
    #[schema(minimum = 5, maximum = 1440)]
    start_increment: Option<i64>,
    /// The most lessons that start on one day; null: any number.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    per_day: Option<Option<i64>>,
    /// The most lessons that start in one week; null: any number.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    per_week: Option<Option<i64>>,
    /// Whether a booking is a request that the teacher answers.
    requires_confirmation: Option<bool>,
    /// Whether a request takes the slot before it is answered.
    pending_blocks: Option<bool>,
    /// How long a request waits for an answer.
    #[schema(minimum = 1, maximum = 43_200)]
    confirm_within: Option<i64>,
    /// How long before its start a student may cancel or move a lesson at the
    /// latest.
    #[schema(minimum = 0, maximum = 43_200)]
    cancel_deadline: Option<i64>,
    /// How long before its start a lesson may be entered.
    #[schema(minimum = 0, maximum = 1440)]
    join_opens: Option<i64>,
    /// How long after its end a lesson may be entered and goes on.
    #[schema(minimum = 0, maximum = 120)]
    grace: Option<i64>,
    /// Whether people are to wait until the teacher is there. It is kept; rooms
    /// do not go by it yet.
    lobby: Option<bool>,
    /// Whether a student asks before a lesson is moved.
    reschedule_needs_consent: Option<bool>,
}

/// A field that is there, even where it is null.
fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Policy {
    pub(crate) fn of(policy: &policy::Policy) -> Self {
        let number = |limit| match limit {
            Limit::Unlimited => None,
            Limit::AtMost(most) => Some(most),
        };
        Self {
            buffer_before: policy.buffer_before.num_minutes(),
            buffer_after: policy.buffer_after.num_minutes(),
            minimum_notice: policy.minimum_notice.num_minutes(),
            booking_window: policy.booking_window.num_minutes(),
            start_increment: policy.start_increment.num_minutes(),
            per_day: number(policy.per_day),
            per_week: number(policy.per_week),
            requires_confirmation: policy.requires_confirmation,
            pending_blocks: policy.pending_blocks,
            confirm_within: policy.confirm_within.num_minutes(),
            cancel_deadline: policy.cancel_deadline.num_minutes(),
            join_opens: policy.join_opens.num_minutes(),
            grace: policy.grace.num_minutes(),
            lobby: policy.lobby,
            reschedule_needs_consent: policy.reschedule_needs_consent,
        }
    }
}

impl PolicyChange {
    pub(crate) fn parse(&self) -> Result<OwnPolicy, Problem> {
        let mut checks = Checks::default();
        let mut length = |pointer: &str, minutes: Option<i64>, range: RangeInclusive<i64>| {
            let minutes = minutes?;
            checks.accept::<TimeDelta, _>(pointer, policy::minutes(minutes, &range))
        };
        let mut own = OwnPolicy {
            buffer_before: length("/bufferBefore", self.buffer_before, policy::BUFFER),
            buffer_after: length("/bufferAfter", self.buffer_after, policy::BUFFER),
            minimum_notice: length("/minimumNotice", self.minimum_notice, policy::MINIMUM_NOTICE),
            booking_window: length("/bookingWindow", self.booking_window, policy::BOOKING_WINDOW),
            start_increment: length(
                "/startIncrement",
                self.start_increment,
                policy::START_INCREMENT,
            ),
            confirm_within: length("/confirmWithin", self.confirm_within, policy::CONFIRM_WITHIN),
            cancel_deadline: length(
                "/cancelDeadline",
                self.cancel_deadline,
                policy::CANCEL_DEADLINE,
            ),
            join_opens: length("/joinOpens", self.join_opens, policy::JOIN_OPENS),
            grace: length("/grace", self.grace, policy::GRACE),
            requires_confirmation: self.requires_confirmation,
            pending_blocks: self.pending_blocks,
            lobby: self.lobby,
            reschedule_needs_consent: self.reschedule_needs_consent,
            per_day: None,
            per_week: None,
        };
        let mut limit = |pointer: &str, named: Option<Option<i64>>| match named? {
            None => Some(Limit::Unlimited),
            Some(number) => checks.accept(pointer, Limit::try_from(number)),
        };
        own.per_day = limit("/perDay", self.per_day);
        own.per_week = limit("/perWeek", self.per_week);
        checks.done()?;
        Ok(own)
    }
}
