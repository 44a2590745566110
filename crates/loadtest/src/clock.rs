//! The clock of the scenarios, which drive everything else.

use std::time::Instant;

/// Now.
#[expect(clippy::disallowed_methods, reason = "the scenarios are the driver")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Seconds since the epoch, for tokens and bookings.
#[expect(clippy::disallowed_methods, reason = "the scenarios are the driver")]
pub(crate) fn unix_seconds() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
