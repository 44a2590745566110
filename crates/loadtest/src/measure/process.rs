//! What a process uses, from `/proc` (proc(5)).

use std::{fs, io, time::Duration};

/// Ticks a second in `/proc/<pid>/stat`: fixed on Linux for all that read it.
const TICKS: u64 = 100;

/// A process that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    pid: u32,
}

impl Process {
    /// The process with this id.
    pub const fn new(pid: u32) -> Self {
        Self { pid }
    }

    /// CPU time of all its threads so far, in user and kernel mode, to 10 ms.
    ///
    /// # Errors
    /// The process is gone, or `/proc` is not there.
    pub fn cpu_time(self) -> io::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        ticks(&stat)
            .map(|ticks| Duration::from_millis(ticks * 1_000 / TICKS))
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "unknown /proc/pid/stat"))
    }

    /// Memory that it holds of its own, in bytes: file pages, which it shares,
    /// are left out.
    ///
    /// # Errors
    /// The process is gone, or `/proc` is not there.
    pub fn memory(self) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        anonymous(&status)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "unknown /proc/pid/status"))
    }
}

/// `utime` and `stime`, which follow the name; the name may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let kernel: u64 = fields.next()?.parse().ok()?;
    Some(user + kernel)
}

fn anonymous(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_found_behind_any_name() {
        let stat = "7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 120 35 0 0 20 0 3 0 99";
        assert_eq!(ticks(stat), Some(155));
        assert_eq!(ticks("7 (x) S 1"), None);
        let status = "Name:\tx\nVmRSS:\t 900 kB\nRssAnon:\t     512 kB\nRssFile:\t 1 kB\n";
        assert_eq!(anonymous(status), Some(524_288));
    }

    #[test]
    fn this_process_can_be_watched() {
        let this = Process::new(std::process::id());
        assert!(this.cpu_time().is_ok());
        assert!(this.memory().unwrap() > 0);
    }
}
