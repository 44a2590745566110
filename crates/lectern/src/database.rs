//! The database: the embedded Postgres, or one that somebody else runs.

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use lectern_store::cluster::Cluster;
use sqlx::{
    ConnectOptions as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{task::JoinHandle, time::sleep};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{config, data_dir::DataDir};

/// How long a request waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one statement may take.
const STATEMENT_TIMEOUT: &str = "30s";
/// Statements that took longer are logged.
const SLOW: Duration = Duration::from_secs(1);
/// The pause before an embedded Postgres that has died is started again.
const REVIVE_PAUSE: Duration = Duration::from_secs(1);

/// An open database.
#[derive(Debug)]
pub(crate) struct Database {
    pool: PgPool,
    embedded: Option<Embedded>,
}

#[derive(Debug)]
struct Embedded {
    stop: CancellationToken,
    keeper: JoinHandle<()>,
}

impl Database {
    /// Connects; starts the embedded Postgres first where none is named.
    pub(crate) async fn open(
        config: &config::Database,
        data_dir: &DataDir,
    ) -> anyhow::Result<Self> {
        let (options, embedded) = match &config.url {
            Some(url) => {
                let options: PgConnectOptions =
                    url.parse().context("DATABASE_URL is no postgres:// URL")?;
                (options, None)
            }
            None => {
                let (options, embedded) =
                    Embedded::start(data_dir.postgres(), config.postgres_bin.clone()).await?;
                (options, Some(embedded))
            }
        };
        let options = options
            .application_name("lectern")
            .options([("statement_timeout", STATEMENT_TIMEOUT)])
            .log_slow_statements(tracing::log::LevelFilter::Warn, SLOW);
        let pool = PgPoolOptions::new()
            .max_connections(config.connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options)
            .await
            .context("cannot connect to the database");
        match pool {
            Ok(pool) => Ok(Self { pool, embedded }),
            Err(error) => {
                if let Some(embedded) = embedded {
                    embedded.stop().await;
                }
                Err(error)
            }
        }
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Closes all connections, and stops the embedded Postgres.
    pub(crate) async fn close(self) {
        self.pool.close().await;
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}

impl Embedded {
    async fn start(
        dir: PathBuf,
        programs: Option<PathBuf>,
    ) -> anyhow::Result<(PgConnectOptions, Self)> {
        let cluster = Cluster::start(&dir, programs.as_deref()).await?;
        let options = cluster.options().clone();
        let stop = CancellationToken::new();
        let keeper = TaskTracker::new().spawn(keep(cluster, stop.clone()));
        Ok((options, Self { stop, keeper }))
    }

    async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.keeper.await {
            tracing::error!(%error, "database.keeper_failed");
        }
    }
}

/// Starts Postgres again whenever it dies, until it is to stop. Meanwhile the
/// server answers that it is unavailable, and lessons go on.
async fn keep(mut cluster: Cluster, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return cluster.stop().await,
            () = cluster.ended() => tracing::error!("database.ended"),
        }
        sleep(REVIVE_PAUSE).await;
        match cluster.revive().await {
            Ok(()) => tracing::info!("database.revived"),
            Err(error) => tracing::error!(%error, "database.not_revived"),
        }
    }
}
