//! All lessons of a list as CSV, page by page while it is sent: neither the
//! server nor the database holds more than a page, however slow the reader.

mod platform;

use std::{collections::BTreeMap, io};

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

/// Whose file it is, and so what its columns say.
pub(crate) enum Sheet {
    /// Somebody's own: their attendance, and the ratings they gave and got.
    Own(UserId),
    /// The platform's.
    Platform,
}

impl Sheet {
    const fn columns(&self) -> &'static [&'static str] {
        match self {
            Self::Own(_) => &COLUMNS,
            Self::Platform => &platform::COLUMNS,
        }
    }

    const fn disposition(&self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Own(_) => "attachment; filename=\"history.csv\"",
            Self::Platform => "attachment; filename=\"lessons.csv\"",
        })
    }
}

/// What is still to be sent.
struct Export {
    state: ApiState,
    sheet: Sheet,
    filter: Filter,
    after: Option<After>,
    /// The columns' names, until they are sent.
    text: String,
    done: bool,
}

/// The lessons that match, as a file.
pub(crate) async fn csv(
    state: ApiState,
    sheet: Sheet,
    filter: Filter,
) -> Result<Response, Problem> {
    let most = limits::EXPORT_ROWS;
    let exceeds = sessions::exceeds(&state.pool, &filter, most);
    if state.timed("sessions_exceed", exceeds).await? {
        let detail = format_args!("more than {most} lessons: narrow them down with from and to");
        return Err(Problem::field("?from", detail));
    }
    let mut text = String::new();
    push_row(&mut text, sheet.columns().iter().copied().map(Cell::Text));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(CSV)),
        (header::CONTENT_DISPOSITION, sheet.disposition()),
    ];
    let export = Export { state, sheet, filter, after: None, text, done: false };
    // A page that fails breaks the answer off, which its reader notices.
    let pages = stream::try_unfold(export, Export::next);
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
        let mut overviews = match self.sheet {
            Sheet::Own(_) => BTreeMap::new(),
            Sheet::Platform => history::overviews(&self.state.pool, &ids).await?,
        };
        for session in &page.items {
            let record = records.remove(&session.id).unwrap_or_default();
            match &self.sheet {
                Sheet::Own(user) => push_session(&mut self.text, user, session, &record),
                Sheet::Platform => {
                    let overview = overviews.remove(&session.id).unwrap_or_default();
                    platform::push_session(&mut self.text, session, &record, overview);
                }
            }
        }
        self.after = page.next;
        self.done = page.next.is_none();
        Ok(())
    }
}

fn push_session(csv: &mut String, user: &UserId, session: &Session, record: &Record) {
    let id = session.id.to_string();
    let teacher_name = session.name_of(&session.teacher).unwrap_or(session.teacher.as_str());
    let students = students(session);
    let start = start(session);
    let (by, why) = cancelled(session);
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
            Cell::Text(teacher_name),
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

/// Their names, in one cell.
fn students(session: &Session) -> String {
    let student = |person: &&Participant| person.role == ParticipantRole::Student;
    let names: Vec<&str> =
        session.participants.iter().filter(student).map(|person| person.name.as_str()).collect();
    names.join("; ")
}

fn start(session: &Session) -> String {
    session.timing.start.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// By whom it was called off, and why.
fn cancelled(session: &Session) -> (Option<&str>, Option<&str>) {
    match &session.state {
        State::Cancelled { by, reason, .. } => (Some(by.as_str()), Some(reason.as_str())),
        _ => (None, None),
    }
}
