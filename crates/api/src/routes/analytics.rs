//! `GET /api/analytics`

use axum::{Json, extract::State};
use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    analytics::{Bucket, Counts, Grain, Span, Week},
    id::UserId,
    zone::{ZoneError, ZoneName},
};
use lectern_store::{analytics, users};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    extract::{Caller, Checks, Query},
    limits,
    problem::Problem,
    state::ApiState,
    view::{Analytics, Figures, Part, Retention},
};

/// Of which time, and how finely.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AnalyticsQuery {
    /// From this instant, or from the start of this day in the zone. By
    /// default 30 days before `to`.
    #[param(nullable = false, example = "2027-03-01")]
    from: Option<String>,
    /// Until this instant, or until this day in the zone begins; at most 400
    /// days after `from`. By default the end of today.
    #[param(nullable = false, example = "2027-04-01")]
    to: Option<String>,
    /// The IANA zone whose days and hours count; by default the caller's, and
    /// UTC for a service.
    #[param(nullable = false, example = "Europe/Lisbon")]
    time_zone: Option<String>,
    /// How long the parts of the series are: `day`, `week` or `month`.
    #[param(nullable = false, pattern = "^(day|week|month)$", default = "day")]
    by: Option<String>,
}

/// What the caller's lessons come to.
///
/// Times that are no full quarters of an hour are widened to some. Retention
/// may be some seconds old, everything else is as it is now.
#[utoipa::path(
    operation_id = "getAnalytics",
    get, path = "/api/analytics", tag = "analytics", params(AnalyticsQuery),
    responses((status = 200, description = "The figures.", body = Analytics)),
)]
pub(crate) async fn mine(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<AnalyticsQuery>,
) -> Result<Json<Analytics>, Problem> {
    let asked = query.parse(&state, &caller.actor.id).await?;
    let question = asked.question(&state);
    let mine = analytics::mine(&state.pool, &caller.actor.id, &question);
    let answer = state.timed("analytics_mine", mine).await?;
    asked.show(&state, &answer, false).map(Json)
}

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    span: Span,
    zone: ZoneName,
    days: Vec<Bucket>,
    parts: Vec<Bucket>,
    months: Vec<Bucket>,
    offsets: Vec<(DateTime<Utc>, i32)>,
}

impl AnalyticsQuery {
    /// Reads the query of `viewer`, in whose zone it is unless it says another.
    pub(crate) async fn parse(&self, state: &ApiState, viewer: &UserId) -> Result<Asked, Problem> {
        let mut checks = Checks::default();
        let zone = match &self.time_zone {
            Some(name) => checks.accept("?timeZone", state.zones.name(name)),
            None => {
                let user = state.timed("users_find", users::find(&state.pool, viewer));
                let name = user.await?.map(|user| user.time_zone);
                state.zones.name(name.as_deref().unwrap_or("UTC")).ok()
            }
        };
        let grain = checks.optional::<Grain>("?by", self.by.as_deref()).unwrap_or(Grain::Day);
        let Some(zone) = zone else { return Err(checks.problem()) };
        let mut bound = |pointer: &str, text: Option<&str>| {
            let text = text?;
            state.zones.midnight(text, &zone).ok().or_else(|| checks.instant(pointer, Some(text)))
        };
        let from = bound("?from", self.from.as_deref());
        let to = bound("?to", self.to.as_deref());
        checks.done()?;
        let near = |at, days| state.zones.midnight_near(at, days, &zone);
        let to = to.map_or_else(|| near(state.clock.now(), 1), Ok).map_err(out_of_range)?;
        let from = from.map_or_else(|| near(to, -30), Ok).map_err(out_of_range)?;
        if from >= to {
            return Err(Problem::field("?to", "expected a time after from"));
        }
        if to - from > TimeDelta::days(limits::ANALYTICS_DAYS) {
            let most = limits::ANALYTICS_DAYS;
            return Err(Problem::field("?to", format_args!("at most {most} days after from")));
        }
        Asked::new(state, Span::around(from, to), grain, zone).map_err(out_of_range)
    }
}

fn out_of_range(error: ZoneError) -> Problem {
    Problem::zone(error, "?from")
}

impl Asked {
    fn new(state: &ApiState, span: Span, grain: Grain, zone: ZoneName) -> Result<Self, ZoneError> {
        let buckets = |grain| state.zones.buckets(span, grain, &zone);
        Ok(Self {
            days: buckets(Grain::Day)?,
            parts: buckets(grain)?,
            months: buckets(Grain::Month)?,
            offsets: state.zones.offsets(span, &zone)?,
            span,
            zone,
        })
    }

    pub(crate) fn question(&self, state: &ApiState) -> analytics::Question {
        analytics::Question {
            span: self.span,
            days: self.days.iter().map(|day| day.starts_at).collect(),
            offsets: self.offsets.iter().map(|(at, _)| *at).collect(),
            over: state.clock.now() - state.policy.join().grace,
        }
    }

    /// The answer; of the platform, what was taught was learnt too.
    pub(crate) fn show(
        &self,
        state: &ApiState,
        answer: &analytics::Answer,
        platform: bool,
    ) -> Result<Analytics, Problem> {
        let figures = |bucket: &Bucket| {
            let counts = self.sum(bucket.starts_at, bucket.ends_at, &answer.days);
            let taught = self.sum(bucket.starts_at, bucket.ends_at, &answer.taught).minutes;
            let learnt = if platform { taught } else { counts.minutes - taught };
            Figures::new(&counts, taught, learnt)
        };
        let whole =
            Bucket { date: String::new(), starts_at: self.span.from, ends_at: self.span.to };
        let mut week = Week::default();
        for busy in &answer.busy {
            if let Some((_, offset)) = self.offsets.get(busy.offset) {
                week.add(busy.quarter, *offset, busy.lessons);
            }
        }
        let months: Vec<(Bucket, Counts)> = self
            .months
            .iter()
            .map(|m| (m.clone(), self.sum(m.starts_at, m.ends_at, &answer.days)))
            .collect();
        let total = self.sum(self.span.from, self.span.to, &answer.days);
        Ok(Analytics {
            from: self.span.from,
            to: self.span.to,
            time_zone: self.zone.to_string(),
            totals: figures(&whole),
            series: self.parts.iter().map(|part| Part::new(part, figures(part))).collect(),
            busiest: week.0,
            retention: Retention::new(&total, &months, state.clock.now()),
        })
    }

    /// The days that lie in a part, which is made of whole ones.
    fn sum(&self, from: DateTime<Utc>, to: DateTime<Utc>, days: &[Counts]) -> Counts {
        let mut sum = Counts::default();
        for (day, counts) in self.days.iter().zip(days) {
            if day.starts_at >= from && day.starts_at < to {
                sum += *counts;
            }
        }
        sum
    }
}
