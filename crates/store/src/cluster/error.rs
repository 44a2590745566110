//! Why there is no cluster, in words for whoever started the server.

use std::{io, path::PathBuf};

/// Why the cluster could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Another process holds the folder.
    #[error(
        "{dir} is in use by process {pid}: a Lectern is already running there; \
         stop it, or name another folder with LECTERN_DATA_DIR",
        dir = dir.display()
    )]
    InUse {
        /// The cluster's folder.
        dir: PathBuf,
        /// Who holds it, as it says itself.
        pid: String,
    },
    /// There is no Postgres on this machine.
    #[error(
        "no Postgres was found, neither under /usr/lib/postgresql nor on the PATH: install it \
         (Debian: apt-get install postgresql), name the folder of its programs with \
         LECTERN_POSTGRES_BIN, or a server of your own with DATABASE_URL"
    )]
    NoBinaries,
    /// There is no Postgres where it was said to be.
    #[error(
        "no Postgres is in {folder}, which LECTERN_POSTGRES_BIN names",
        folder = folder.display()
    )]
    NotThere {
        /// The folder of programs.
        folder: PathBuf,
    },
    /// The folder was made by a Postgres that is no longer there.
    #[error("the cluster was made by Postgres {cluster}, and only {found} was found")]
    OtherVersion {
        /// The cluster's major version.
        cluster: String,
        /// The major versions that were found.
        found: String,
    },
    /// The server is root, and may not take on another identity.
    #[error(
        "Postgres does not run as root, and this root may neither make a user namespace nor \
         change its user; start Lectern as a plain user, or name a server with DATABASE_URL"
    )]
    NoIdentity,
    /// Making the cluster failed.
    #[error("the cluster could not be made: {output}")]
    NotMade {
        /// What `initdb` said.
        output: String,
    },
    /// Postgres ended at once.
    #[error("Postgres ended at its start: {log}")]
    Ended {
        /// The end of its log.
        log: String,
    },
    /// Postgres runs, and answers nobody.
    #[error("Postgres did not get ready in time: {log}")]
    NotReady {
        /// The end of its log.
        log: String,
    },
    /// An earlier Postgres in the folder does not end.
    #[error("an earlier Postgres (process {pid}) still runs in the folder and does not end")]
    Leftover {
        /// Its process.
        pid: i32,
    },
    /// The folder cannot be used.
    #[error("{action} {path}: {cause}", path = path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why it did not work.
        cause: io::Error,
    },
    /// The new cluster refused its first statements.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
}

impl ClusterError {
    /// Names what was tried with which file.
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Io { action, path, cause }
    }
}
