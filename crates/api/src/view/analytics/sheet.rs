//! The series as CSV: a row for each part of it.

use chrono::{DateTime, SecondsFormat, Utc};

use super::{Analytics, Part};
use crate::csv::{Cell, push_row};

const COLUMNS: [&str; 26] = [
    "date",
    "startsAt",
    "endsAt",
    "booked",
    "completed",
    "minutes",
    "minutesInGroups",
    "minutesTaught",
    "minutesLearnt",
    "completionRate",
    "cancelledByTeacher",
    "cancelledByStudent",
    "cancelledByOthers",
    "seatsGivenBackByTeacher",
    "seatsGivenBackByStudent",
    "seatsGivenBackByOthers",
    "declined",
    "expired",
    "missedByTeacher",
    "missedByStudent",
    "missedByBoth",
    "ratings",
    "ratingAverage",
    "presences",
    "connected",
    "lossRate",
];

impl Analytics {
    /// The series (RFC 4180), under the names of its columns.
    pub(crate) fn csv(&self) -> String {
        let mut csv = String::new();
        push_row(&mut csv, COLUMNS.into_iter().map(Cell::Text));
        for part in &self.series {
            part.push(&mut csv);
        }
        csv
    }
}

impl Part {
    fn push(&self, csv: &mut String) {
        let figures = &self.figures;
        let at = |instant: DateTime<Utc>| instant.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let (starts_at, ends_at) = (at(self.starts_at), at(self.ends_at));
        // Counts are far below 2^53, where f64 stops being exact.
        let count = |n: i64| Cell::Number(n as f64);
        let share = |n: Option<f64>| n.map_or(Cell::Empty, Cell::Number);
        push_row(
            csv,
            [
                Cell::Text(&self.date),
                Cell::Text(&starts_at),
                Cell::Text(&ends_at),
                count(figures.booked),
                count(figures.completed),
                count(figures.minutes),
                count(figures.minutes_in_groups),
                count(figures.minutes_taught),
                count(figures.minutes_learnt),
                share(figures.completion_rate),
                count(figures.cancelled.by_teacher),
                count(figures.cancelled.by_student),
                count(figures.cancelled.by_others),
                count(figures.seats_given_back.by_teacher),
                count(figures.seats_given_back.by_student),
                count(figures.seats_given_back.by_others),
                count(figures.declined),
                count(figures.expired),
                count(figures.no_shows.teacher),
                count(figures.no_shows.student),
                count(figures.no_shows.both),
                count(figures.ratings.count),
                share(figures.ratings.average),
                count(figures.quality.presences),
                count(figures.quality.connected),
                share(figures.quality.loss_rate),
            ],
        );
    }
}
