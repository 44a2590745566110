//! The operating system's clock, for those who drive.

use chrono::{DateTime, Utc};
use lectern_domain::clock::Clock;

/// Says what the operating system says.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that a driver hands out")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
