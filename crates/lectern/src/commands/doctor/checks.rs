//! What the doctor looks at. Each check says in words what it found.

use std::{
    net::{SocketAddr, TcpListener, UdpSocket as StdUdpSocket},
    time::Duration,
};

use lectern_api::SystemClock;
use lectern_domain::clock::Clock as _;
use lectern_sfu::Advertised;
use lectern_store::{
    cluster::Binaries,
    migrate,
    roles::{self, Guard, SERVICE},
    server,
};
use rand::RngExt as _;
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::{
    net::{UdpSocket, lookup_host},
    time::timeout,
};

use crate::config::Config;

type Found = Result<String, String>;

/// How long anything on the network may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How far this machine's clock may be from the database's.
const CLOCKS_APART: i64 = 2_000;
/// The magic cookie of STUN messages (RFC 8489, section 5).
const MAGIC: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

pub(super) fn sign_in(config: &Config) -> Found {
    match (config.auth.secrets.is_empty(), &config.auth.jwks_url) {
        (true, None) => Err("set LECTERN_AUTH_SECRET or LECTERN_AUTH_JWKS_URL".to_owned()),
        (false, None) => Ok("tokens are signed with a secret".to_owned()),
        (_, Some(url)) => Ok(format!("keys come from {url}")),
    }
}

pub(super) fn tcp(address: SocketAddr, setting: &str) -> Found {
    TcpListener::bind(address).map(|_| format!("{address} is free")).map_err(|error| {
        let variable = setting.to_uppercase();
        format!("{address}: {error} (a running Lectern? else set LECTERN_{variable})")
    })
}

pub(super) fn udp(config: &Config) -> Found {
    let (first, workers) = (config.media.listen, config.media.workers);
    for index in 0..workers {
        let port = u16::try_from(index).ok().and_then(|index| first.port().checked_add(index));
        let Some(port) = port else { return Err(format!("no {workers} ports after {first}")) };
        if let Err(error) = StdUdpSocket::bind((first.ip(), port)) {
            return Err(format!("{}:{port}: {error} (set LECTERN_MEDIA_LISTEN)", first.ip()));
        }
    }
    Ok(format!("{workers} UDP ports from {first} on are free"))
}

/// The advertised addresses that are this machine's own.
pub(super) fn reachable(config: &Config) -> Vec<SocketAddr> {
    let own = |advertised: &Advertised| match *advertised {
        Advertised::Address(ip) => Some(SocketAddr::new(ip, 0)),
        // Behind a mapping: only somebody outside can tell.
        Advertised::Mapped(_) => None,
    };
    let named: Vec<_> = config.media.advertise.iter().filter_map(own).collect();
    if named.is_empty() && !config.media.listen.ip().is_unspecified() {
        return vec![SocketAddr::new(config.media.listen.ip(), 0)];
    }
    named
}

/// Whether a datagram to one of the machine's own addresses comes back.
pub(super) async fn echo(address: SocketAddr) -> Found {
    let attempt = async {
        let socket = UdpSocket::bind(address).await?;
        let own = socket.local_addr()?;
        socket.send_to(b"lectern", own).await?;
        let mut buffer = [0; 16];
        socket.recv_from(&mut buffer).await
    };
    match timeout(PATIENCE, attempt).await {
        Ok(Ok(_)) => Ok(format!("{} answers", address.ip())),
        Ok(Err(error)) => Err(format!("{}: {error} (media.advertise)", address.ip())),
        Err(_) => Err(format!("{}: datagrams do not arrive (a firewall?)", address.ip())),
    }
}

/// Whether a STUN or TURN server answers a Binding request over UDP.
pub(super) async fn stun(url: &str) -> Found {
    let rest = ["stun:", "turn:"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let Some(rest) = rest else {
        return Ok("not tried: only stun: and turn: can be asked without TLS".to_owned());
    };
    let host = rest.split('?').next().unwrap_or_default();
    let host = if host.contains(':') { host.to_owned() } else { format!("{host}:3478") };
    let attempt = async {
        let address = lookup_host(&host).await?.next().ok_or(std::io::ErrorKind::NotFound)?;
        let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(any).await?;
        socket.connect(address).await?;
        #[expect(clippy::disallowed_methods, reason = "a driver: it tells answers by it")]
        let transaction: [u8; 12] = rand::rng().random();
        let request = [&[0, 1, 0, 0], MAGIC.as_slice(), &transaction].concat();
        socket.send(&request).await?;
        let mut answer = [0; 548];
        let length = socket.recv(&mut answer).await?;
        let ours = length >= 20 && answer[8..20] == transaction;
        std::io::Result::Ok(ours.then_some(address))
    };
    match timeout(PATIENCE, attempt).await {
        Ok(Ok(Some(address))) => Ok(format!("{address} answers")),
        Ok(Ok(None)) => Err("what answers is no STUN server".to_owned()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer".to_owned()),
    }
}

pub(super) async fn database(config: &Config) -> Vec<Found> {
    let Some(url) = &config.database.url else {
        let found = Binaries::find(config.database.postgres_bin.as_deref(), None);
        return vec![match found {
            Ok(binaries) => Ok(format!("embedded, Postgres {}", binaries.major())),
            Err(error) => Err(error.to_string()),
        }];
    };
    let options = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
    match options.connect(url).await {
        Ok(pool) => vec![
            version(&pool).await,
            schema(&pool).await,
            clocks(&pool).await,
            record(&pool).await,
        ],
        Err(error) => vec![Err(format!("cannot connect to DATABASE_URL: {error}"))],
    }
}

async fn version(pool: &PgPool) -> Found {
    let version = server::version(pool).await;
    version.map(|version| format!("Postgres {version}")).map_err(|error| error.to_string())
}

async fn schema(pool: &PgPool) -> Found {
    match migrate::is_current(pool).await {
        Ok(true) => Ok("the schema is this version's".to_owned()),
        Ok(false) => Ok("the schema is older: `serve` and `migrate` bring it up".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// By what the record of who did what is kept from the service itself.
async fn record(pool: &PgPool) -> Found {
    if !migrate::is_current(pool).await.map_err(|error| error.to_string())? {
        return Ok("what guards the audit record can be told once the schema is there".to_owned());
    }
    let guard = roles::guard(pool).await.map_err(|error| error.to_string())?;
    Ok(match guard {
        Guard::Login => "this login has no right to change the audit record".to_owned(),
        Guard::Role => format!(
            "the service works as {SERVICE}, which has no right to change the audit record; to \
             take the way back from it too, serve with a login that is only a member of {SERVICE}"
        ),
        Guard::Trigger => format!(
            "a trigger alone guards the audit record, since this login may not make roles; to \
             have the database do it, run CREATE ROLE {SERVICE} and GRANT {SERVICE} TO this login \
             as an administrator, and `lectern migrate`"
        ),
    })
}

async fn clocks(pool: &PgPool) -> Found {
    let theirs = server::clock(pool).await.map_err(|error| error.to_string())?;
    let apart = (theirs - SystemClock.now()).num_milliseconds().abs();
    match apart <= CLOCKS_APART {
        true => Ok(format!("its clock is {apart} ms from this machine's")),
        false => {
            Err(format!("its clock is {apart} ms from this machine's: tokens and windows err"))
        }
    }
}
