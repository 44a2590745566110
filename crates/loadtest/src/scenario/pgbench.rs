//! The statements of a booking alone, by pgbench.

use std::{path::Path, process::Command, time::Duration};

use anyhow::Context as _;

use crate::clock;

/// Transactions a second of `pgbench` with a script, before a database. The
/// script counts in `n`, and has `run` to tell runs apart.
///
/// # Errors
/// pgbench fails, or does not say.
pub fn run(
    program: &Path,
    script: &Path,
    database: &str,
    clients: usize,
    duration: Duration,
) -> anyhow::Result<f64> {
    let output = Command::new(program)
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=1", "--define=n=0"])
        .arg(format!("--define=run={}", clock::unix_seconds()))
        .arg(format!("--client={clients}"))
        .arg(format!("--time={}", duration.as_secs().max(1)))
        .arg("--file")
        .arg(script)
        .arg(database)
        // As a booking's transaction has it; as a statement of the script it
        // would be a way to the database and back that the server spares.
        .env("PGOPTIONS", "-c plan_cache_mode=force_generic_plan")
        .output()
        .with_context(|| format!("run {}", program.display()))?;
    anyhow::ensure!(
        output.status.success(),
        "pgbench failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    rate(&String::from_utf8_lossy(&output.stdout)).context("pgbench says no rate")
}

/// Finds `tps = 1234.5 (without initial connection time)`.
fn rate(report: &str) -> Option<f64> {
    let line = report.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_found() {
        let report = "number of failed transactions: 0 (0.000%)\n\
                      tps = 1486.250000 (without initial connection time)\n";
        assert_eq!(rate(report), Some(1486.25));
        assert_eq!(rate("pgbench (15)"), None);
    }
}
