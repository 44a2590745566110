//! Lectern: lessons with booking and video, in one binary.
//!
//! This is the composition root. It knows every other crate, and none of them
//! knows it: it reads the configuration, starts what is asked for in the right
//! order, and ends it in the reverse one.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod config;
mod data_dir;
mod database;
mod demo;
mod http;
mod media_link;
mod node;
mod ready_file;
mod server;
mod sweeper;
mod telemetry;
mod tokens;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lectern: {error:#}");
            ExitCode::FAILURE
        }
    }
}
