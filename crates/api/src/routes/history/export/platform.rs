//! The platform's lessons as rows.

use lectern_domain::session::{NoShow, Session};
use lectern_store::history::{Overview, Record};

use super::{cancelled, start, students};
use crate::csv::{Cell, push_row};

pub(super) const COLUMNS: [&str; 15] = [
    "id",
    "title",
    "skill",
    "teacher",
    "teacherName",
    "students",
    "scheduledAt",
    "duration",
    "status",
    "cancelledBy",
    "cancelReason",
    "noShow",
    "disputed",
    "togetherMinutes",
    "lossRate",
];

pub(super) fn push_session(
    csv: &mut String,
    session: &Session,
    record: &Record,
    overview: Overview,
) {
    let id = session.id.to_string();
    let teacher = session.name_of(&session.teacher).unwrap_or(session.teacher.as_str());
    let students = students(session);
    let start = start(session);
    let (by, why) = cancelled(session);
    // Counts are far below 2^53, where f64 stops being exact.
    let (packets, lost) = (record.attended.iter())
        .fold((0, 0), |(packets, lost), one| (packets + one.packets, lost + one.lost));
    let loss = (packets + lost > 0).then(|| lost as f64 / (packets + lost) as f64);
    push_row(
        csv,
        [
            Cell::Text(&id),
            Cell::Text(session.title.as_str()),
            Cell::Text(session.skill.as_str()),
            Cell::Text(session.teacher.as_str()),
            Cell::Text(teacher),
            Cell::Text(&students),
            Cell::Text(&start),
            Cell::Number(f64::from(session.timing.duration.get())),
            Cell::Text(session.state.status().as_str()),
            by.into(),
            why.into(),
            session.no_show.map(NoShow::as_str).into(),
            Cell::Text(if overview.disputed { "true" } else { "false" }),
            Cell::Number((overview.together / 60) as f64),
            loss.map_or(Cell::Empty, Cell::Number),
        ],
    );
}
