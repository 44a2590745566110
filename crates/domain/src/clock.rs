//! Time, as it is told to whoever needs it.

use std::fmt;

use chrono::{DateTime, Utc};

/// Says what time it is. Drivers hold one; pure code is handed its answer.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
}
