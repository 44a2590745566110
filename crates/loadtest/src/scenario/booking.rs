//! Bookings a second over HTTP.

use std::time::Duration;

use super::Stage;
use crate::{
    client::{Platform, Server},
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

/// Books free hours for `duration`, with `clients` that each send one request
/// after another on a connection of their own.
///
/// # Errors
/// A booking is refused: every hour was free.
pub fn run(stage: &Stage, clients: usize, duration: Duration) -> anyhow::Result<Bookings> {
    let began = clock::now();
    let deadline = began + duration;
    let work = async {
        let handle = tokio::runtime::Handle::current();
        let tasks: Vec<_> = (0..clients)
            .map(|client| {
                let server = Server::new(stage.api());
                let platform = stage.platform().clone();
                let name = stage.user(&format!("books-{client}"));
                handle.spawn(async move { book(server?, platform, name, deadline).await })
            })
            .collect();
        let mut all = Bookings::default();
        for task in tasks {
            all.times.merge(&task.await??);
        }
        all.elapsed = clock::now().saturating_duration_since(began);
        Ok(all)
    };
    stage.block_on(work)
}

async fn book(
    server: Server,
    platform: Platform,
    name: String,
    deadline: std::time::Instant,
) -> anyhow::Result<Histogram> {
    let mut times = Histogram::default();
    for pair in 0.. {
        let token = platform.token(&format!("{name}-student-{pair}"), false)?;
        let teacher = format!("{name}-teacher-{pair}");
        for lesson in 1..=BOOKINGS_PER_STUDENT {
            let began = clock::now();
            if began >= deadline {
                return Ok(times);
            }
            let booked = server.book(&token, &teacher, AHEAD + lesson * HOUR, 60).await?;
            anyhow::ensure!(booked.is_some(), "a free hour is taken");
            times.record(clock::now().saturating_duration_since(began));
        }
    }
    Ok(times)
}
