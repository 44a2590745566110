//! What lessons come to, in figures.

mod sheet;

use chrono::{DateTime, Utc};
use lectern_domain::analytics::{Bucket, Counts, LEAD_TIMES, Withdrawals};
use serde::Serialize;
use utoipa::ToSchema;

/// What the lessons of some time come to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Analytics {
    /// The first instant that is counted.
    pub(crate) from: DateTime<Utc>,
    /// The first instant that is not.
    pub(crate) to: DateTime<Utc>,
    /// The IANA zone whose days and hours these are.
    pub(crate) time_zone: String,
    /// All of it.
    pub(crate) totals: Figures,
    /// Day by day, week by week or month by month.
    pub(crate) series: Vec<Part>,
    /// Lessons that were not called off by weekday, Monday first, and hour of
    /// the zone's clocks: seven lists of 24.
    #[schema(value_type = Vec<Vec<i64>>, min_items = 7, max_items = 7)]
    pub(crate) busiest: [[i64; 24]; 7],
    /// Which pairs of teacher and student meet again.
    pub(crate) retention: Retention,
}

/// What some lessons come to. Each belongs to the time of its start, each
/// rating to when it was published.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    /// Lessons that were booked, whatever became of them.
    booked: i64,
    /// Those that took place and are over.
    completed: i64,
    /// The length of these, in minutes.
    minutes: i64,
    /// Those of the minutes that were in group lessons.
    minutes_in_groups: i64,
    /// Those of the minutes that the caller taught; of the platform, all.
    minutes_taught: i64,
    /// Those that the caller learnt; of the platform, all.
    minutes_learnt: i64,
    /// Of the lessons that were completed, called off or missed, the share that
    /// was completed, from 0 to 1; null where there is none.
    #[schema(required = true, minimum = 0, maximum = 1)]
    completion_rate: Option<f64>,
    /// Those that were called off.
    cancelled: Cancelled,
    /// Seats in group lessons that went on without them: those the caller gave
    /// back and those of the lessons they teach, or everybody's. A seat that is
    /// taken again was not given back.
    seats_given_back: Cancelled,
    /// Requests that the teacher declined.
    declined: i64,
    /// Requests that the teacher did not answer in time.
    expired: i64,
    /// Lessons to which somebody did not come.
    no_shows: NoShows,
    /// Reviews that were published: those the caller received, or everybody's.
    ratings: Ratings,
    /// How good the calls were: the caller's own connection, or everybody's.
    quality: CallQuality,
}

/// Lessons that were called off, or seats that were given back, by whom and how
/// long before the start.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cancelled {
    /// All of them.
    total: i64,
    /// By the teacher.
    by_teacher: i64,
    /// By the student.
    by_student: i64,
    /// By somebody else, such as an admin.
    by_others: i64,
    /// By how long before the start, the latest first.
    lead_times: Vec<LeadTime>,
}

/// What was called off or given back some time before the start.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LeadTime {
    /// Minutes before the start, at least; null: after it.
    #[schema(required = true)]
    at_least: Option<i64>,
    /// Minutes before the start, less than; null: any number.
    #[schema(required = true)]
    below: Option<i64>,
    /// How many.
    count: i64,
}

/// Lessons to which somebody did not come.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoShows {
    /// All of them.
    total: i64,
    /// The teacher alone did not.
    teacher: i64,
    /// The student alone did not.
    student: i64,
    /// Neither did.
    both: i64,
}

/// Ratings in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ratings {
    /// The mean; null where there is none.
    #[schema(required = true, minimum = 1, maximum = 5)]
    average: Option<f64>,
    /// How many.
    count: i64,
    /// How many of one star, of two, up to five.
    #[schema(value_type = Vec<i64>, min_items = 5, max_items = 5)]
    histogram: [i64; 5],
}

/// How good calls were, by the media plane's own account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallQuality {
    /// Stays in rooms.
    presences: i64,
    /// Those whose media came up.
    connected: i64,
    /// Packets that arrived at the server.
    packets: i64,
    /// Packets that did not, after repair.
    lost: i64,
    /// The share that was lost, from 0 to 1; null where nothing was sent.
    #[schema(required = true, minimum = 0, maximum = 1)]
    loss_rate: Option<f64>,
}

/// A part of the series.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Part {
    /// Its first day on the zone's calendar.
    #[schema(format = Date)]
    date: String,
    /// When it begins, or the time that is counted does.
    starts_at: DateTime<Utc>,
    /// When it ends, or the time that is counted does.
    ends_at: DateTime<Utc>,
    /// What it comes to.
    figures: Figures,
}

/// Pairs of teacher and student who met for the first time, and how many of
/// them had a second lesson soon after.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retention {
    /// All of the time.
    total: Cohort,
    /// By the month of the first lesson.
    cohorts: Vec<MonthCohort>,
}

/// Pairs that met for the first time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cohort {
    /// How many.
    pairs: i64,
    /// How many of them met again within 30 days.
    within_30_days: i64,
    /// How many of them met again within 90 days.
    within_90_days: i64,
}

/// Pairs that met for the first time in a month.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MonthCohort {
    /// The month's first day.
    #[schema(format = Date)]
    month: String,
    /// Whether 30 days have passed for all of them.
    complete_after_30_days: bool,
    /// Whether 90 days have passed for all of them.
    complete_after_90_days: bool,
    #[serde(flatten)]
    cohort: Cohort,
}

impl Figures {
    /// The figures of these counts, of which some are of lessons that were
    /// taught, and some of lessons that were taken.
    pub(crate) fn new(counts: &Counts, taught: i64, learnt: i64) -> Self {
        Self {
            booked: counts.booked,
            completed: counts.completed,
            minutes: counts.minutes,
            minutes_in_groups: counts.group_minutes,
            minutes_taught: taught,
            minutes_learnt: learnt,
            completion_rate: counts.completion(),
            cancelled: Cancelled::from(&counts.called_off),
            seats_given_back: Cancelled::from(&counts.seats),
            declined: counts.declined,
            expired: counts.expired,
            no_shows: NoShows {
                total: counts.missed.total(),
                teacher: counts.missed.teacher,
                student: counts.missed.student,
                both: counts.missed.both,
            },
            ratings: Ratings {
                average: counts.stars.average(),
                count: counts.stars.count(),
                histogram: counts.stars.0,
            },
            quality: CallQuality {
                presences: counts.presences,
                connected: counts.connections,
                packets: counts.packets,
                lost: counts.lost,
                loss_rate: counts.loss(),
            },
        }
    }
}

impl From<&Withdrawals> for Cancelled {
    fn from(withdrawals: &Withdrawals) -> Self {
        let bounds = LEAD_TIMES.map(|hours| Some(hours * 60));
        let lower = [None, Some(0)].into_iter().chain(bounds);
        let upper = [Some(0)].into_iter().chain(bounds).chain([None]);
        let lead_times = lower.zip(upper).zip(withdrawals.lead_times);
        Self {
            total: withdrawals.total(),
            by_teacher: withdrawals.by.teacher,
            by_student: withdrawals.by.student,
            by_others: withdrawals.by.other,
            lead_times: lead_times
                .map(|((at_least, below), count)| LeadTime { at_least, below, count })
                .collect(),
        }
    }
}

impl Part {
    pub(crate) fn new(bucket: &Bucket, figures: Figures) -> Self {
        Self {
            date: bucket.date.clone(),
            starts_at: bucket.starts_at,
            ends_at: bucket.ends_at,
            figures,
        }
    }
}

impl Retention {
    pub(crate) fn new(total: &Counts, months: &[(Bucket, Counts)], now: DateTime<Utc>) -> Self {
        let cohort = |counts: &Counts| Cohort {
            pairs: counts.retention.pairs,
            within_30_days: counts.retention.within_30,
            within_90_days: counts.retention.within_90,
        };
        let cohorts = months.iter().map(|(month, counts)| {
            let passed = |days| month.ends_at + chrono::TimeDelta::days(days) <= now;
            MonthCohort {
                month: month.date.clone(),
                complete_after_30_days: passed(30),
                complete_after_90_days: passed(90),
                cohort: cohort(counts),
            }
        });
        Self { total: cohort(total), cohorts: cohorts.collect() }
    }
}
