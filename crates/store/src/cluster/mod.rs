//! A private Postgres for one machine: made in a folder, started with the
//! server and stopped with it.
//!
//! - Only the holder of the folder's lock starts or stops anything in it. The
//!   kernel drops the lock with the process, so it never goes stale.
//! - Postgres dies with its owner: the kernel sends it SIGINT (a fast, clean
//!   shutdown) when the owner's keeper thread ends, `kill -9` included.
//! - Clients come over a Unix socket that only this user can reach, or over
//!   loopback where the path is too long for one; always with a password that
//!   was drawn for this cluster.
//! - Postgres refuses to run as root: the module `identity` says what
//!   is done then.

mod binaries;
mod error;
pub(crate) mod files;
pub(crate) mod identity;
mod keeper;
mod leftovers;
pub(crate) mod settings;
#[cfg(test)]
mod tests;

use std::{path::Path, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _,
    postgres::{PgConnectOptions, PgConnection},
};
use tokio::time::{Instant, sleep, timeout};

pub use self::{binaries::Binaries, error::ClusterError};
use self::{
    files::{Files, Lock},
    identity::Identity,
    keeper::Keeper,
    settings::{Endpoint, Purpose},
};

/// The role and the database that a cluster is made with.
pub(crate) const NAME: &str = "lectern";
/// How long Postgres may take to accept connections: recovery after a crash
/// replays at most a few checkpoints' worth of log.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a clean stop may take before Postgres is told to drop everything.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);
/// The pause between two questions whether Postgres is there.
const POLL: Duration = Duration::from_millis(40);
/// How often a loopback port is drawn anew when somebody else was faster.
const PORT_ATTEMPTS: u32 = 3;

/// A running cluster. Dropping it stops Postgres without waiting; [`stop`]
/// waits.
///
/// [`stop`]: Cluster::stop
#[derive(Debug)]
pub struct Cluster {
    keeper: Keeper,
    installed: Installed,
    endpoint: Endpoint,
    options: PgConnectOptions,
    // Released last: after Postgres has gone.
    _lock: Lock,
}

/// What is needed to start Postgres, once the cluster is made.
#[derive(Debug)]
struct Installed {
    files: Files,
    binaries: Binaries,
    identity: Identity,
}

impl Cluster {
    /// Starts the cluster in `dir`, and makes it first where there is none.
    /// `programs` is the folder of Postgres's programs, where it is not to be
    /// the machine's newest.
    pub async fn start(dir: &Path, programs: Option<&Path>) -> Result<Self, ClusterError> {
        let files = Files::prepare(dir)?;
        let lock = Lock::take(&files)?;
        leftovers::end(&files.data()).await?;
        let binaries = Binaries::find(programs, files.version()?.as_deref())?;
        let identity = Identity::choose(&files)?;
        let password = files.make(&binaries, identity)?;
        let installed = Installed { files, binaries, identity };

        let mut attempt = 1;
        loop {
            let endpoint = Endpoint::choose(&installed.files)?;
            let options = endpoint.options(&installed.files).username(NAME).password(&password);
            match installed.start(endpoint, &options).await {
                Ok(keeper) => {
                    let options = options.database(NAME);
                    return Ok(Self { keeper, installed, endpoint, options, _lock: lock });
                }
                Err(error) if attempt == PORT_ATTEMPTS || endpoint == Endpoint::Socket => {
                    return Err(error);
                }
                Err(_) => attempt += 1,
            }
        }
    }

    /// Starts Postgres again after it has ended, at the same address.
    pub async fn revive(&mut self) -> Result<(), ClusterError> {
        leftovers::end(&self.installed.files.data()).await?;
        self.keeper = self.installed.start(self.endpoint, &self.options).await?;
        Ok(())
    }

    /// How to connect to the database.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// The same as a URL, which other processes of this user can take.
    pub fn url(&self) -> String {
        self.options.to_url_lossy().to_string()
    }

    /// Resolves when Postgres has ended although nobody stopped it.
    pub async fn ended(&self) {
        self.keeper.ended().await;
    }

    /// Stops Postgres: open transactions are rolled back, everything committed
    /// is on disk. Returns when its last process has gone.
    pub async fn stop(mut self) {
        self.keeper.stop(STOP_TIMEOUT).await;
    }
}

impl Installed {
    /// Starts Postgres and waits until it answers.
    async fn start(
        &self,
        endpoint: Endpoint,
        options: &PgConnectOptions,
    ) -> Result<Keeper, ClusterError> {
        let Self { files, binaries, identity } = self;
        let command = settings::postgres(binaries, *identity, files, endpoint, Purpose::Server)?;
        let mut keeper = Keeper::start(command, files.log())?;
        match ready(&keeper, options).await {
            Ok(()) => Ok(keeper),
            Err(error) => {
                keeper.stop(STOP_TIMEOUT).await;
                Err(error)
            }
        }
    }
}

/// Waits until Postgres answers, and makes the database in a new cluster.
async fn ready(keeper: &Keeper, options: &PgConnectOptions) -> Result<(), ClusterError> {
    let maintenance = options.clone().database("postgres");
    #[expect(clippy::disallowed_methods, reason = "a driver: it bounds its own waiting")]
    let deadline = Instant::now() + START_TIMEOUT;
    let mut connection = loop {
        match timeout(POLL * 50, PgConnection::connect_with(&maintenance)).await {
            Ok(Ok(connection)) => break connection,
            Ok(Err(_)) | Err(_) if keeper.has_ended() => return Err(keeper.failure()),
            Ok(Err(_)) | Err(_) => {}
        }
        #[expect(clippy::disallowed_methods, reason = "a driver: it bounds its own waiting")]
        if Instant::now() > deadline {
            return Err(ClusterError::NotReady { log: keeper.log_tail() });
        }
        sleep(POLL).await;
    };
    let known: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(NAME)
            .fetch_one(&mut connection)
            .await?;
    if !known {
        connection.execute("CREATE DATABASE lectern").await?;
    }
    connection.close().await?;
    Ok(())
}
