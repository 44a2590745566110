//! What an owner that was killed may have left: a Postgres that is still
//! shutting down, or a pid file that names a process which has long been
//! somebody else's.
//!
//! Whoever holds the folder's lock knows that no owner is alive. So every
//! Postgres that works in the folder is a leftover and is ended; and once none
//! is there, the pid file means nothing.

use std::{fs, io::ErrorKind, path::Path, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::time::sleep;

use super::ClusterError;

/// How long each signal is given before the next, stronger one.
const PATIENCE: Duration = Duration::from_secs(15);
/// The pause between two looks.
const POLL: Duration = Duration::from_millis(50);

/// Ends every Postgres that works in `data`, and removes its pid file.
pub(super) async fn end(data: &Path) -> Result<(), ClusterError> {
    for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGKILL] {
        let mut told = Vec::new();
        for _ in 0..PATIENCE.as_millis() / POLL.as_millis() {
            let processes = processes_in(data);
            if processes.is_empty() {
                return remove_pid_file(data);
            }
            for pid in processes {
                if !told.contains(&pid) {
                    // It may have ended since we looked.
                    let _ = kill(pid, signal);
                    told.push(pid);
                }
            }
            sleep(POLL).await;
        }
    }
    match processes_in(data).first() {
        Some(pid) => Err(ClusterError::Leftover { pid: pid.as_raw() }),
        None => remove_pid_file(data),
    }
}

/// Every process of Postgres has the cluster's data as its working folder.
pub(super) fn processes_in(data: &Path) -> Vec<Pid> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let name = fs::read_to_string(entry.path().join("comm")).ok()?;
            let folder = fs::read_link(entry.path().join("cwd")).ok()?;
            (name.trim() == "postgres" && folder == data).then(|| Pid::from_raw(pid))
        })
        .collect()
}

fn remove_pid_file(data: &Path) -> Result<(), ClusterError> {
    let path = data.join("postmaster.pid");
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(ClusterError::io("cannot remove", path)(error))
        }
        _ => Ok(()),
    }
}
