//! `lectern serve` and `lectern demo`.

use std::net::{SocketAddr, TcpListener, UdpSocket};

use anyhow::{Context as _, bail};

use crate::{
    cli::{self, Run},
    config::{Config, ConfigError, Values},
    data_dir::DataDir,
    server::{self, Listeners, Mode},
};

/// Serves what the configuration says.
pub(crate) fn serve(run: &Run) -> anyhow::Result<()> {
    let config = run.settings.read()?;
    if config.auth.secrets.is_empty() && config.auth.jwks_url.is_none() {
        bail!(ConfigError::NoAuthentication);
    }
    let listeners = Listeners {
        public: listen(config.listen, "listen")?,
        metrics: listen(config.metrics_listen, "metrics_listen")?,
    };
    cli::runtime()?.block_on(server::run(config, listeners, Mode::Serve, run.ready_file.as_deref()))
}

/// Serves the same with people and lessons, on free ports where the usual ones
/// are taken and nobody asked for them.
pub(crate) fn demo(run: &Run) -> anyhow::Result<()> {
    let mut values = run.settings.values()?;
    let data_dir = DataDir::open(&Config::from_values(&values)?.data_dir)?;
    let secret = String::from_utf8(data_dir.secret(DataDir::AUTH_SECRET)?)
        .context("the demo's secret is no text")?;
    values.default_to("auth.secret", &secret);
    values.default_to("log", "warn");
    let config = Config::from_values(&values)?;
    let listeners = Listeners {
        public: listen_somewhere(&values, config.listen, "listen")?,
        metrics: listen_somewhere(&values, config.metrics_listen, "metrics_listen")?,
    };
    if !udp_is_free(config.media.listen, config.media.workers) {
        let free = SocketAddr::new(config.media.listen.ip(), 0);
        values.default_to("media.listen", &free.to_string());
    }
    let config = Config::from_values(&values)?;
    cli::runtime()?.block_on(server::run(config, listeners, Mode::Demo, run.ready_file.as_deref()))
}

fn listen(address: SocketAddr, setting: &'static str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
        .with_context(|| {
            format!(
                "cannot listen on {address}; `{setting}` (LECTERN_{}) names another address, and \
                 port 0 picks a free one",
                setting.to_uppercase()
            )
        })
}

fn listen_somewhere(
    values: &Values,
    address: SocketAddr,
    setting: &'static str,
) -> anyhow::Result<TcpListener> {
    let asked = listen(address, setting);
    if asked.is_err() && values.is_default(setting) {
        return listen(SocketAddr::new(address.ip(), 0), setting);
    }
    asked
}

/// Whether nobody has the media workers' ports.
fn udp_is_free(first: SocketAddr, workers: usize) -> bool {
    (0..workers).all(|index| {
        let port = u16::try_from(index).ok().and_then(|index| first.port().checked_add(index));
        port.is_some_and(|port| UdpSocket::bind((first.ip(), port)).is_ok())
    })
}
