//! How the server is reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::Context as _;
use axum::http::{HeaderValue, Uri};

use super::Listeners;
use crate::config::Config;

/// URLs without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Urls {
    /// Of the web app and the API, from this machine.
    pub(super) local: String,
    /// Of the web app and the API, for people.
    pub(super) public: String,
    /// Of the WebSocket, for people.
    pub(super) signal: String,
    /// Of the metrics, from this machine.
    pub(super) metrics: String,
}

impl Urls {
    pub(super) fn of(config: &Config, listeners: &Listeners) -> anyhow::Result<Self> {
        let unknown = "the system does not say where it listens";
        let local = local_url(listeners.public.local_addr().context(unknown)?);
        let metrics = local_url(listeners.metrics.local_addr().context(unknown)?);
        let public = config.public_url.clone().unwrap_or_else(|| local.clone());
        let signal = format!("{}/signal", socket(&public));
        Ok(Self { local, public, signal, metrics })
    }

    /// Where pages may open WebSockets: at the public URL and, for people on
    /// this very machine, under either of its names.
    pub(super) fn sockets(&self) -> Vec<String> {
        let mut sockets: Vec<String> = self.origins().iter().map(|url| socket(url)).collect();
        sockets.dedup();
        sockets
    }

    /// The origins of our own pages.
    pub(super) fn origins(&self) -> Vec<String> {
        let public = origin(&self.public).unwrap_or_else(|| self.public.clone());
        let twin =
            public.strip_prefix("http://127.0.0.1:").map(|port| format!("http://localhost:{port}"));
        [public].into_iter().chain(twin).collect()
    }

    pub(super) fn is_secure(&self) -> bool {
        self.public.starts_with("https://")
    }
}

/// Origins as a header carries them.
pub(super) fn header_values(origins: &[String]) -> anyhow::Result<Vec<HeaderValue>> {
    let parse = |origin: &String| {
        HeaderValue::from_str(origin).with_context(|| format!("`{origin}` is no origin"))
    };
    origins.iter().map(parse).collect()
}

/// The URL at which a listener is reached from its own machine.
fn local_url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

/// Scheme, host and port of a URL (RFC 6454).
fn origin(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?))
}

/// `http` becomes `ws`, `https` becomes `wss`.
fn socket(url: &str) -> String {
    url.replacen("http", "ws", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(public: &str) -> Urls {
        let (local, metrics) = (public.to_owned(), String::new());
        let signal = format!("{}/signal", socket(public));
        Urls { local, public: public.to_owned(), signal, metrics }
    }

    #[test]
    fn an_unspecified_address_is_reached_over_loopback() {
        assert_eq!(local_url("0.0.0.0:80".parse().unwrap()), "http://127.0.0.1:80");
        assert_eq!(local_url("[::]:80".parse().unwrap()), "http://[::1]:80");
        assert_eq!(local_url("192.0.2.1:80".parse().unwrap()), "http://192.0.2.1:80");
    }

    #[test]
    fn sockets_follow_the_public_url() {
        let school = urls("https://school.example/lessons");
        assert_eq!(school.sockets(), ["wss://school.example"]);
        assert_eq!(school.signal, "wss://school.example/lessons/signal");
        let demo = urls("http://127.0.0.1:8080");
        assert_eq!(demo.sockets(), ["ws://127.0.0.1:8080", "ws://localhost:8080"]);
    }
}
