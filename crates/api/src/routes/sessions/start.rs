//! When a lesson is to start: an instant, or a wall clock in a zone.

use chrono::{DateTime, Utc};
use lectern_domain::{
    session::starts_in_time,
    zone::{Intent, Strictness, WallClock, ZoneName},
};

use crate::{extract::Checks, problem::Problem, state::ApiState};

/// As it stands in the body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) scheduled_at: Option<&'a str>,
    pub(super) local_start: Option<&'a str>,
    pub(super) time_zone: Option<&'a str>,
    pub(super) strict_time: bool,
}

/// As it is meant.
#[derive(Debug, Clone)]
pub(super) struct Start {
    pub(super) at: DateTime<Utc>,
    pub(super) intent: Option<Intent>,
}

impl Asked<'_> {
    /// Whether anything is said of the start.
    pub(super) fn is_something(self) -> bool {
        self.scheduled_at.is_some() || self.local_start.is_some() || self.time_zone.is_some()
    }

    /// Notes what is wrong; a wall clock that has no instant is a problem of
    /// its own.
    pub(super) fn resolve(
        self,
        state: &ApiState,
        checks: &mut Checks,
    ) -> Result<Option<Start>, Problem> {
        let zone = self.time_zone.map(|name| checks.accept("/timeZone", state.zones.name(name)));
        match (self.scheduled_at, self.local_start) {
            (Some(_), Some(_)) => {
                checks.reject("/localStart", "either scheduledAt or localStart, not both");
                Ok(None)
            }
            (None, None) => {
                checks
                    .reject("/scheduledAt", "scheduledAt, or localStart and timeZone, is required");
                Ok(None)
            }
            (Some(text), None) => {
                let Some(at) = checks.instant("/scheduledAt", Some(text)) else { return Ok(None) };
                let intent = zone.flatten().map(|zone| shown(state, at, zone)).transpose()?;
                Ok(Some(Start { at, intent }))
            }
            (None, Some(text)) => {
                let clock: Option<WallClock> = checks.optional("/localStart", Some(text));
                let Some(zone) = zone else {
                    checks.reject("/timeZone", "this is required with localStart");
                    return Ok(None);
                };
                let (Some(clock), Some(zone)) = (clock, zone) else { return Ok(None) };
                self.meant(state, clock, zone).map(Some)
            }
        }
    }

    fn meant(self, state: &ApiState, clock: WallClock, zone: ZoneName) -> Result<Start, Problem> {
        let strictness = if self.strict_time { Strictness::Strict } else { Strictness::Lenient };
        let at = state
            .zones
            .instant(clock, &zone, strictness)
            .map_err(|error| Problem::zone(error, "/localStart"))?;
        if clock.names_an_instant() {
            return Ok(Start { at, intent: Some(shown(state, at, zone)?) });
        }
        Ok(Start { at, intent: Some(Intent { time_zone: zone, local_start: clock.to_string() }) })
    }
}

/// The wall clock of an instant that was given with a zone.
fn shown(state: &ApiState, at: DateTime<Utc>, zone: ZoneName) -> Result<Intent, Problem> {
    let local = state.zones.local(at, &zone).map_err(|e| Problem::zone(e, "/scheduledAt"))?;
    Ok(Intent { time_zone: zone, local_start: local })
}

/// Notes a start that lies in the past or in another decade.
pub(super) fn check_in_time(
    state: &ApiState,
    checks: &mut Checks,
    asked: Asked<'_>,
    start: &Start,
) {
    if !starts_in_time(start.at, state.clock.now()) {
        let pointer = if asked.local_start.is_some() { "/localStart" } else { "/scheduledAt" };
        checks.reject(pointer, "a lesson must start in the future, within five years");
    }
}
