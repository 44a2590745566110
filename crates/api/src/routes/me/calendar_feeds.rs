//! `GET, PUT /api/me/calendar-feeds`

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::IntoResponse,
};
use lectern_store::{
    feeds::{self, Calendars},
    sessions::Expected,
};

use crate::{
    extract::{Body, Caller, IfMatch},
    problem::{Problem, ProblemDocument},
    random,
    routes::sessions::entity_tag,
    state::ApiState,
    view::{CalendarFeeds, NewCalendarFeeds},
};

/// The caller's calendars: where lessons are subscribed to, and the calendars
/// elsewhere in which the caller is busy.
///
/// While a calendar elsewhere says that a teacher is busy, nobody can book them:
/// no slot is found, and a booking is 409 `slot_taken`. What a student's
/// calendars say keeps nobody from booking. Lessons that are booked stay.
#[utoipa::path(
    operation_id = "getCalendarFeeds",
    get, path = "/api/me/calendar-feeds", tag = "me",
    responses((status = 200, description = "The calendars.", body = CalendarFeeds,
        headers(("ETag" = String)))),
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    let stored = state.timed("feeds_find", feeds::find(&state.pool, &caller.actor.id)).await?;
    tagged(&stored, None)
}

/// Replaces what it names, and leaves the rest.
///
/// `subscribe: true` makes an address that only this answer shows; where there is
/// one, it stays as it is. `false` ends it, and a new `true` makes another. A
/// calendar of `busy` whose URL was there already keeps its id and what was
/// fetched; a new one is fetched within seconds, one after the other, and then
/// about every 15 minutes; one that is failing is tried again like a new one.
/// An event of it that is a lesson of ours makes nobody busy.
#[utoipa::path(
    operation_id = "setCalendarFeeds",
    put, path = "/api/me/calendar-feeds", tag = "me",
    params(("If-Match" = Option<String>, Header, nullable = false,
        description = "The ETag of the version to replace, or `*`.")),
    request_body = NewCalendarFeeds,
    responses(
        (status = 200, description = "The calendars as they are now.", body = CalendarFeeds,
            headers(("ETag" = String))),
        (status = 412, description = "`version_conflict`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn put(
    State(state): State<ApiState>,
    caller: Caller,
    IfMatch(expected): IfMatch,
    body: Body<NewCalendarFeeds>,
) -> Result<impl IntoResponse, Problem> {
    let secret = random::secret();
    let replacement = body.value.parse(state.feeds, &secret)?;
    let expected = expected.unwrap_or(Expected::Any);
    let (pool, now) = (&state.pool, state.clock.now());
    let (person, by) = (&caller.actor.id, &caller.actor);
    let work = feeds::replace(pool, person, &replacement, &expected, by, now);
    let (stored, fresh) = state.timed("feeds_replace", work).await?;
    let url = format!("{}/api/calendar/{}.ics", state.public_url, secret.reveal());
    tagged(&stored, fresh.then_some(url))
}

/// What somebody has set, with its entity tag.
type Shown = ([(HeaderName, HeaderValue); 1], Json<CalendarFeeds>);

fn tagged(stored: &Calendars, url: Option<String>) -> Result<Shown, Problem> {
    let tag = entity_tag(stored.version)?;
    Ok(([(header::ETAG, tag)], Json(CalendarFeeds::of(stored, url))))
}
