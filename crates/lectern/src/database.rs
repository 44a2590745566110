//! The database: the embedded Postgres, or one that somebody else runs.

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use lectern_store::{cluster::Cluster, migrate, roles};
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{task::JoinHandle, time::sleep};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{config, data_dir::DataDir};

/// How long a request waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that was used within this time is given out as it is; another
/// is asked first whether it is still there.
const SURE: Duration = Duration::from_secs(1);
/// What holds of every statement: how long it may take, and that one process of
/// Postgres works on it. Statements are short and many at once; to start helpers
/// for one takes longer than it does.
const SETTINGS: [(&str, &str); 2] =
    [("statement_timeout", "30s"), ("max_parallel_workers_per_gather", "0")];
/// Statements that took longer are logged.
const SLOW: Duration = Duration::from_secs(1);
/// The pause before an embedded Postgres that has died is started again.
const REVIVE_PAUSE: Duration = Duration::from_secs(1);

/// A database with this version's schema.
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
    /// Connects, and brings the schema to this version; starts the embedded
    /// Postgres first where none is named. The tables belong to the login; what
    /// the pool does is done in the service's role (see
    /// [`lectern_store::roles`]).
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
            .log_slow_statements(tracing::log::LevelFilter::Warn, SLOW);
        match connect(options, config.connections, embedded.is_some()).await {
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

/// Migrates as the owner, and connects as the service.
async fn connect(
    mut options: PgConnectOptions,
    connections: u32,
    embedded: bool,
) -> anyhow::Result<PgPool> {
    let refused = "cannot connect to the database";
    // A single connection says at once why there is none.
    PgConnection::connect_with(&options).await.context(refused)?.close().await.context(refused)?;
    let owner = PgPoolOptions::new().max_connections(1).connect_lazy_with(options.clone());
    migrate::migrate(&owner).await.context("the database could not be migrated")?;
    if embedded {
        options = roles::let_in(&owner, options).await.context("the service has no login")?;
    }
    owner.close().await;
    roles::in_service(PgPoolOptions::new())
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, metadata| {
            Box::pin(async move {
                if metadata.idle_for > SURE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options.options(SETTINGS))
        .await
        .context(refused)
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

#[cfg(test)]
mod tests {
    use lectern_store::roles::{Guard, guard};

    use super::*;

    /// The embedded Postgres lets the service in without its owner's rights,
    /// at every start.
    #[tokio::test]
    async fn the_service_does_not_own_the_embedded_database() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(folder.path()).unwrap();
        let config = config::Database { url: None, connections: 2, postgres_bin: None };
        for _ in 0..2 {
            let database = Database::open(&config, &data_dir).await.unwrap();
            assert_eq!(guard(database.pool()).await.unwrap(), Guard::Login);
            let refused = sqlx::query("DELETE FROM audit_events").execute(database.pool()).await;
            assert!(refused.unwrap_err().to_string().contains("permission denied"));
            database.close().await;
        }
    }
}
