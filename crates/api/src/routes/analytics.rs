//! `GET /api/analytics`

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
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
    csv::CSV,
    extract::{Caller, Checks, Format, Query},
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
    /// `json`, or `csv` for the series alone; by default what `Accept` asks for.
    #[param(nullable = false, pattern = "^(json|csv)$")]
    format: Option<String>,
}

/// What the caller's lessons come to.
///
/// Times that are no full quarters of an hour are widened to some. Retention
/// may be some seconds old, everything else is as it is now.
#[utoipa::path(
    operation_id = "getAnalytics",
    get, path = "/api/analytics", tag = "analytics", params(AnalyticsQuery),
    responses((status = 200, description = "The figures, or their series as CSV.", content(
        (Analytics = "application/json"),
        (String = "text/csv", example = "date,startsAt,endsAt,booked\r\n"),
    ))),
)]
pub(crate) async fn mine(
    State(state): State<ApiState>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<AnalyticsQuery>,
) -> Result<Response, Problem> {
    let id = &caller.actor.id;
    count_own(&state, id, &query.parse(&state, id, &headers).await?).await
}

/// Counts the lessons of one person.
pub(crate) async fn count_own(
    state: &ApiState,
    user: &UserId,
    asked: &Asked,
) -> Result<Response, Problem> {
    let question = asked.question(state);
    let own = analytics::mine(&state.pool, user, &question);
    let answer = state.timed("analytics_mine", own).await?;
    Ok(asked.show(state, &answer, Whose::Own))
}

/// Whose lessons are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// One person's, of which they taught some and learnt others.
    Own,
    /// Everybody's: what was taught was learnt too.
    Platform,
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
    format: Format,
}

impl AnalyticsQuery {
    /// Reads the query of `viewer`, in whose zone it is unless it says another.
    pub(crate) async fn parse(
        &self,
        state: &ApiState,
        viewer: &UserId,
        headers: &HeaderMap,
    ) -> Result<Asked, Problem> {
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
        let format = checks
            .optional::<Format>("?format", self.format.as_deref())
            .unwrap_or_else(|| Format::accepted(headers));
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
        Asked::new(state, Span::around(from, to), grain, zone, format).map_err(out_of_range)
    }
}

fn out_of_range(error: ZoneError) -> Problem {
    Problem::zone(error, "?from")
}

impl Asked {
    fn new(
        state: &ApiState,
        span: Span,
        grain: Grain,
        zone: ZoneName,
        format: Format,
    ) -> Result<Self, ZoneError> {
        let buckets = |grain| state.zones.buckets(span, grain, &zone);
        Ok(Self {
            days: buckets(Grain::Day)?,
            parts: buckets(grain)?,
            months: buckets(Grain::Month)?,
            offsets: state.zones.offsets(span, &zone)?,
            span,
            zone,
            format,
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

    /// The answer, as it was asked for.
    pub(crate) fn show(
        &self,
        state: &ApiState,
        answer: &analytics::Answer,
        whose: Whose,
    ) -> Response {
        let figures = self.figures(state, answer, whose);
        let mut response = match self.format {
            Format::Json => Json(figures).into_response(),
            Format::Csv => {
                let name = HeaderValue::from_static("attachment; filename=\"figures.csv\"");
                let headers = [
                    (header::CONTENT_TYPE, HeaderValue::from_static(CSV)),
                    (header::CONTENT_DISPOSITION, name),
                ];
                (headers, figures.csv()).into_response()
            }
        };
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
        response
    }

    fn figures(&self, state: &ApiState, answer: &analytics::Answer, whose: Whose) -> Analytics {
        let figures = |bucket: &Bucket| {
            let counts = self.sum(bucket.starts_at, bucket.ends_at, &answer.days);
            let taught = self.sum(bucket.starts_at, bucket.ends_at, &answer.taught).minutes;
            let learnt = match whose {
                Whose::Own => counts.minutes - taught,
                Whose::Platform => taught,
            };
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
        Analytics {
            from: self.span.from,
            to: self.span.to,
            time_zone: self.zone.to_string(),
            totals: figures(&whole),
            series: self.parts.iter().map(|part| Part::new(part, figures(part))).collect(),
            busiest: week.0,
            retention: Retention::new(&total, &months, state.clock.now()),
        }
    }

    /// The days that lie in a part, which is made of whole ones.
    fn sum(&self, from: DateTime<Utc>, to: DateTime<Utc>, days: &[Counts]) -> Counts {
        let begun = |at| self.days.partition_point(|day| day.starts_at < at);
        let mut sum = Counts::default();
        for counts in days.get(begun(from)..begun(to)).unwrap_or_default() {
            sum += *counts;
        }
        sum
    }
}
