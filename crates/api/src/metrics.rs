//! Figures of the REST interface. Labels come from closed sets: a route is its
//! template, never its path.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry};

const BUCKETS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

#[derive(Debug)]
pub(crate) struct Metrics {
    requests: IntCounterVec,
    duration: HistogramVec,
    in_flight: IntGauge,
    streams: IntGauge,
    joins: IntCounterVec,
    database: HistogramVec,
}

impl Metrics {
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            requests: IntCounterVec::new(
                Opts::new("lectern_http_requests_total", "HTTP requests answered."),
                &["method", "route", "status"],
            )?,
            duration: HistogramVec::new(
                HistogramOpts::new(
                    "lectern_http_request_duration_seconds",
                    "Time from the head of an HTTP request to the head of its answer.",
                )
                .buckets(BUCKETS.to_vec()),
                &["method", "route"],
            )?,
            in_flight: IntGauge::new(
                "lectern_http_requests_in_flight",
                "HTTP requests that are being answered.",
            )?,
            streams: IntGauge::new(
                "lectern_notification_streams",
                "Streams of notices that are open.",
            )?,
            joins: IntCounterVec::new(
                Opts::new("lectern_join_tokens_total", "Requests to join a lesson, by result."),
                &["result"],
            )?,
            database: HistogramVec::new(
                HistogramOpts::new(
                    "lectern_database_operation_duration_seconds",
                    "Time of what the API asks of the database: transactions, not statements.",
                )
                .buckets(BUCKETS.to_vec()),
                &["operation"],
            )?,
        };
        registry.register(Box::new(metrics.requests.clone()))?;
        registry.register(Box::new(metrics.duration.clone()))?;
        registry.register(Box::new(metrics.in_flight.clone()))?;
        registry.register(Box::new(metrics.streams.clone()))?;
        registry.register(Box::new(metrics.joins.clone()))?;
        registry.register(Box::new(metrics.database.clone()))?;
        Ok(metrics)
    }

    pub(crate) fn begin(&self) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight(self)
    }

    /// Where open streams of notices are counted.
    pub(crate) fn streams(&self) -> IntGauge {
        self.streams.clone()
    }

    pub(crate) fn answered(
        &self,
        method: &Method,
        route: &str,
        status: StatusCode,
        elapsed: Duration,
    ) {
        let method = method_label(method);
        self.requests.with_label_values(&[method, route, status.as_str()]).inc();
        self.duration.with_label_values(&[method, route]).observe(elapsed.as_secs_f64());
    }

    pub(crate) fn asked_database(&self, operation: &'static str, elapsed: Duration) {
        self.database.with_label_values(&[operation]).observe(elapsed.as_secs_f64());
    }

    pub(crate) fn joined(&self, result: &'static str) {
        self.joins.with_label_values(&[result]).inc();
    }
}

/// One request that is being answered, for as long as it is.
#[derive(Debug)]
pub(crate) struct InFlight<'a>(&'a Metrics);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.dec();
    }
}

fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
