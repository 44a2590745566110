//! The command line.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};

use crate::{
    commands,
    config::{Config, Values},
};

/// Lessons with booking and video, self-hosted.
#[derive(Debug, Parser)]
#[command(name = "lectern", version, about, long_about = None)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the API, the WebSocket, media and the web app.
    Serve(Run),
    /// Serves the same, with people and lessons to try it with. Not for real use.
    Demo(Run),
    /// Writes a first configuration, and makes the platform's first service key.
    Init(Init),
    /// Brings the database to this version's schema.
    Migrate(Settings),
    /// Prints a token for a user, signed with auth.secret or the demo's secret.
    Token(Token),
    /// Checks what the server needs on this machine.
    Doctor(Settings),
    /// Prints the OpenAPI document.
    Openapi,
    /// Prints every setting, its value and where it comes from.
    Config(Settings),
}

/// Where settings come from.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// A TOML file of settings.
    #[arg(long, env = "LECTERN_CONFIG", value_name = "PATH")]
    config: Option<PathBuf>,
    /// Sets one setting; overrides the file and the environment.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Writes addresses and process id there, as JSON, once the server is ready.
    #[arg(long, value_name = "PATH")]
    pub(crate) ready_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Token {
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// The user's id.
    #[arg(long, value_name = "ID")]
    pub(crate) sub: String,
    /// What others see.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The role; `admin` is the one that counts.
    #[arg(long)]
    pub(crate) role: Option<String>,
    /// How long it is good for: 90s, 15m, 1h, 7d.
    #[arg(long, default_value = "1h", value_parser = commands::token::lifetime)]
    pub(crate) ttl: chrono::TimeDelta,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The file to write; one that is there is left alone.
    #[arg(long, env = "LECTERN_CONFIG", value_name = "PATH", default_value = "lectern.toml")]
    pub(crate) config: PathBuf,
    /// Sets one setting for this command; it is not written.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

impl Init {
    /// The settings that the file, once written, and this command make.
    pub(crate) fn settings(&self) -> Settings {
        Settings { config: Some(self.config.clone()), set: self.set.clone() }
    }
}

impl Settings {
    /// The texts of all settings.
    pub(crate) fn values(&self) -> anyhow::Result<Values> {
        let environment = |name: &str| std::env::var(name).ok();
        Ok(Values::gather(self.config.as_deref(), environment, &self.set)?)
    }

    /// All settings, checked.
    pub(crate) fn read(&self) -> anyhow::Result<Config> {
        Ok(Config::from_values(&self.values()?)?)
    }
}

impl Cli {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        // Two TLS libraries are possible below; this one is what we ship.
        let installed = rustls::crypto::ring::default_provider().install_default();
        debug_assert!(installed.is_ok(), "nobody else installs a provider");
        match self.command {
            Command::Serve(run) => commands::serve::serve(&run),
            Command::Demo(run) => commands::serve::demo(&run),
            Command::Init(init) => commands::init::init(&init),
            Command::Migrate(settings) => commands::migrate::migrate(&settings),
            Command::Token(token) => commands::token::print(&token),
            Command::Doctor(settings) => commands::doctor::examine(&settings),
            Command::Openapi => commands::openapi::print(),
            Command::Config(settings) => commands::config::print(&settings),
        }
    }
}

/// The runtime of everything but media, which has threads of its own.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
}
