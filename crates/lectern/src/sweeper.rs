//! What time does by itself: lessons end or pass, requests, offers and proposals
//! expire, reviews are published, zones get new rules, and old rows go.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{clock::Clock, zone::Zones};
use lectern_store::{StoreError, analytics, retention, reviews, sessions};
use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How late a lesson may be found to be over, or an offer to have expired.
const SWEEP: Duration = Duration::from_secs(5);
/// How long changes wait until they are folded into figures.
const FOLD: Duration = Duration::from_secs(2);
/// The time between two rounds of pruning.
const PRUNE: Duration = Duration::from_secs(3600);
/// How long the database must have been there before anybody is said not to
/// have come: when it comes back, nodes still have presences to write.
const STEADY: TimeDelta = TimeDelta::minutes(2);

/// How long some things are waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// After their end, rooms close.
    pub(crate) grace: TimeDelta,
    /// After a lesson, its reviews are published.
    pub(crate) review_window: TimeDelta,
}

/// Sweeps until `stop`. Any number of nodes may do so side by side.
pub(crate) async fn run(
    pool: PgPool,
    clock: Arc<dyn Clock>,
    zones: Zones,
    patience: Patience,
    stop: CancellationToken,
) {
    match sessions::apply_zone_rules(&pool, &zones, clock.now()).await {
        Ok(done) => tracing::info!(
            version = zones.version(),
            moved = done.moved,
            conflicts = done.conflicts,
            "sweeper.zone_rules"
        ),
        Err(error) => tracing::warn!(%error, "sweeper.zone_rules_failed"),
    }
    let periods = [SWEEP, SWEEP, FOLD, PRUNE];
    let [mut sweeps, mut passes, mut folds, mut prunes] = periods.map(|period| {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    });
    let mut steady_since = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = sweeps.tick() => {
                let now = clock.now();
                let steady = now - *steady_since.get_or_insert(now) >= STEADY;
                if let Err(error) = sweep(&pool, patience, steady, now).await {
                    steady_since = None;
                    tracing::warn!(%error, "sweeper.failed");
                }
            }
            _ = folds.tick() => if let Err(error) = analytics::fold(&pool).await {
                tracing::warn!(%error, "sweeper.fold_failed");
            },
            _ = passes.tick() => {
                let passed = async {
                    sessions::pass_on_offers(&pool, clock.now()).await?;
                    sessions::expire_proposals(&pool, clock.now()).await
                };
                if let Err(error) = passed.await {
                    tracing::warn!(%error, "sweeper.expiry_failed");
                }
            },
            _ = prunes.tick() => match retention::prune(&pool, clock.now()).await {
                Ok(rows) => tracing::info!(rows, "sweeper.pruned"),
                Err(error) => tracing::warn!(%error, "sweeper.prune_failed"),
            },
        }
    }
}

/// One round. As long as the database is not `steady`, nobody is looked for who
/// did not come.
async fn sweep(
    pool: &PgPool,
    patience: Patience,
    steady: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let completed = sessions::complete_ended(pool, now).await?;
    if !completed.is_empty() {
        tracing::info!(lessons = completed.len(), "sweeper.completed");
    }
    let expired = sessions::expire_unanswered(pool, now).await?;
    if expired > 0 {
        tracing::info!(lessons = expired, "sweeper.expired");
    }
    let published = reviews::publish_due(pool, patience.review_window, now).await?;
    if published > 0 {
        tracing::info!(reviews = published, "sweeper.published");
    }
    if !steady {
        return Ok(());
    }
    let decided = sessions::decide_no_shows(pool, patience.grace, now).await?;
    if decided > 0 {
        tracing::info!(lessons = decided, "sweeper.decided");
    }
    Ok(())
}
