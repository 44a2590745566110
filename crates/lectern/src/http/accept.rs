//! The HTTP accept loop. `axum::serve` alone holds slow clients forever; this
//! one bounds connections and the time that a request's head may take, and
//! ends well.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract::ConnectInfo, http::HeaderMap};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto,
        graceful::{GracefulConnection, GracefulShutdown},
    },
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

/// Bounds of a listener.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Connections at a time; further ones wait in the kernel's backlog.
    pub(crate) connections: usize,
    /// How long a request's head may take, an idle connection's included.
    pub(crate) head: Duration,
    /// How long open requests may go on after the end was asked for.
    pub(crate) grace: Duration,
}

/// The listener of people and programs: browsers keep a WebSocket each.
pub(crate) const PUBLIC: Limits =
    Limits { connections: 20_000, head: Duration::from_secs(15), grace: Duration::from_secs(10) };

/// The listener of operators.
pub(crate) const METRICS: Limits =
    Limits { connections: 64, head: Duration::from_secs(5), grace: Duration::from_secs(1) };

/// Requests at a time in one HTTP/2 connection.
const STREAMS: u32 = 128;

/// How long to wait after the system refused a connection, for want of file
/// descriptors say: accepting again at once would spin.
const REFUSED_PAUSE: Duration = Duration::from_millis(50);

/// Serves `router` on `listener` until `stop`, then lets open requests end.
/// Handlers find the client's address in [`ConnectInfo`]; `proxies` are those
/// whose word on it is taken.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    proxies: Arc<[IpAddr]>,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let tasks = TaskTracker::new();
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = graceful.watch(connect(
                    stream,
                    peer,
                    router.clone(),
                    limits,
                    Arc::clone(&proxies),
                ));
                tasks.spawn(async move {
                    // What a peer did to its own connection is not our error.
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "http.connection_ended");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "http.accept_failed");
                sleep(REFUSED_PAUSE).await;
            }
        }
    }
    drop(listener);
    if timeout(limits.grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("http.requests_cut_off");
    }
    tasks.close();
}

/// One connection as a future, HTTP/1.1 with upgrades or HTTP/2.
fn connect(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
    proxies: Arc<[IpAddr]>,
) -> impl GracefulConnection<Error = Box<dyn std::error::Error + Send + Sync>> + Send + 'static {
    // Small answers shall not wait for the peer's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router.map_request(
        move |mut request: hyper::Request<hyper::body::Incoming>| {
            let client = client(peer, request.headers(), &proxies);
            request.extensions_mut().insert(ConnectInfo(client));
            request.map(axum::body::Body::new)
        },
    ));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .keep_alive_interval(limits.head)
        .keep_alive_timeout(limits.head);
    builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned()
}

/// Whose request it is: the peer's, or, where the peer is a proxy of ours, that
/// of the last address in `X-Forwarded-For` that is not.
fn client(peer: SocketAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> SocketAddr {
    if !proxies.contains(&peer.ip()) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").into_iter();
    let texts: Vec<&str> = forwarded.filter_map(|value| value.to_str().ok()).collect();
    texts
        .iter()
        .flat_map(|text| text.split(','))
        .rev()
        .map_while(|item| item.trim().parse().ok())
        .find(|address| !proxies.contains(address))
        .map_or(peer, |address| SocketAddr::new(address, peer.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_of_ours_is_believed() {
        let proxies = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        let check = |peer: &str, forwarded: &str, expected: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            let client = client(SocketAddr::new(peer.parse().unwrap(), 1), &headers, &proxies);
            assert_eq!(client.ip().to_string(), expected, "{peer} {forwarded}");
        };
        check("10.0.0.1", "192.0.2.7", "192.0.2.7");
        check("10.0.0.1", "198.51.100.1, 192.0.2.7", "192.0.2.7");
        check("10.0.0.1", "192.0.2.7, 10.0.0.2", "192.0.2.7");
        check("10.0.0.1", "192.0.2.7, unknown", "10.0.0.1");
        check("10.0.0.1", "2001:db8::1", "2001:db8::1");
        check("192.0.2.9", "192.0.2.7", "192.0.2.9");
    }
}
