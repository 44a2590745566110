//! Numbers: histograms, a process's use of the machine, and the table.

pub mod histogram;
pub mod process;
pub mod result;
pub mod slope;
