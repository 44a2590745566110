//! `lectern doctor`: whether this machine has what the server needs.

mod checks;

use std::fmt::Display;

use anyhow::bail;
use lectern_domain::zone::Zones;

use crate::{
    cli::{self, Settings},
    config::Config,
};

/// What was found, printed as it comes.
#[derive(Debug, Default)]
struct Report {
    failed: usize,
}

impl Report {
    fn say(&mut self, what: &str, found: Result<impl Display, impl Display>) {
        match found {
            Ok(found) => println!("ok    {what}: {found}"),
            Err(problem) => {
                self.failed += 1;
                println!("FAIL  {what}: {problem}");
            }
        }
    }
}

/// Prints a line for everything that was looked at, and fails if something is
/// not as it should be.
pub(crate) fn examine(settings: &Settings) -> anyhow::Result<()> {
    let config = settings.read()?;
    let mut report = Report::default();
    report.say("settings", Ok::<_, String>("every one is valid"));
    report.say("sign-in", checks::sign_in(&config));
    cli::runtime()?.block_on(look(&config, &mut report));
    if report.failed > 0 {
        bail!("{} checks failed", report.failed);
    }
    Ok(())
}

async fn look(config: &Config, report: &mut Report) {
    report.say("listen", checks::tcp(config.listen, "listen"));
    report.say("metrics_listen", checks::tcp(config.metrics_listen, "metrics_listen"));
    report.say("media.listen", checks::udp(config));
    for address in checks::reachable(config) {
        report.say("UDP to itself", checks::echo(address).await);
    }
    for server in config.ice_servers.iter().flat_map(|server| &server.urls) {
        report.say(server, checks::stun(server).await);
    }
    for line in checks::database(config).await {
        report.say("database", line);
    }
    let zones = Zones::newest();
    report.say("time zones", Ok::<_, String>(format!("edition {}", zones.version())));
}
