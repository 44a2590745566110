//! Fetches calendars elsewhere, about every quarter of an hour, and keeps when
//! their owners are busy.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    clock::Clock,
    feed::{self, Feed, Trouble, Unusable},
    outbound::Reach,
    zone::{ZoneName, Zones},
};
use lectern_store::{
    StoreError,
    feeds::{self, Due, Outcome, Read, Validators},
};
use prometheus::{IntCounterVec, Opts, Registry};
use rand::RngExt as _;
use reqwest::{
    StatusCode,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use sqlx::PgPool;
use tokio::{
    sync::Semaphore,
    task::{JoinSet, spawn_blocking},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::{
    limits,
    outbound::{Answer, Failure, Outbound},
};

/// How long a new calendar waits at most until it is fetched.
const ROUND: Duration = Duration::from_secs(2);

/// Why calendars cannot be fetched at all.
#[derive(Debug, thiserror::Error)]
pub enum FeedsError {
    /// The HTTP client cannot be made.
    #[error("the client for calendars: {0}")]
    Client(#[from] reqwest::Error),
    /// A metric has a name that is taken.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// What fetches calendars.
#[derive(Clone)]
pub struct Feeds {
    pool: PgPool,
    clock: Arc<dyn Clock>,
    zones: Zones,
    outbound: Outbound,
    readings: Arc<Semaphore>,
    fetched: IntCounterVec,
}

impl std::fmt::Debug for Feeds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feeds").field("outbound", &self.outbound).finish_non_exhaustive()
    }
}

impl Feeds {
    /// Calendars are fetched within `reach`, and counted in `registry`.
    pub fn new(
        pool: PgPool,
        clock: Arc<dyn Clock>,
        zones: Zones,
        reach: Reach,
        registry: &Registry,
    ) -> Result<Self, FeedsError> {
        let fetched = IntCounterVec::new(
            Opts::new("lectern_feeds_fetched_total", "Calendars fetched, by result."),
            &["result"],
        )?;
        registry.register(Box::new(fetched.clone()))?;
        let outbound = Outbound::new(reach)?;
        let readings = Arc::new(Semaphore::new(limits::READINGS));
        Ok(Self { pool, clock, zones, outbound, readings, fetched })
    }

    /// Fetches until `stop`. What is then under way is due again once its lease
    /// is over.
    pub async fn run(self, stop: CancellationToken) {
        let mut rounds = interval(ROUND);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut fetches = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                Some(_) = fetches.join_next() => {}
                _ = rounds.tick() => {
                    let free = limits::FETCHES - fetches.len();
                    for due in self.lease(free).await {
                        let feeds = self.clone();
                        fetches.spawn(async move { feeds.refresh(due).await });
                    }
                }
            }
        }
    }

    /// Fetches what is due now, at most as much as a node does at a time, and
    /// says how many that were.
    pub async fn refresh_due(&self) -> usize {
        let due = self.lease(limits::FETCHES).await;
        let count = due.len();
        let mut fetches = JoinSet::new();
        for due in due {
            let feeds = self.clone();
            fetches.spawn(async move { feeds.refresh(due).await });
        }
        fetches.join_all().await;
        count
    }

    async fn lease(&self, most: usize) -> Vec<Due> {
        let now = self.clock.now();
        let most = i64::try_from(most).unwrap_or_default();
        match feeds::lease(&self.pool, most, now, now + limits::LEASE).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, "feeds.lease_failed");
                Vec::new()
            }
        }
    }

    async fn refresh(&self, due: Due) {
        let outcome = match self.outcome(&due).await {
            Ok(outcome) => outcome,
            // The lease ends, and then it is due again.
            Err(error) => return tracing::warn!(feed = %due.id, %error, "feeds.failed"),
        };
        let result = match &outcome {
            Outcome::Read(_) => "read",
            Outcome::Unchanged => "unchanged",
            Outcome::Failed(trouble) => trouble.as_str(),
        };
        self.fetched.with_label_values(&[result]).inc();
        let now = self.clock.now();
        let again = now + pause(&due, &outcome);
        match feeds::keep(&self.pool, &due, &outcome, now, again).await {
            Ok(kept) => tracing::debug!(feed = %due.id, result, kept, "feeds.fetched"),
            Err(error) => tracing::warn!(feed = %due.id, %error, "feeds.failed"),
        }
    }

    async fn outcome(&self, due: &Due) -> Result<Outcome, StoreError> {
        let now = self.clock.now();
        let fresh = due.read_at.is_some_and(|at| now - at < limits::REREAD);
        let headers = headers(fresh.then_some(&due.validators));
        let (bytes, headers) = match self.outbound.get(&due.url, headers, feed::MAX_BYTES).await {
            // Who was not asked for a change knows of none.
            Ok(Answer::NotModified) if !fresh => {
                return Ok(Outcome::Failed(Trouble::Status));
            }
            Ok(Answer::NotModified) => return Ok(Outcome::Unchanged),
            Ok(Answer::Body { bytes, headers }) => (bytes, headers),
            Err(failure) => return Ok(Outcome::Failed(trouble(failure))),
        };
        Ok(match self.read(bytes, due.home.clone(), now).await? {
            Ok(busy) => Outcome::Read(Read { busy, validators: validators(&headers) }),
            Err(unusable) => Outcome::Failed(unusable.into()),
        })
    }

    /// Reads a calendar, beside the threads that must not wait.
    async fn read(
        &self,
        bytes: Vec<u8>,
        home: ZoneName,
        now: DateTime<Utc>,
    ) -> Result<Result<feed::Busy, Unusable>, StoreError> {
        let _reading = self.readings.acquire().await;
        let feed = match aside(move || Feed::parse(&bytes)).await {
            Ok(feed) => feed,
            Err(unusable) => return Ok(Err(unusable)),
        };
        let names = feed.names();
        let lessons = match names.is_empty() {
            true => BTreeSet::new(),
            false => feeds::lessons_among(&self.pool, &names).await?,
        };
        let zones = self.zones.clone();
        Ok(aside(move || feed.busy(feed::horizon(now), &home, &lessons, &zones)).await)
    }
}

/// Does what takes a while on a thread of its own. Should it panic, the feed is
/// none that can be read.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Unusable> + Send + 'static,
) -> Result<T, Unusable> {
    spawn_blocking(work).await.unwrap_or(Err(Unusable::NotACalendar))
}

fn headers(validators: Option<&Validators>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("text/calendar, */*;q=0.1"));
    let Some(validators) = validators else { return headers };
    for (name, value) in [
        (header::IF_NONE_MATCH, &validators.etag),
        (header::IF_MODIFIED_SINCE, &validators.last_modified),
    ] {
        let value = value.as_deref().and_then(|text| HeaderValue::from_str(text).ok());
        headers.extend(value.map(|value| (name, value)));
    }
    headers
}

fn validators(headers: &HeaderMap) -> Validators {
    let text = |name: HeaderName| {
        let text = headers.get(name)?.to_str().ok()?;
        (text.len() <= limits::VALIDATOR).then(|| text.to_owned())
    };
    Validators { etag: text(header::ETAG), last_modified: text(header::LAST_MODIFIED) }
}

const fn trouble(failure: Failure) -> Trouble {
    match failure {
        Failure::Unreachable => Trouble::Unreachable,
        Failure::TimedOut => Trouble::Timeout,
        Failure::Blocked => Trouble::Blocked,
        Failure::Redirects => Trouble::Redirects,
        Failure::TooLarge => Trouble::TooLarge,
        Failure::Encoded => Trouble::NotACalendar,
        Failure::Status(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Trouble::Forbidden,
        Failure::Status(StatusCode::NOT_FOUND | StatusCode::GONE) => Trouble::NotFound,
        Failure::Status(_) => Trouble::Status,
    }
}

/// How long to wait: longer after each failure, and never as long as others do.
#[expect(clippy::disallowed_methods, reason = "a driver spreads what it does over time")]
fn pause(due: &Due, outcome: &Outcome) -> TimeDelta {
    let usual = match outcome {
        Outcome::Read(_) | Outcome::Unchanged => limits::REFRESH,
        Outcome::Failed(_) => backoff(due.failures),
    };
    let percent = rand::rng().random_range(80..=120);
    usual * percent / 100
}

fn backoff(failures: i32) -> TimeDelta {
    let doublings = u32::try_from(failures).unwrap_or_default().min(16);
    (limits::RETRY * 2_i32.pow(doublings)).min(limits::RETRY_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_waited_for_longer_and_longer() {
        for (failures, minutes) in [(0, 1), (1, 2), (4, 16), (8, 256), (9, 360), (1_000_000, 360)] {
            assert_eq!(backoff(failures), TimeDelta::minutes(minutes), "{failures}");
        }
    }
}
