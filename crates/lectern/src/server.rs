//! A running server: what is started, in which order, and how it ends.

mod services;
mod shutdown;
mod urls;

use std::{net::TcpListener, path::Path, sync::Arc};

use anyhow::Context as _;
use lectern_api::SystemClock;
use lectern_domain::{clock::Clock, zone::Zones};
use prometheus::Registry;

use self::{services::Services, shutdown::Signals, urls::Urls};
use crate::{
    config::Config,
    data_dir::DataDir,
    database::Database,
    demo,
    ready_file::{Addresses, ReadyFile},
    telemetry::{self, QueryTimings},
};

/// Sockets that are bound before anything slow begins, so that a port that is
/// taken is told of at once.
#[derive(Debug)]
pub(crate) struct Listeners {
    pub(crate) public: TcpListener,
    pub(crate) metrics: TcpListener,
}

/// For whom the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A platform's people.
    Serve,
    /// Whoever tries it out.
    Demo,
}

/// Serves until it is told to stop.
pub(crate) async fn run(
    config: Config,
    listeners: Listeners,
    mode: Mode,
    ready_file: Option<&Path>,
) -> anyhow::Result<()> {
    let data_dir = DataDir::open(&config.data_dir)?;
    let _lock = data_dir.lock()?;
    let registry = Registry::new();
    telemetry::start_with(&config.log, Some(QueryTimings::new(&registry)?))?;
    // From here on a signal never ends the process in the midst of something:
    // what was started is stopped first.
    let mut signals = Signals::listen()?;
    let database = Database::open(&config.database, &data_dir).await?;
    let drain = config.drain;
    let starting = start(config, &data_dir, &database, registry, listeners, mode);
    let outcome = tokio::select! {
        started = starting => match started {
            Ok((services, urls)) => {
                let outcome = serve(&services, &urls, mode, ready_file, &mut signals).await;
                services.stop(drain, &mut signals).await;
                outcome
            }
            Err(error) => Err(error),
        },
        () = signals.next() => Ok(()),
    };
    database.close().await;
    outcome
}

async fn start(
    config: Config,
    data_dir: &DataDir,
    database: &Database,
    registry: Registry,
    listeners: Listeners,
    mode: Mode,
) -> anyhow::Result<(Services, Urls)> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let zones = Zones::newest();
    if mode == Mode::Demo {
        let seeded = demo::seed(database.pool(), &zones, data_dir.node()?, clock.now()).await;
        seeded.context("the demo's people and lessons could not be made")?;
    }
    let urls = Urls::of(&config, &listeners)?;
    let services = Services::start(services::Setup {
        config,
        data_dir,
        pool: database.pool().clone(),
        clock,
        zones,
        registry,
        listeners,
        urls: urls.clone(),
        mode,
    })
    .await?;
    Ok((services, urls))
}

/// Tells that everything is there, and waits until it is over.
async fn serve(
    services: &Services,
    urls: &Urls,
    mode: Mode,
    ready_file: Option<&Path>,
    signals: &mut Signals,
) -> anyhow::Result<()> {
    let media = services.media_addresses();
    let addresses = Addresses {
        api: &urls.local,
        metrics: &urls.metrics,
        media: &media,
        pid: std::process::id(),
    };
    let _ready_file = ready_file.map(|path| ReadyFile::write(path, &addresses)).transpose()?;
    tracing::info!(api = urls.local, metrics = urls.metrics, ?media, "server.ready");
    if mode == Mode::Demo {
        greet(&urls.local);
    }
    services.until_over(signals).await
}

fn greet(url: &str) {
    println!("\nLectern is at {url}\n\nSign in as one of");
    for person in &demo::PEOPLE {
        println!("  {:<14} {:<8} {}", person.name, person.part.as_str(), person.headline);
    }
    println!(
        "\nJonas Weber has a lesson with Inês Carvalho in a few minutes: sign in as both, in two \
         windows.\nCtrl-C stops everything; what you do is kept.\n"
    );
}
