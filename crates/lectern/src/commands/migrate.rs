//! `lectern migrate`.

use crate::{
    cli::{self, Settings},
    data_dir::DataDir,
    database::Database,
    telemetry,
};

/// Brings the database to this version's schema; `serve` does so by itself.
pub(crate) fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let config = settings.read()?;
    telemetry::start(&config.log)?;
    cli::runtime()?.block_on(async {
        let data_dir = DataDir::open(&config.data_dir)?;
        // The embedded Postgres belongs to one process at a time; a server of
        // one's own may be migrated beside a running Lectern.
        let _lock = config.database.url.is_none().then(|| data_dir.lock()).transpose()?;
        Database::open(&config.database, &data_dir).await?.close().await;
        Ok(())
    })
}
