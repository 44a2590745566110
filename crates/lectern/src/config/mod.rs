//! The configuration: defaults, overridden by one TOML file, overridden by the
//! environment, overridden by `--set` flags.
//!
//! Every setting stands once, in the table of [`settings`]; its key in the
//! file, its variable and its flag follow from it. [`values`] gathers texts
//! and remembers where each came from; [`Config`] is their typed form.

mod file;
mod settings;
mod typed;
mod values;

use settings::{SETTINGS, Setting};
pub(crate) use typed::{Auth, Config, Database, MatchRule};
pub(crate) use values::{Origin, Values};

/// What is wrong with the configuration, in words that name the setting.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("cannot read the configuration file {path}: {source}")]
    Unreadable { path: String, source: std::io::Error },
    #[error("the configuration file {path} is not TOML: {source}")]
    NotToml { path: String, source: toml::de::Error },
    #[error("{origin}: there is no setting `{key}`{hint}")]
    Unknown { key: String, origin: Origin, hint: String },
    #[error("{origin}: `{key}` is not valid: {reason}")]
    Invalid { key: &'static str, origin: Origin, reason: String },
    #[error("`--set {0}`: expected KEY=VALUE")]
    NotAnAssignment(String),
    #[error("nobody could sign in: set LECTERN_AUTH_SECRET or LECTERN_AUTH_JWKS_URL")]
    NoAuthentication,
}
