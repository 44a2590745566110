//! Bookings a second over HTTP.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;

use super::Stage;
use crate::{
    client::{Platform, plain::Connection, rfc3339},
    clock,
    measure::histogram::Histogram,
};

/// Bookings of one student, so that the rate limit of a caller is never met.
const BOOKINGS_PER_STUDENT: u64 = 50;

/// Between the lessons of one teacher, from their beginnings.
const HOUR: u64 = 3_600;

/// Before the first lesson: far enough that all reminders are owed.
const AHEAD: u64 = 48 * HOUR;

/// What was booked.
#[derive(Debug, Clone, Default)]
pub struct Bookings {
    /// From the request to the answer.
    pub times: Histogram,
    /// For how long was booked.
    pub elapsed: Duration,
}

impl Bookings {
    /// Bookings a second.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
    pub fn rate(&self) -> f64 {
        self.times.count() as f64 / self.elapsed.as_secs_f64()
    }
}

/// Bookings a second, over HTTP and by the statements alone, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// Over HTTP.
    pub over_http: f64,
    /// By pgbench, where it was there.
    pub statements: Option<f64>,
}

/// Books free hours for `duration`, with `clients` that each send one request
/// after another on a connection of their own. Each run has people of its own.
///
/// # Errors
/// A booking is refused: every hour was free.
pub fn run(stage: &Stage, clients: usize, duration: Duration) -> anyhow::Result<Bookings> {
    let began = clock::now();
    let (deadline, run) = (began + duration, clock::unix_seconds());
    let mut all = Bookings::default();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..clients)
            .map(|client| {
                let name = stage.user(&format!("books-{run}-{client}"));
                scope.spawn(move || book(stage.api(), stage.platform(), &name, deadline))
            })
            .collect();
        for thread in threads {
            let times = thread.join().ok().context("a client panicked")??;
            all.times.merge(&times);
        }
        anyhow::Ok(())
    })?;
    all.elapsed = clock::now().saturating_duration_since(began);
    Ok(all)
}

fn book(
    api: &str,
    platform: &Platform,
    name: &str,
    deadline: Instant,
) -> anyhow::Result<Histogram> {
    let mut times = Histogram::default();
    let mut connection = Connection::open(api)?;
    let now = clock::unix_seconds();
    for pair in 0.. {
        let token = platform.token(&format!("{name}-student-{pair}"), false)?;
        for lesson in 1..=BOOKINGS_PER_STUDENT {
            let began = clock::now();
            if began >= deadline {
                return Ok(times);
            }
            let start = rfc3339(now + AHEAD + lesson * HOUR)?;
            let body = format!(
                r#"{{"teacher":"{name}-teacher-{pair}","title":"Load test","duration":60,"scheduledAt":"{start}"}}"#
            );
            let (status, answer) = connection.post("/api/sessions", &token, &body)?;
            anyhow::ensure!(
                status == 201,
                "a booking was answered {status}: {}",
                String::from_utf8_lossy(answer)
            );
            times.record(clock::now().saturating_duration_since(began));
        }
    }
    Ok(times)
}
