//! How long queries take, by the account of sqlx, which tells of each in an
//! event.

use prometheus::{Histogram, HistogramOpts, Registry};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, filter::Targets, layer::Context};

/// Where sqlx tells of queries.
const TARGET: &str = "sqlx::query";
/// The field with a query's duration, in seconds.
const SECONDS: &str = "elapsed_secs";

const BUCKETS: &[f64] =
    &[0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// A layer that measures queries.
#[derive(Debug, Clone)]
pub(crate) struct QueryTimings(Histogram);

impl QueryTimings {
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let options = HistogramOpts::new(
            "lectern_database_query_duration_seconds",
            "Time from sending a query to the end of its result.",
        );
        let durations = Histogram::with_opts(options.buckets(BUCKETS.to_vec()))?;
        registry.register(Box::new(durations.clone()))?;
        Ok(Self(durations))
    }
}

/// The events that the layer needs to see, whatever the logs show.
pub(super) fn filter() -> Targets {
    Targets::new().with_target(TARGET, Level::DEBUG)
}

impl<S: Subscriber> Layer<S> for QueryTimings {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut Duration(&self.0));
    }
}

struct Duration<'a>(&'a Histogram);

impl Visit for Duration<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == SECONDS {
            self.0.observe(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn durations_of_queries_are_counted_and_nothing_else() {
        let timings = QueryTimings::new(&Registry::new()).unwrap();
        let histogram = timings.0.clone();
        let subscriber = tracing_subscriber::registry().with(timings.with_filter(filter()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::debug!(target: "sqlx::query", elapsed_secs = 0.25_f64, rows_returned = 3_u64);
            tracing::info!(elapsed_secs = 9.0_f64);
        });
        assert_eq!(histogram.get_sample_count(), 1);
        assert!((histogram.get_sample_sum() - 0.25).abs() < f64::EPSILON);
    }
}
