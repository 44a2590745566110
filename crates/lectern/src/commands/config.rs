//! `lectern config`.

use crate::{cli::Settings, config::Config};

/// Prints every setting, and fails if one of them is not valid.
pub(crate) fn print(settings: &Settings) -> anyhow::Result<()> {
    let values = settings.values()?;
    print!("{}", values.table());
    Config::from_values(&values)?;
    Ok(())
}
