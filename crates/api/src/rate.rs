//! How many requests a caller may make: a token bucket each.

use std::{
    net::IpAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use chrono::{DateTime, Utc};
use dashmap::DashMap;

use crate::{
    limits,
    problem::{Code, Problem},
};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Requests a caller may make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateLimit {
    /// In the long run, each second. Above zero.
    pub per_second: f64,
    /// At once. At least one.
    pub burst: u32,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { per_second: 50.0, burst: 200 }
    }
}

/// Whose requests are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// Somebody with a good token.
    User(String),
    /// Somebody without one, by address.
    Address(IpAddr),
    /// Everybody who is not told apart.
    Rest,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: DateTime<Utc>,
}

/// What is left after a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Allowance {
    allowed: bool,
    remaining: f64,
    limit: RateLimit,
}

/// Where a request's allowance is noted once it is known, so that every answer
/// says it: that of a handler that panicked or took too long as well.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account(Arc<OnceLock<Allowance>>);

impl Account {
    pub(crate) fn note(&self, allowance: Allowance) {
        // A request passes the limiter once.
        let _ = self.0.set(allowance);
    }

    pub(crate) fn say(&self, headers: &mut HeaderMap) {
        if let Some(allowance) = self.0.get() {
            allowance.say(headers);
        }
    }
}

#[derive(Debug)]
pub(crate) struct Limiter {
    limit: RateLimit,
    buckets: DashMap<Key, Bucket>,
    /// When idle callers were last forgotten, in seconds since the epoch.
    swept_at: AtomicI64,
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, buckets: DashMap::new(), swept_at: AtomicI64::new(i64::MIN) }
    }

    /// Takes one request out of the caller's bucket, if it holds one.
    pub(crate) fn take(&self, key: Key, now: DateTime<Utc>) -> Allowance {
        let key = self.admit(key, now);
        let mut bucket = self.buckets.entry(key).or_insert(Bucket { tokens: self.full(), at: now });
        let tokens = self.refilled(&bucket, now);
        let allowed = tokens >= 1.0;
        *bucket = Bucket { tokens: if allowed { tokens - 1.0 } else { tokens }, at: now };
        Allowance { allowed, remaining: bucket.tokens, limit: self.limit }
    }

    /// The key under which a caller is counted, given how many there are. Idle
    /// ones are looked for once a second at most: looking takes a while.
    fn admit(&self, key: Key, now: DateTime<Utc>) -> Key {
        if self.buckets.len() < limits::CALLERS || self.buckets.contains_key(&key) {
            return key;
        }
        let second = now.timestamp();
        if self.swept_at.swap(second, Ordering::Relaxed) != second {
            self.buckets.retain(|_, bucket| self.refilled(bucket, now) < self.full());
        }
        if self.buckets.len() < limits::CALLERS { key } else { Key::Rest }
    }

    fn full(&self) -> f64 {
        f64::from(self.limit.burst)
    }

    /// A clock that steps back refills nothing.
    fn refilled(&self, bucket: &Bucket, now: DateTime<Utc>) -> f64 {
        let elapsed = (now - bucket.at).as_seconds_f64().max(0.0);
        elapsed.mul_add(self.limit.per_second, bucket.tokens).min(self.full())
    }
}

impl Allowance {
    /// Seconds until one more request is allowed than now.
    fn wait(self) -> f64 {
        let missing = self.remaining.floor() + 1.0 - self.remaining;
        (missing / self.limit.per_second).ceil()
    }

    pub(crate) fn check(self) -> Result<(), Problem> {
        if self.allowed {
            return Ok(());
        }
        let wait = HeaderValue::try_from(format!("{:.0}", self.wait()));
        let problem = Problem::new(Code::RateLimited);
        Err(match wait {
            Ok(wait) => problem.header(header::RETRY_AFTER, wait),
            Err(_) => problem,
        })
    }

    /// Says what is left (draft-ietf-httpapi-ratelimit-headers-10): the policy
    /// is `q` requests in `w` seconds; `r` are left, and `t` seconds pass until
    /// there are more.
    fn say(self, headers: &mut HeaderMap) {
        let window = (f64::from(self.limit.burst) / self.limit.per_second).ceil();
        let policy = format!("\"default\";q={};w={window:.0}", self.limit.burst);
        let left = format!("\"default\";r={:.0};t={:.0}", self.remaining.floor(), self.wait());
        for (name, text) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)] {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn key(name: &str) -> Key {
        Key::User(name.to_owned())
    }

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let limiter = Limiter::new(RateLimit { per_second: 2.0, burst: 3 });
        let start = DateTime::UNIX_EPOCH;
        let take =
            |ms: i64| limiter.take(key("jonas"), start + TimeDelta::milliseconds(ms)).allowed;
        assert_eq!([take(0), take(0), take(0), take(0)], [true, true, true, false]);
        assert_eq!([take(499), take(500), take(500)], [false, true, false]);
        assert!(limiter.take(key("mira"), start).allowed, "callers do not share");
    }

    #[test]
    fn a_clock_that_steps_back_gives_nothing() {
        let limiter = Limiter::new(RateLimit { per_second: 1.0, burst: 1 });
        let start = DateTime::UNIX_EPOCH + TimeDelta::hours(1);
        assert!(limiter.take(key("jonas"), start).allowed);
        assert!(!limiter.take(key("jonas"), start - TimeDelta::minutes(5)).allowed);
    }

    #[test]
    fn idle_callers_are_forgotten_and_busy_ones_are_not() {
        let limiter = Limiter::new(RateLimit { per_second: 1.0, burst: 1 });
        let start = DateTime::UNIX_EPOCH;
        for n in 0..limits::CALLERS {
            limiter.take(key(&n.to_string()), start);
        }
        limiter.take(key("newcomer"), start);
        assert!(!limiter.take(key("another"), start).allowed, "newcomers share what is left");
        limiter.take(key("later"), start + TimeDelta::seconds(2));
        assert_eq!(limiter.buckets.len(), 1);
    }
}
