//! The load generator's command line.
#![forbid(unsafe_code)]

mod args;
mod run;

use clap::Parser as _;

use args::Command;

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Bench(bench) => run::bench(&bench),
        Command::Book { target, booking, seconds, output } => {
            run::book(&target, &booking, seconds, &output)
        }
        Command::Insight(insight) => run::insight(&insight),
        Command::Call { target, load, output } => run::call(&target, &load, &output),
        Command::Floor { cpus, load, output } => run::floor(cpus.as_deref(), &load, &output),
        Command::Relay => lectern_loadtest::relay::run(),
    }
}
