//! The relay as a process of its own.

use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child as ChildProcess, Command, Stdio},
};

use anyhow::Context as _;

use super::Plan;
use crate::measure::process::Process;

/// A relay that runs; it ends when this is dropped.
#[derive(Debug)]
pub struct Child {
    process: ChildProcess,
    address: SocketAddr,
}

impl Child {
    /// Starts the relay: `program` is this program, which has a subcommand for
    /// it. `cpus` are those that it may run on, as taskset(1) has them.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(program: &Path, cpus: Option<&str>, plan: &Plan) -> anyhow::Result<Self> {
        let mut command = match cpus {
            Some(cpus) => {
                let mut command = Command::new("taskset");
                command.args(["--cpu-list", cpus]).arg(program);
                command
            }
            None => Command::new(program),
        };
        let mut process = command
            .arg("relay")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("start the relay")?;
        let mut stdin = process.stdin.take().context("the relay's standard input")?;
        writeln!(stdin, "{}", serde_json::to_string(plan)?)?;
        process.stdin = Some(stdin);
        let mut line = String::new();
        let stdout = process.stdout.take().context("the relay's standard output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let port = line.trim().parse().context("the relay did not start")?;
        Ok(Self { process, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process, to be watched.
    pub fn process(&self) -> Process {
        Process::new(self.process.id())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // The end of its input ends it.
        drop(self.process.stdin.take());
        if let Err(error) = self.process.wait() {
            eprintln!("the relay did not end: {error}");
        }
    }
}
