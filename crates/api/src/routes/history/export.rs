//! All of a history as CSV, page by page while it is sent: neither the server
//! nor the database holds more than a page, however slow the reader.

use std::io;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use chrono::SecondsFormat;
use futures_util::stream;
use lectern_domain::{
    id::UserId,
    session::{Participant, ParticipantRole, Session, State},
};
use lectern_store::{
    StoreError,
    history::{self, Record},
    page::{After, PageRequest},
    sessions::{self, Filter},
};

use crate::{
    csv::{CSV, Cell, push_row},
    limits,
    problem::Problem,
    state::ApiState,
};

const COLUMNS: [&str; 16] = [
    "id",
    "title",
    "skill",
    "role",
    "teacher",
    "teacherName",
    "students",
    "scheduledAt",
    "duration",
    "status",
    "cancelledBy",
    "cancelReason",
    "attendedMinutes",
    "lossRate",
    "ratingGiven",
    "ratingReceived",
];

/// What is still to be sent.
struct Export {
    state: ApiState,
    user: UserId,
    filter: Filter,
    after: Option<After>,
    /// The columns' names, until they are sent.
    text: String,
    done: bool,
}

/// The lessons of a person, as a file.
pub(super) async fn csv(
    state: ApiState,
    user: UserId,
    filter: Filter,
) -> Result<Response, Problem> {
    let most = limits::EXPORT_ROWS;
    let exceeds = sessions::exceeds(&state.pool, &filter, most);
    if state.timed("sessions_exceed", exceeds).await? {
        let detail = format_args!("more than {most} lessons: narrow them down with from and to");
        return Err(Problem::field("?from", detail));
    }
    let mut text = String::new();
    push_row(&mut text, COLUMNS.map(Cell::Text));
    let export = Export { state, user, filter, after: None, text, done: false };
    // A page that fails breaks the answer off, which its reader notices.
    let pages = stream::try_unfold(export, Export::next);
    let file = HeaderValue::from_static("attachment; filename=\"history.csv\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(CSV)),
        (header::CONTENT_DISPOSITION, file),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}

impl Export {
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        if self.done {
            return Ok(None);
        }
        self.page().await.map_err(|error| {
            tracing::warn!(event = "export_broken_off", %error);
            io::Error::other("the export broke off")
        })?;
        let text = std::mem::take(&mut self.text);
        Ok(Some((text.into(), self)))
    }

    async fn page(&mut self) -> Result<(), StoreError> {
        let request = PageRequest { after: self.after, limit: limits::PAGE_MAX };
        let page = sessions::list(&self.state.pool, &self.filter, request).await?;
        let ids: Vec<_> = page.items.iter().map(|session| session.id).collect();
        let mut records = history::records(&self.state.pool, &ids).await?;
        for session in &page.items {
            let record = records.remove(&session.id).unwrap_or_default();
            push_session(&mut self.text, &self.user, session, &record);
        }
        self.after = page.next;
        self.done = page.next.is_none();
        Ok(())
    }
}

fn push_session(csv: &mut String, user: &UserId, session: &Session, record: &Record) {
    let id = session.id.to_string();
    let name = |user: &UserId| session.name_of(user).unwrap_or(user.as_str()).to_owned();
    let teacher_name = name(&session.teacher);
    let student = |person: &&Participant| person.role == ParticipantRole::Student;
    let students: Vec<&str> =
        session.participants.iter().filter(student).map(|person| person.name.as_str()).collect();
    let students = students.join("; ");
    let start = session.timing.start.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let (by, why) = match &session.state {
        State::Cancelled { by, reason, .. } => (Some(by.as_str()), Some(reason.as_str())),
        _ => (None, None),
    };
    let mine = record.attended.iter().find(|attended| attended.user == user.as_str());
    let number = |n: Option<f64>| n.map_or(Cell::Empty, Cell::Number);
    let loss = mine.filter(|mine| mine.packets + mine.lost > 0);
    let mine_of = |wrote: bool| {
        let review = record.reviews.iter().find(|review| {
            let id = if wrote { &review.reviewer_id } else { &review.reviewee_id };
            id == user.as_str()
        });
        number(review.map(|review| f64::from(review.rating)))
    };
    push_row(
        csv,
        [
            Cell::Text(&id),
            Cell::Text(session.title.as_str()),
            Cell::Text(session.skill.as_str()),
            session.role_of(user).map(ParticipantRole::as_str).into(),
            Cell::Text(session.teacher.as_str()),
            Cell::Text(&teacher_name),
            Cell::Text(&students),
            Cell::Text(&start),
            Cell::Number(f64::from(session.timing.duration.get())),
            Cell::Text(session.state.status().as_str()),
            by.into(),
            why.into(),
            // Counts are far below 2^53, where f64 stops being exact.
            number(mine.map(|mine| (mine.seconds / 60) as f64)),
            number(loss.map(|mine| mine.lost as f64 / (mine.packets + mine.lost) as f64)),
            mine_of(true),
            mine_of(false),
        ],
    );
}
