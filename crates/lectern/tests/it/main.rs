//! The real binary, as an operator meets it.

mod arrows;
mod bad_input;
mod config;
mod demo;
mod durability;
mod feeds;
mod health;
mod init;
mod metrics;
mod notices;
mod origins;
mod process;
mod removal;
mod support;
