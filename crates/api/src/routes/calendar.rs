//! `GET /api/calendar/{secret}.ics`

use axum::{extract::State, http::header, response::IntoResponse};
use chrono::TimeDelta;
use lectern_domain::calendar::{self, Entry};
use lectern_store::feeds;

use crate::{
    extract::CalendarPath,
    limits,
    problem::{Code, Problem},
    state::ApiState,
    view,
};

/// Somebody's lessons, for a calendar that subscribes to them: no token is
/// needed, since the address is the secret.
///
/// iCalendar (RFC 5545) without `METHOD`, in UTC: lessons of the last 90 days and
/// all ahead, at most 2000, without those that were called off. It names the
/// lessons and where they are opened, and nobody. The address is made by
/// `PUT /api/me/calendar-feeds`.
#[utoipa::path(
    operation_id = "getCalendar",
    get, path = "/api/calendar/{secret}.ics", tag = "me",
    params(("secret" = String, Path, pattern = "^[0-9a-f]{64}$"),
        ("If-None-Match" = Option<String>, Header, nullable = false,
        description = "Tags that the caller knows: 304 instead of one of them.")),
    security(()),
    responses(
        (status = 200, description = "The calendar.", body = String, content_type = "text/calendar",
            headers(("ETag" = String))),
        (status = 304, description = "The caller has it already.", headers(("ETag" = String))),
    ),
)]
pub(crate) async fn calendar(
    State(state): State<ApiState>,
    CalendarPath(secret): CalendarPath,
) -> Result<impl IntoResponse, Problem> {
    let person = state
        .timed("feeds_subscriber", feeds::subscriber(&state.pool, &secret.hash()))
        .await?
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    let since = state.clock.now() - TimeDelta::days(limits::SUBSCRIBED_DAYS);
    let lessons = feeds::lessons(&state.pool, &person, since, limits::SUBSCRIBED);
    let lessons = state.timed("feeds_lessons", lessons).await?;
    let entries: Vec<Entry> = (lessons.into_iter())
        .map(|(session, changed_at)| {
            let url = view::meeting_url(&state, &session);
            Entry { session, url, changed_at }
        })
        .collect();
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        // Readers may keep it, and ask whether it is still the same.
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    Ok((headers, calendar::subscription(&entries)))
}
