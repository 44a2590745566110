//! `POST /api/sessions`

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lectern_domain::{
    id::{HoldId, SessionId, UserId},
    person::Actor,
    service_key::Scope,
    session::{Capacity, Timing},
    text::{Description, Minutes, Skill, Title},
};
use lectern_store::{
    idempotency::{self, Answer},
    sessions::{self, Booking, SeriesBooking},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    series::{self, NewSeries},
    start::{Asked, check_in_time},
};
use crate::{
    extract::{Body, Checks, IdempotencyKey, Principal},
    problem::{Code, Problem, ProblemDocument},
    random,
    state::ApiState,
    view,
};

/// A lesson to book: `scheduledAt`, or `localStart` with `timeZone`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewSession {
    /// Who gives it: the platform's id.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 128)]
    teacher: Option<String>,
    /// Who takes it, where an admin or a service books for somebody: a service
    /// must say. Otherwise the caller.
    #[schema(min_length = 1, max_length = 128)]
    student: Option<String>,
    /// What it is called.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 200)]
    title: Option<String>,
    /// How long it is, in minutes.
    #[schema(required = true, nullable = false, minimum = 1, maximum = 1440)]
    duration: Option<i64>,
    /// What it is about.
    #[schema(max_length = 5000)]
    description: Option<String>,
    /// What is taught.
    #[schema(max_length = 100)]
    skill: Option<String>,
    /// When it starts.
    #[schema(format = DateTime)]
    scheduled_at: Option<String>,
    /// When it starts on the clocks of `timeZone`: `2027-03-14T02:30`. With an
    /// offset it means that instant.
    local_start: Option<String>,
    /// An IANA time zone.
    time_zone: Option<String>,
    /// Refuses a local time that does not exist or comes twice. Otherwise the
    /// first is moved forward by the gap, and of the second the earlier is meant.
    strict_time: Option<bool>,
    /// The caller's hold that keeps the slot; it is used up.
    #[schema(format = Uuid)]
    hold_id: Option<String>,
    /// How many students it takes. More than one makes it a group lesson, which
    /// has seats instead of a `student`.
    #[schema(minimum = 1, maximum = 50)]
    capacity: Option<i64>,
    /// Books a lesson at each of the rule's starts, or none.
    series: Option<NewSeries>,
}

/// What is asked for.
enum Wanted {
    One(Booking),
    Series(SeriesBooking),
}

impl Wanted {
    const fn first(&self) -> &Booking {
        match self {
            Self::One(booking) => booking,
            Self::Series(series) => &series.first,
        }
    }
}

/// Books a lesson. The caller is its student; of a group lesson, its teacher or
/// the first who has a seat. A service, whose key needs the scope
/// `sessions:write`, names the student for whom it acts.
///
/// Nobody in it may have another lesson that overlaps; lessons that touch are
/// fine, unless the teacher's buffers lie between. The start must be one that
/// the teacher offers, unless the teacher books. Where the teacher's policy
/// asks for confirmation, the lesson is `pending` until the teacher answers.
/// With `series`, all of its lessons are booked or none, and the answer is the
/// first. With an `Idempotency-Key`, a repeated request gets the first one's
/// answer.
#[utoipa::path(
    operation_id = "bookSession",
    post, path = "/api/sessions", tag = "sessions",
    params(("Idempotency-Key" = Option<String>, Header, nullable = false, min_length = 1,
        max_length = 255, description = "Makes a repetition harmless. Kept for a day.")),
    request_body = NewSession,
    security(("platformToken" = []), ("serviceKey" = ["sessions:write"])),
    responses(
        (status = 201, description = "Booked.", body = view::Session,
            headers(("Location" = String), ("ETag" = String))),
        (status = 403, description = "`forbidden`: only an admin or a service books for somebody \
            else, and its key has the scope; \
            `not_matched`: the platform has not matched student and teacher.",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "`slot_taken`: somebody in it is taken then, and of a series \
            `starts` says when; `outside_availability` with `rule`; `hold_expired`; \
            `user_erased`: somebody in it was.",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn book(
    State(state): State<ApiState>,
    caller: Principal,
    key: IdempotencyKey,
    body: Body<NewSession>,
) -> Result<Response, Problem> {
    let once = key.bind(&caller.id(), "POST /api/sessions", &body.raw);
    let once = once.as_ref().map(|once| once.as_store());
    let wanted = wanted(&state, &caller, &body.value);
    // What was booked stays booked, also where it could not be booked now: a
    // repetition asks neither the clock nor the platform.
    if let Some(once) = &once
        && (wanted.is_err() || state.matching.is_asked())
    {
        let answered = idempotency::answered(&state.pool, once);
        if let Some(answer) = state.timed("idempotency_answered", answered).await? {
            return replay(answer);
        }
    }
    let wanted = wanted?;
    if let Some(student) = &wanted.first().student {
        state.check_match(&wanted.first().by, student, &wanted.first().teacher).await?;
    }
    let render = |session: &lectern_domain::session::Session| {
        let view = view::of(&state, session, &wanted.first().by, false);
        Answer {
            status: StatusCode::CREATED.as_u16(),
            headers: json!({
                "location": format!("/api/sessions/{}", session.id),
                "etag": format!("\"{}\"", session.version),
            }),
            // A view holds texts, numbers and lists: nothing that JSON lacks.
            body: serde_json::to_vec(&view).unwrap_or_default(),
        }
    };
    let now = state.clock.now();
    let (pool, platform, once) = (&state.pool, state.platform(), once.as_ref());
    let answer = match &wanted {
        Wanted::One(booking) => {
            let book = sessions::book(pool, platform, booking, once, now, &render);
            state.timed("sessions_book", book).await?
        }
        Wanted::Series(series) => {
            let book = sessions::book_series(pool, platform, series, once, now, &render);
            state.timed("sessions_book_series", book).await?
        }
    };
    replay(answer)
}

/// An answer as it was kept, or as it was just made.
pub(crate) fn replay(answer: Answer) -> Result<Response, Problem> {
    let corrupt = || Problem::new(Code::Internal).caused_by("a kept answer cannot be replayed");
    let status = StatusCode::from_u16(answer.status).map_err(|_| corrupt())?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in answer.headers.as_object().ok_or_else(corrupt)? {
        let name = header::HeaderName::try_from(name).map_err(|_| corrupt())?;
        let value = value.as_str().and_then(|v| HeaderValue::try_from(v).ok());
        headers.insert(name, value.ok_or_else(corrupt)?);
    }
    Ok((status, headers, answer.body).into_response())
}

fn wanted(state: &ApiState, caller: &Principal, body: &NewSession) -> Result<Wanted, Problem> {
    let mut checks = Checks::default();
    let teacher = checks.required::<UserId>("/teacher", body.teacher.as_deref());
    let student = checks.optional::<UserId>("/student", body.student.as_deref());
    let title = checks.required::<Title>("/title", body.title.as_deref());
    let text = body.description.as_deref().unwrap_or_default();
    let description = checks.required::<Description>("/description", Some(text));
    let skill = checks.required::<Skill>("/skill", Some(body.skill.as_deref().unwrap_or_default()));
    let duration = match body.duration {
        Some(minutes) => checks.accept("/duration", Minutes::try_from(minutes)),
        None => {
            checks.reject("/duration", "this is required");
            None
        }
    };
    let asked = Asked {
        scheduled_at: body.scheduled_at.as_deref(),
        local_start: body.local_start.as_deref(),
        time_zone: body.time_zone.as_deref(),
        strict_time: body.strict_time.unwrap_or(false),
    };
    let rule = series::rule(&mut checks, body.series.as_ref());
    let start = asked.resolve(state, &mut checks)?;
    if let Some(start) = &start {
        check_in_time(state, &mut checks, asked, start);
    }
    let hold = checks.optional::<HoldId>("/holdId", body.hold_id.as_deref());
    let seats = body.capacity.map(Capacity::try_from);
    let capacity = seats.map_or(Some(Capacity::ONE), |seats| checks.accept("/capacity", seats));
    let by = booker(&mut checks, caller, student.as_ref())?;
    // A teacher, and an admin who names nobody, make an empty group lesson.
    let leads = by.as_ref().is_some_and(|by| by.admin || teacher.as_ref() == Some(&by.id));
    let empty = leads && capacity.is_some_and(Capacity::is_group);
    let student = student.or_else(|| by.as_ref().filter(|_| !empty).map(|by| by.id.clone()));
    if teacher.is_some() && teacher == student {
        checks.reject("/teacher", "teacher and student must be two people");
    }
    let (Some(teacher), Some(by)) = (teacher, by) else {
        return Err(checks.problem());
    };
    let (Some(title), Some(description), Some(skill), Some(duration), Some(start)) =
        (title, description, skill, duration, start)
    else {
        return Err(checks.problem());
    };
    let Some(capacity) = capacity else { return Err(checks.problem()) };
    checks.done()?;
    let somebody_else = student.as_ref().is_some_and(|student| *student != by.id);
    if somebody_else && !by.admin {
        return Err(Problem::new(Code::Forbidden).detail("only an admin books for somebody else"));
    }
    let booking = Booking {
        id: SessionId(random::id()),
        title,
        description,
        skill,
        teacher,
        student,
        capacity,
        series: None,
        timing: Timing { start: start.at, duration },
        intent: start.intent,
        hold,
        by,
    };
    match rule {
        Some(rule) => series::booking(state, &rule, asked, booking).map(Wanted::Series),
        None => Ok(Wanted::One(booking)),
    }
}

/// Who books. A service says for whom it does.
fn booker(
    checks: &mut Checks,
    caller: &Principal,
    student: Option<&UserId>,
) -> Result<Option<Actor>, Problem> {
    match (caller, student) {
        (Principal::Person(caller), _) => Ok(Some(caller.actor.clone())),
        (Principal::Service(service), Some(student)) => {
            service.acting_for(Scope::SessionsWrite, student.clone()).map(Some)
        }
        (Principal::Service(service), None) => {
            service.require(Scope::SessionsWrite)?;
            checks.reject("/student", "a service says for whom it books");
            Ok(None)
        }
    }
}
