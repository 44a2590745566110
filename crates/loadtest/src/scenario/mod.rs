//! What is measured, and how: each scenario puts participants before the
//! server, the bare relay or each other, and reads the numbers.

pub mod booking;
pub mod call;
pub mod direct;
pub mod floor;
pub mod insight;
pub mod join;
mod load;
pub mod memory;
pub mod pgbench;
mod stage;

pub use self::{
    load::{Load, Measured, Shape},
    stage::{SEATS, Stage, Target},
};
