//! `GET /api/teachers/{id}/slots`

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use lectern_domain::{
    span::Span,
    text::Minutes,
    zone::{Date, ZoneError, ZoneName},
};
use lectern_store::openings::{self, Search};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    extract::{Caller, Checks, Query, UserPath},
    limits,
    problem::Problem,
    routes::sessions::zone,
    state::ApiState,
};

/// Which slots.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SlotsQuery {
    /// Those that start at this instant or later; a date is its first instant.
    #[param(required = true, nullable = false, example = "2027-03-15")]
    from: Option<String>,
    /// Those that start before this instant; a date is its first instant.
    #[param(required = true, nullable = false, example = "2027-03-22")]
    to: Option<String>,
    /// How long the lesson is to be, in minutes.
    #[param(value_type = u16, required = true, nullable = false, minimum = 1, maximum = 1440)]
    duration: Option<String>,
    /// The IANA zone of dates and of `localStart`; by default the teacher's.
    #[param(nullable = false)]
    time_zone: Option<String>,
}

/// A time at which a lesson can be booked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Slot {
    /// When it starts.
    start: DateTime<Utc>,
    /// The first instant after it.
    end: DateTime<Utc>,
    /// Its start on the clocks of `timeZone`, with their offset.
    local_start: String,
}

/// When a lesson can be booked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Slots {
    /// The zone of `localStart`.
    time_zone: String,
    /// By start.
    slots: Vec<Slot>,
}

/// The free slots of a teacher, at most 62 days of them.
///
/// What is offered can be booked: it lies within the teacher's hours, keeps to
/// notice, window, increment and limits, and neither the teacher nor the caller
/// is taken then, buffers and holds of others included. A teacher who has set
/// no availability offers all hours.
#[utoipa::path(
    operation_id = "listSlots",
    get, path = "/api/teachers/{id}/slots", tag = "availability",
    params(("id" = String, Path, min_length = 1, max_length = 128), SlotsQuery),
    responses((status = 200, description = "The slots.", body = Slots)),
)]
pub(crate) async fn slots(
    State(state): State<ApiState>,
    caller: Caller,
    UserPath(teacher): UserPath,
    Query(query): Query<SlotsQuery>,
) -> Result<Json<Slots>, Problem> {
    let zone = zone(&state, query.time_zone.as_deref())?;
    let platform = state.platform();
    let searching =
        state.timed("openings_begin", openings::begin(&state.pool, platform, &teacher)).await?;
    let zone = zone.unwrap_or_else(|| searching.zone().clone());
    let (starts, duration) = parse(&state, &query, &zone)?;
    let search = Search { teacher: &teacher, by: &caller.actor, duration };
    let now = state.clock.now();
    let found =
        state.timed("openings_find", searching.find(&state.pool, search, starts, now)).await?;
    let slots = found.into_iter().map(|start| {
        let local_start = state.zones.local(start, &zone)?;
        Ok(Slot { start, end: start + duration.delta(), local_start })
    });
    let slots = slots.collect::<Result<_, ZoneError>>();
    let slots = slots.map_err(|error| Problem::zone(error, "?timeZone"))?;
    Ok(Json(Slots { time_zone: zone.to_string(), slots }))
}

fn parse(
    state: &ApiState,
    query: &SlotsQuery,
    zone: &ZoneName,
) -> Result<(Span, Minutes), Problem> {
    let mut checks = Checks::default();
    let from = bound(state, &mut checks, "?from", query.from.as_deref(), zone);
    let to = bound(state, &mut checks, "?to", query.to.as_deref(), zone);
    let number = checks.required::<i64>("?duration", query.duration.as_deref());
    let duration = number.and_then(|n| checks.accept("?duration", Minutes::try_from(n)));
    if let (Some(from), Some(to)) = (from, to) {
        if to <= from {
            checks.reject("?to", "expected a time after from");
        } else if (to - from).num_days() > limits::SLOT_DAYS {
            let days = limits::SLOT_DAYS;
            checks.reject("?to", format_args!("expected at most {days} days after from"));
        }
    }
    let (Some(from), Some(to), Some(duration)) = (from, to, duration) else {
        return Err(checks.problem());
    };
    checks.done()?;
    Ok((Span { from, to }, duration))
}

/// An instant, or the first instant of a date.
fn bound(
    state: &ApiState,
    checks: &mut Checks,
    pointer: &str,
    text: Option<&str>,
    zone: &ZoneName,
) -> Option<DateTime<Utc>> {
    let Some(text) = text else {
        checks.reject(pointer, "this is required");
        return None;
    };
    // Both have two hyphens; only an instant has a time.
    if text.len() > "2027-03-15".len() {
        return checks.instant(pointer, Some(text));
    }
    let Ok(date) = text.parse::<Date>() else {
        checks.reject(pointer, "expected an instant, or a date such as 2027-03-15");
        return None;
    };
    let days = checks.accept(pointer, state.zones.days(zone))?;
    checks.accept(pointer, days.bound(date, 0))
}
