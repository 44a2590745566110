//! The courier takes what the outbox owes to people. Reminders inside the app
//! are what it delivers. And it goes out for what people want fetched: calendars
//! elsewhere in which they are busy.
//!
//! It needs no leader: any number of couriers claim rows side by side, and a
//! row is claimed, delivered and settled in one transaction; a calendar is leased
//! to one of them for as long as fetching it may take.
#![forbid(unsafe_code)]

pub mod feeds;
mod limits;
mod outbound;

use std::{sync::Arc, time::Duration};

use lectern_domain::clock::Clock;
use lectern_store::reminders;
use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How late a reminder may be.
const ROUND: Duration = Duration::from_secs(2);
/// Reminders of one transaction.
const BATCH: usize = 200;

/// Delivers until `stop`.
pub async fn run(pool: PgPool, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut rounds = interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = rounds.tick() => round(&pool, clock.as_ref(), &stop).await,
        }
    }
}

/// Delivers everything that is due, a batch at a time.
async fn round(pool: &PgPool, clock: &dyn Clock, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        match reminders::deliver(pool, BATCH as i64, clock.now()).await {
            Ok(0) => return,
            Ok(settled) => {
                tracing::info!(settled, "courier.reminders");
                if settled < BATCH {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "courier.failed");
                return;
            }
        }
    }
}
