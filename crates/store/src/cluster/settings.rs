//! How Postgres is started: where it listens, and how careful it is.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::Command,
};

use sqlx::postgres::PgConnectOptions;

use super::{Binaries, ClusterError, files::Files, identity::Identity};

/// The longest path of a Unix socket, in bytes (`sun_path`, less its NUL).
const SOCKET_PATH_BYTES: usize = 107;
/// The socket's name is made of the port's number.
const SOCKET_PORT: u16 = 5432;
/// Connections: the largest pool a server may have, and some for an operator.
const MAX_CONNECTIONS: u32 = 220;
/// Connections in tests, where many processes share the cluster.
#[cfg(feature = "testing")]
const MAX_TEST_CONNECTIONS: u32 = 400;

/// What the cluster is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What is committed survives any crash, and Postgres ends with its owner.
    Server,
    /// Nothing survives a crash, and Postgres outlives whoever started it.
    #[cfg(feature = "testing")]
    Tests,
}

/// Where Postgres listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// On a socket in the cluster's folder.
    Socket,
    /// On a free port of loopback: the folder's path is too long for a socket.
    Loopback(u16),
}

impl Endpoint {
    pub(crate) fn choose(files: &Files) -> Result<Self, ClusterError> {
        let socket = files.dir().join(format!(".s.PGSQL.{SOCKET_PORT}"));
        if socket.as_os_str().len() <= SOCKET_PATH_BYTES {
            return Ok(Self::Socket);
        }
        // Postgres cannot be asked to take any free port, so one is looked up
        // and given back; a start that loses it to somebody else is repeated.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .map_err(ClusterError::io("cannot find a free port for", files.dir()))?
            .port();
        Ok(Self::Loopback(port))
    }

    pub(crate) fn options(self, files: &Files) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass();
        match self {
            Self::Socket => options.socket(files.dir()).port(SOCKET_PORT),
            Self::Loopback(port) => options.host("127.0.0.1").port(port),
        }
    }

    fn apply(self, files: &Files, command: &mut Command) {
        match self {
            Self::Socket => {
                let quoted = files.dir().to_string_lossy().replace('"', "\"\"");
                set(command, "listen_addresses", "");
                set(command, "unix_socket_directories", &format!("\"{quoted}\""));
                set(command, "port", &SOCKET_PORT.to_string());
            }
            Self::Loopback(port) => {
                set(command, "listen_addresses", "127.0.0.1");
                set(command, "unix_socket_directories", "");
                set(command, "port", &port.to_string());
            }
        }
    }
}

/// The command that runs Postgres in the foreground.
pub(crate) fn postgres(
    binaries: &Binaries,
    identity: Identity,
    files: &Files,
    endpoint: Endpoint,
    purpose: Purpose,
) -> Result<Command, ClusterError> {
    identity.own(&files.data())?;
    let program = binaries.program("postgres");
    let mut command = match purpose {
        // The wrapper ties Postgres to its parent. It comes after the change
        // of identity, which would undo the tie.
        Purpose::Server => {
            let mut command = identity.command(Path::new("setpriv"));
            command.args(["--pdeathsig", "INT", "--"]).arg(program);
            command
        }
        #[cfg(feature = "testing")]
        Purpose::Tests => identity.command(&program),
    };
    command.arg("-D").arg(files.data());
    endpoint.apply(files, &mut command);
    set(&mut command, "unix_socket_permissions", "0700");
    set(&mut command, "timezone", "UTC");
    set(&mut command, "log_timezone", "UTC");
    // Statements may hold what people wrote: they stay out of the log.
    set(&mut command, "log_min_messages", "log");
    set(&mut command, "log_min_error_statement", "panic");
    set(&mut command, "log_checkpoints", "off");
    match purpose {
        Purpose::Server => set(&mut command, "max_connections", &MAX_CONNECTIONS.to_string()),
        #[cfg(feature = "testing")]
        Purpose::Tests => {
            set(&mut command, "max_connections", &MAX_TEST_CONNECTIONS.to_string());
            set(&mut command, "fsync", "off");
            set(&mut command, "synchronous_commit", "off");
            set(&mut command, "full_page_writes", "off");
            set(&mut command, "max_wal_size", "4GB");
        }
    }
    Ok(command)
}

fn set(command: &mut Command, name: &str, value: &str) {
    command.arg("-c").arg(format!("{name}={value}"));
}
