//! The thread that is Postgres's parent.
//!
//! The kernel ties Postgres to the thread that started it, not to the process,
//! and the runtime's threads come and go: so one thread starts Postgres and
//! does nothing but wait for its end.

use std::{
    fs::{self, OpenOptions},
    os::unix::{fs::OpenOptionsExt as _, process::CommandExt as _},
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{sync::watch, time::timeout};

use super::ClusterError;

/// How much of the log an error shows, in bytes.
const TAIL_BYTES: usize = 2_000;

/// A running Postgres.
#[derive(Debug)]
pub(super) struct Keeper {
    pid: Pid,
    ended: watch::Receiver<bool>,
    log: PathBuf,
}

impl Keeper {
    /// Starts Postgres with its output in `log`, which begins anew.
    pub(super) fn start(mut command: Command, log: PathBuf) -> Result<Self, ClusterError> {
        let output = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&log)
            .map_err(ClusterError::io("cannot write", &log))?;
        let errors = output.try_clone().map_err(ClusterError::io("cannot write", &log))?;
        // Its own process group: Ctrl-C in a terminal is the server's to
        // handle, which stops Postgres last.
        command.stdin(Stdio::null()).stdout(output).stderr(errors).process_group(0);

        let (started, start) = std::sync::mpsc::sync_channel(1);
        let (over, ended) = watch::channel(false);
        thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || {
                let child = command.spawn();
                let waiting = match child {
                    Ok(mut child) => {
                        let told = started.send(Ok(child.id()));
                        told.is_ok().then(|| child.wait())
                    }
                    Err(error) => {
                        // The starter waits for exactly this message.
                        let _ = started.send(Err(error));
                        None
                    }
                };
                drop(waiting);
                over.send_replace(true);
            })
            .map_err(ClusterError::io("cannot start a thread for", &log))?;
        let id = start
            .recv()
            .map_err(|_| ClusterError::Ended { log: String::new() })?
            .map_err(ClusterError::io("cannot start Postgres; see", &log))?;
        let pid = Pid::from_raw(i32::try_from(id).expect("Linux process ids fit 22 bits"));
        Ok(Self { pid, ended, log })
    }

    /// Resolves when Postgres has ended.
    pub(super) async fn ended(&self) {
        // An error means that the thread has gone, and so has Postgres.
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }

    pub(super) fn has_ended(&self) -> bool {
        *self.ended.borrow()
    }

    /// Ends Postgres cleanly within `patience`, else at once.
    pub(super) async fn stop(&mut self, patience: Duration) {
        for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGKILL] {
            self.signal(signal);
            if timeout(patience, self.ended()).await.is_ok() {
                return;
            }
            tracing::warn!(%signal, "postgres_does_not_stop");
        }
    }

    pub(super) fn failure(&self) -> ClusterError {
        ClusterError::Ended { log: self.log_tail() }
    }

    pub(super) fn log_tail(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let tail = &log[log.len().saturating_sub(TAIL_BYTES)..];
        String::from_utf8_lossy(tail).trim().to_owned()
    }

    fn signal(&self, signal: Signal) {
        // The process is ours until the thread has seen its end; after that
        // its number may be another's.
        if !self.has_ended() {
            let _ = kill(self.pid, signal);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.signal(Signal::SIGINT);
    }
}
