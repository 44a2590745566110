//! `GET /api/users/{id}/export`
//!
//! The document is written section by section and page by page while it is
//! sent: neither the server nor the database holds more than a page, however
//! much there is and however slow the reader.

use std::io;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use lectern_domain::{id::UserId, person::Actor, service_key::Scope};
use lectern_store::{
    disputes, export, feeds, matches, notifications,
    page::{After, Page, PageRequest},
    reviews,
    sessions::{self, Filter, Order, Scope as Whose},
    users,
};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    extract::{Principal, UserPath},
    limits,
    problem::{Code, Problem, ProblemDocument},
    routes::teachers,
    state::ApiState,
    view::{
        Dispute, ExportedCalendars, ExportedEvent, ExportedHold, ExportedLine, ExportedProposal,
        ExportedReport, ExportedSeat, ExportedStay, ExportedWait, Notice, PersonExport, Review,
        User, Viewer,
    },
};

/// Everything that is kept of a person (GDPR, articles 15 and 20).
///
/// It is written while it is sent, a page at a time, and so has no length and
/// no ETag. What is broken off is no JSON.
#[utoipa::path(
    operation_id = "exportUser",
    get, path = "/api/users/{id}/export", tag = "users",
    params(("id" = String, Path, min_length = 1, max_length = 128)),
    security(("platformToken" = []), ("serviceKey" = ["users:read"])),
    responses(
        (status = 200, description = "One document, as a file.", body = PersonExport,
            headers(("Content-Disposition" = String, description = "`attachment`"))),
        (status = 403, description = "`forbidden`: not an admin, or the key lacks the scope.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn export(
    State(state): State<ApiState>,
    caller: Principal,
    UserPath(person): UserPath,
) -> Result<Response, Problem> {
    caller.admin_or(Scope::UsersRead)?;
    attachment(state, person).await
}

/// The parts of the document that are lists, in their order.
#[derive(Debug, Clone, Copy)]
enum Section {
    Lessons,
    Attendance,
    ReviewsWritten,
    ReviewsReceived,
    ReviewReports,
    Chat,
    Notifications,
    Waitlist,
    SeatsGivenBack,
    Proposals,
    MatchedTeachers,
    MatchedStudents,
    Disputes,
    Events,
}

impl Section {
    const ALL: [(Self, &'static str); 14] = [
        (Self::Lessons, "lessons"),
        (Self::Attendance, "attendance"),
        (Self::ReviewsWritten, "reviewsWritten"),
        (Self::ReviewsReceived, "reviewsReceived"),
        (Self::ReviewReports, "reviewReports"),
        (Self::Chat, "chat"),
        (Self::Notifications, "notifications"),
        (Self::Waitlist, "waitlist"),
        (Self::SeatsGivenBack, "seatsGivenBack"),
        (Self::Proposals, "proposals"),
        (Self::MatchedTeachers, "matchedTeachers"),
        (Self::MatchedStudents, "matchedStudents"),
        (Self::Disputes, "disputes"),
        (Self::Events, "events"),
    ];
}

/// After which row a page begins, by what its list is sorted by.
#[derive(Debug, Clone)]
enum Cursor {
    Row(After),
    Number(i64),
    Id(Uuid),
    Stay((Uuid, String)),
    Person(String),
}

/// What is still to be sent.
struct Export {
    state: ApiState,
    person: UserId,
    sections: std::slice::Iter<'static, (Section, &'static str)>,
    /// The list that is being written, and after which of its rows it goes on.
    open: Option<(Section, Option<Cursor>)>,
    text: String,
    done: bool,
}

/// A person's document, as a file.
pub(crate) async fn attachment(state: ApiState, person: UserId) -> Result<Response, Problem> {
    let record = state.timed("users_record", users::record(&state.pool, &person)).await?;
    let profile = User::from(record.ok_or_else(|| Problem::new(Code::NotFound))?);
    let (_, Json(availability)) = teachers::availability::show(&state, &person).await?;
    let (_, Json(policy)) = teachers::policy::show(&state, &person).await?;
    let calendars = state.timed("feeds_find", feeds::find(&state.pool, &person)).await?;
    let hold = state.timed("export_hold", export::hold(&state.pool, &person)).await?;
    let head = json!({
        "exportedAt": state.clock.now(),
        "profile": profile,
        "availability": availability,
        "policy": policy,
        "calendarFeeds": ExportedCalendars::from(calendars),
        "hold": hold.map(ExportedHold::from),
    });
    let mut text = head.to_string();
    // The lists follow in the same object.
    text.pop();
    let sections = Section::ALL.iter();
    let export = Export { state, person, sections, open: None, text, done: false };
    // A page that fails breaks the answer off, which its reader notices.
    let pages = stream::try_unfold(export, Export::next);
    let file = HeaderValue::from_static("attachment; filename=\"person.json\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, file),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}

impl Export {
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        if self.done {
            return Ok(None);
        }
        self.page().await.map_err(|problem| {
            let cause = problem.cause().unwrap_or_default();
            tracing::warn!(event = "export_broken_off", code = ?problem.code(), cause);
            io::Error::other("the export broke off")
        })?;
        let text = std::mem::take(&mut self.text);
        Ok(Some((text.into(), self)))
    }

    /// Writes one page of one list, or the end of the document.
    async fn page(&mut self) -> Result<(), Problem> {
        let (section, after, first) = match self.open.take() {
            Some((section, after)) => (section, after, false),
            None => {
                let Some((section, name)) = self.sections.next() else {
                    self.text.push('}');
                    self.done = true;
                    return Ok(());
                };
                self.text.push_str(&format!(",\"{name}\":["));
                (*section, None, true)
            }
        };
        let (rows, next) = self.rows(section, after).await?;
        for (n, row) in rows.iter().enumerate() {
            if n > 0 || !first {
                self.text.push(',');
            }
            self.text.push_str(&row.to_string());
        }
        match next {
            Some(after) => self.open = Some((section, Some(after))),
            None => self.text.push(']'),
        }
        Ok(())
    }

    /// A page of a list, and after which row the next one begins.
    async fn rows(
        &self,
        section: Section,
        after: Option<Cursor>,
    ) -> Result<(Vec<Value>, Option<Cursor>), Problem> {
        let (pool, person, most) = (&self.state.pool, &self.person, limits::PAGE_MAX);
        let row = match &after {
            Some(Cursor::Row(after)) => Some(*after),
            _ => None,
        };
        let page = PageRequest { after: row, limit: most };
        let number = match &after {
            Some(Cursor::Number(number)) => *number,
            _ => 0,
        };
        let id = match &after {
            Some(Cursor::Id(id)) => Some(*id),
            _ => None,
        };
        match section {
            Section::Lessons => self.lessons(page).await,
            Section::Attendance => {
                let after = match &after {
                    Some(Cursor::Stay(stay)) => Some(stay),
                    _ => None,
                };
                let stays = export::stays(pool, person, after, most).await?;
                let last = |stay: &export::Stay| (stay.session_id, stay.participant.clone());
                cut(stays, |stay| Cursor::Stay(last(stay)), ExportedStay::from)
            }
            Section::ReviewsWritten => {
                let reviews = reviews::written_by(pool, person, page).await?;
                paged(reviews, |row| Review::listed(row, true))
            }
            Section::ReviewsReceived => {
                let reviews = reviews::of(pool, person, page).await?;
                paged(reviews, |row| Review::listed(row, true))
            }
            Section::ReviewReports => {
                let reports = export::reports(pool, person, id, most).await?;
                cut(reports, |report| Cursor::Id(report.review_id), ExportedReport::from)
            }
            Section::Chat => {
                let lines = export::lines(pool, person, number, most).await?;
                cut(lines, |line| Cursor::Number(line.id), ExportedLine::from)
            }
            Section::Notifications => {
                paged(notifications::list(pool, person, page).await?, Notice::from)
            }
            Section::Waitlist => {
                let waits = export::waits(pool, person, number, most).await?;
                cut(waits, |wait| Cursor::Number(wait.place), ExportedWait::from)
            }
            Section::SeatsGivenBack => {
                let seats = export::returned_seats(pool, person, id, most).await?;
                cut(seats, |seat| Cursor::Id(seat.session_id), ExportedSeat::from)
            }
            Section::Proposals => {
                let proposals = export::proposals(pool, person, id, most).await?;
                cut(proposals, |proposal| Cursor::Id(proposal.id), ExportedProposal::from)
            }
            Section::MatchedTeachers => {
                // A list of at most `limits::MATCHES_OF_ONE`.
                let teachers = matches::teachers_of(pool, person).await?;
                Ok((values(teachers)?, None))
            }
            Section::MatchedStudents => {
                let after = match &after {
                    Some(Cursor::Person(id)) => Some(id.as_str()),
                    _ => None,
                };
                let students = export::students(pool, person, after, most).await?;
                cut(students, |id| Cursor::Person(id.clone()), |id| id)
            }
            Section::Disputes => {
                paged(disputes::opened_by(pool, person, page).await?, Dispute::from)
            }
            Section::Events => paged(export::deeds(pool, person, page).await?, ExportedEvent::from),
        }
    }

    async fn lessons(&self, page: PageRequest) -> Result<(Vec<Value>, Option<Cursor>), Problem> {
        let filter = Filter {
            scope: Whose::Of(self.person.clone(), None),
            order: Order::Chronological,
            statuses: Vec::new(),
            with: None,
            from: None,
            to: None,
            past: None,
            series: None,
            skill: None,
            search: None,
        };
        let page = sessions::list(&self.state.pool, &filter, page).await?;
        // As the person sees them.
        let actor = Actor::person(self.person.clone());
        let viewer = Viewer { actor: &actor, zone: None };
        let lessons = viewer.show_all(&self.state, &page.items).await?;
        Ok((values(lessons)?, page.next.map(Cursor::Row)))
    }
}

/// A page of a list that has pages of its own.
fn paged<T, V: Serialize>(
    page: Page<T>,
    view: impl FnMut(T) -> V,
) -> Result<(Vec<Value>, Option<Cursor>), Problem> {
    let next = page.next.map(Cursor::Row);
    Ok((values(page.items.into_iter().map(view))?, next))
}

/// A page that goes on if it is full.
fn cut<T, V: Serialize>(
    rows: Vec<T>,
    last: impl Fn(&T) -> Cursor,
    view: impl FnMut(T) -> V,
) -> Result<(Vec<Value>, Option<Cursor>), Problem> {
    let full = rows.len() >= usize::from(limits::PAGE_MAX);
    let next = rows.last().filter(|_| full).map(last);
    Ok((values(rows.into_iter().map(view))?, next))
}

fn values<V: Serialize>(rows: impl IntoIterator<Item = V>) -> Result<Vec<Value>, Problem> {
    let unwritable = |error| Problem::new(Code::Internal).caused_by(error);
    rows.into_iter().map(|row| serde_json::to_value(row).map_err(unwritable)).collect()
}
