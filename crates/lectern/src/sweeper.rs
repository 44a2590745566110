//! What time does by itself: lessons end, and old rows go.

use std::{sync::Arc, time::Duration};

use lectern_domain::clock::Clock;
use lectern_store::{retention, sessions};
use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How late a lesson may be found to be over.
const SWEEP: Duration = Duration::from_secs(5);
/// The time between two rounds of pruning.
const PRUNE: Duration = Duration::from_secs(3600);

/// Sweeps until `stop`. Any number of nodes may do so side by side.
pub(crate) async fn run(pool: PgPool, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let [mut sweeps, mut prunes] = [SWEEP, PRUNE].map(|period| {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    });
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = sweeps.tick() => match sessions::complete_ended(&pool, clock.now()).await {
                Ok(completed) if completed.is_empty() => {}
                Ok(completed) => tracing::info!(lessons = completed.len(), "sweeper.completed"),
                Err(error) => tracing::warn!(%error, "sweeper.failed"),
            },
            _ = prunes.tick() => match retention::prune(&pool, clock.now()).await {
                Ok(rows) => tracing::info!(rows, "sweeper.pruned"),
                Err(error) => tracing::warn!(%error, "sweeper.prune_failed"),
            },
        }
    }
}
