//! When the demo's teachers are open, and what they ask of those who book.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use lectern_domain::{
    availability::{Availability, Hours, Interval},
    policy::{Limit, OwnPolicy},
    zone::ZoneName,
};

/// The hours and the policy of a teacher.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) teacher: &'static str,
    /// The hours of each day, from Monday on.
    week: [&'static [(&'static str, &'static str)]; 7],
    /// Minutes after each lesson.
    buffer_after: i64,
    /// Minutes of notice.
    minimum_notice: i64,
    /// Minutes between two starts.
    start_increment: i64,
    /// Minutes before the start until which students may cancel.
    cancel_deadline: i64,
    /// Whether each booking is answered.
    requires_confirmation: bool,
    /// The most lessons of a day.
    per_day: u16,
}

const MORNING_AND_AFTERNOON: &[(&str, &str)] = &[("09:00", "12:30"), ("14:00", "19:00")];
const EVENING: &[(&str, &str)] = &[("13:00", "21:00")];

pub(super) const OPEN: [Opening; 2] = [
    Opening {
        teacher: "ines",
        week: [
            MORNING_AND_AFTERNOON,
            MORNING_AND_AFTERNOON,
            MORNING_AND_AFTERNOON,
            MORNING_AND_AFTERNOON,
            MORNING_AND_AFTERNOON,
            &[("10:00", "13:00")],
            &[],
        ],
        buffer_after: 10,
        minimum_notice: 120,
        start_increment: 30,
        cancel_deadline: 720,
        requires_confirmation: true,
        per_day: 8,
    },
    Opening {
        teacher: "daniel",
        week: [
            EVENING,
            EVENING,
            EVENING,
            EVENING,
            &[("13:00", "18:00")],
            &[],
            &[("15:00", "20:00")],
        ],
        buffer_after: 5,
        minimum_notice: 60,
        start_increment: 30,
        cancel_deadline: 0,
        requires_confirmation: false,
        per_day: 8,
    },
];

impl Opening {
    pub(super) fn availability(&self, time_zone: ZoneName) -> anyhow::Result<Availability> {
        let mut week = <[Hours; 7]>::default();
        for (day, hours) in week.iter_mut().zip(self.week) {
            let intervals =
                hours.iter().map(|(from, to)| Ok(Interval::new(from.parse()?, to.parse()?)?));
            *day = Hours::new(intervals.collect::<anyhow::Result<_>>()?)?;
        }
        Ok(Availability::new(time_zone, week, BTreeMap::new(), Vec::new())?)
    }

    pub(super) fn policy(&self) -> OwnPolicy {
        OwnPolicy {
            buffer_after: Some(TimeDelta::minutes(self.buffer_after)),
            minimum_notice: Some(TimeDelta::minutes(self.minimum_notice)),
            start_increment: Some(TimeDelta::minutes(self.start_increment)),
            cancel_deadline: Some(TimeDelta::minutes(self.cancel_deadline)),
            requires_confirmation: Some(self.requires_confirmation),
            per_day: Some(Limit::AtMost(self.per_day)),
            ..OwnPolicy::default()
        }
    }
}
