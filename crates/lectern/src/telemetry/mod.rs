//! Logs: JSON for machines, lines for people at a terminal. And the database's
//! timings, which come out of the same events.

mod queries;

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing_subscriber::{
    EnvFilter, Layer as _, Registry, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

pub(crate) use self::queries::QueryTimings;

/// Sends logs to standard error, filtered as `filter` says (the syntax of
/// [`EnvFilter`]). A filter that cannot be read is refused.
pub(crate) fn start(filter: &str) -> anyhow::Result<()> {
    start_with(filter, None)
}

/// The same, with every query's duration measured.
pub(crate) fn start_with(filter: &str, timings: Option<QueryTimings>) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)
        .with_context(|| format!("`log` is not valid: `{filter}` is no filter"))?;
    let lines = tracing_subscriber::fmt::layer::<Registry>().with_writer(std::io::stderr);
    let lines = match std::io::stderr().is_terminal() {
        true => lines.compact().with_target(false).boxed(),
        false => lines.json().flatten_event(true).with_current_span(false).boxed(),
    };
    let layers = vec![lines.with_filter(filter).boxed()];
    let timings = timings.map(|timings| timings.with_filter(queries::filter()).boxed());
    let layers: Vec<_> = layers.into_iter().chain(timings).collect();
    tracing_subscriber::registry().with(layers).try_init()?;
    Ok(())
}
