//! Lessons that are booked and changed together.

use lectern_domain::{
    id::{SeriesId, SessionId},
    recurrence::{NoSeries, Recurrence},
    series::{Reach, wall_clock},
    session::{Timing, starts_in_time},
    zone::{Strictness, WallClock},
};
use lectern_store::sessions::{Booking, SeriesBooking};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::start::Asked;
use crate::{extract::Checks, problem::Problem, random, state::ApiState};

/// A rule by which lessons recur.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSeries {
    /// A recurrence rule (RFC 5545, section 3.3.10) of `FREQ` (`DAILY`,
    /// `WEEKLY`, `MONTHLY`) and `COUNT` (at most 104) or `UNTIL`, optionally
    /// with `INTERVAL`, `BYDAY`, `BYMONTHDAY` and `WKST`. The lesson's start is
    /// the first; the others have its wall clock in `timeZone`, which is
    /// required.
    #[schema(required = true, nullable = false, example = "FREQ=WEEKLY;COUNT=6", max_length = 200)]
    rrule: Option<String>,
}

/// How far a change of a lesson of a series reaches.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ScopeQuery {
    /// Of a series: this lesson, this and those after it, or all that are still
    /// ahead. What has begun or is past never changes.
    #[param(nullable = false, pattern = "^(one|following|all)$", default = "one")]
    scope: Option<String>,
}

impl ScopeQuery {
    pub(super) fn reach(&self) -> Result<Reach, Problem> {
        let scope = self.scope.as_deref().unwrap_or("one");
        scope.parse().map_err(|error| Problem::field("?scope", error))
    }
}

/// The rule, if it is one.
pub(super) fn rule(checks: &mut Checks, series: Option<&NewSeries>) -> Option<Recurrence> {
    let rule = series?.rrule.as_deref();
    checks.required("/series/rrule", rule)
}

/// All lessons of the rule, of which `first` was asked for.
pub(super) fn booking(
    state: &ApiState,
    rule: &Recurrence,
    asked: Asked<'_>,
    first: Booking,
) -> Result<SeriesBooking, Problem> {
    let Some(intent) = &first.intent else {
        return Err(Problem::field("/timeZone", "this is required with a series"));
    };
    let zone = &intent.time_zone;
    let at = first.timing.start;
    let clock: WallClock = wall_clock(at, Some(intent), zone, &state.zones)
        .map_err(|error| Problem::zone(error, "/localStart"))?;
    let strictness = if asked.strict_time { Strictness::Strict } else { Strictness::Lenient };
    let occurrences = rule.occurrences(clock, zone, &state.zones, strictness);
    let occurrences = occurrences.map_err(|error| match error {
        NoSeries::Zone(zone) => Problem::zone(zone, "/series/rrule"),
        other => Problem::field("/series/rrule", other),
    })?;
    let last = occurrences.last().map_or(at, |occurrence| occurrence.at);
    if !starts_in_time(last, state.clock.now()) {
        return Err(Problem::field("/series/rrule", NoSeries::TooFar));
    }
    let first = Booking { series: Some(SeriesId(random::id())), ..first };
    let later = occurrences.into_iter().skip(1).map(|occurrence| Booking {
        id: SessionId(random::id()),
        timing: Timing { start: occurrence.at, duration: first.timing.duration },
        intent: Some(occurrence.intent),
        // A hold keeps one slot.
        hold: None,
        ..first.clone()
    });
    Ok(SeriesBooking { later: later.collect(), first })
}
