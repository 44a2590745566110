//! What lessons come to: counts, and the days, weeks and hours they fall in.
//!
//! The store counts by quarters of an hour in UTC. Which of them make up a day
//! or an hour of somebody's clocks is worked out here.

mod calendar;
mod counts;
mod week;

pub use self::{
    calendar::{Bucket, Grain, SLOT, Span},
    counts::{Counts, LEAD_TIMES, Missed, Parties, Retention, Stars, Withdrawals},
    week::{QUARTERS, Week},
};
