//! HTTP to where people send the service, and nowhere else: see
//! [`lectern_domain::outbound`].
//!
//! A host is resolved here, and a connection is made to no address but those that
//! were checked: what it would resolve to a second time does not matter. No proxy
//! of the environment is asked, no redirect is followed unseen, and nothing is
//! unpacked.

use std::{error::Error, net::SocketAddr, sync::Arc};

use futures_util::StreamExt as _;
use lectern_domain::outbound::{NotATarget, Reach, Target};
use reqwest::{
    Client, Response, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{self, HeaderMap, HeaderValue},
    redirect::Policy,
};
use tokio::{net::lookup_host, time::timeout};

use crate::limits;

/// A client for targets within a reach.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    client: Client,
    reach: Reach,
}

/// What a target has answered.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A whole body, with its headers.
    Body { bytes: Vec<u8>, headers: HeaderMap },
    /// 304: it is what the asker has.
    NotModified,
}

/// Why there is no answer that is good for anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    Unreachable,
    TimedOut,
    Blocked,
    Redirects,
    Status(StatusCode),
    TooLarge,
    /// Packed, though that was not asked for.
    Encoded,
}

impl Outbound {
    pub(crate) fn new(reach: Reach) -> Result<Self, reqwest::Error> {
        // Fails where the process has chosen a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("Lectern/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits::CONNECT)
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .pool_max_idle_per_host(0)
            .dns_resolver(Arc::new(Guard { reach }))
            .build()?;
        Ok(Self { client, reach })
    }

    /// Asks for a body of at most so many bytes.
    pub(crate) async fn get(
        &self,
        url: &str,
        headers: HeaderMap,
        most: usize,
    ) -> Result<Answer, Failure> {
        let answer = timeout(limits::TOTAL, self.follow(url, headers, most)).await;
        answer.unwrap_or(Err(Failure::TimedOut))
    }

    async fn follow(
        &self,
        url: &str,
        mut headers: HeaderMap,
        most: usize,
    ) -> Result<Answer, Failure> {
        // It was good when it was given; what is good may have changed since.
        let mut target = Target::parse(url, self.reach)?;
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        for _ in 0..=limits::REDIRECTS {
            let request = self.client.get(target.as_str()).headers(headers.clone());
            let response = request.send().await.map_err(|error| failure(&error))?;
            match response.status() {
                StatusCode::NOT_MODIFIED => return Ok(Answer::NotModified),
                StatusCode::OK => return read(response, most).await,
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => {
                    let location = response.headers().get(header::LOCATION);
                    let location = location.and_then(|location| location.to_str().ok());
                    let status = response.status();
                    target = target.join(location.ok_or(Failure::Status(status))?, self.reach)?;
                }
                status => return Err(Failure::Status(status)),
            }
        }
        Err(Failure::Redirects)
    }
}

impl From<NotATarget> for Failure {
    fn from(_: NotATarget) -> Self {
        Self::Blocked
    }
}

async fn read(response: Response, most: usize) -> Result<Answer, Failure> {
    let headers = response.headers().clone();
    let plain = HeaderValue::from_static("identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().any(|encoding| encoding != plain) {
        return Err(Failure::Encoded);
    }
    if response.content_length().is_some_and(|length| length > most as u64) {
        return Err(Failure::TooLarge);
    }
    let mut bytes = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| failure(&error))?;
        if bytes.len() + chunk.len() > most {
            return Err(Failure::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Answer::Body { bytes, headers })
}

/// What lies under an error of the client. It is not logged: its text has the
/// URL in it.
fn failure(error: &reqwest::Error) -> Failure {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<Refused>() {
            return Failure::Blocked;
        }
        cause = error.source();
    }
    if error.is_timeout() { Failure::TimedOut } else { Failure::Unreachable }
}

/// No address of a host is one that may be connected to.
#[derive(Debug, thiserror::Error)]
#[error("the host has no address that may be connected to")]
struct Refused;

/// Resolves hosts to what may be connected to.
#[derive(Debug)]
struct Guard {
    reach: Reach,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
            let some = !found.is_empty();
            let admitted: Vec<SocketAddr> =
                found.into_iter().filter(|address| reach.admits(address.ip())).collect();
            if some && admitted.is_empty() {
                return Err(Refused.into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However an address of this machine is named, nobody is sent there.
    #[tokio::test]
    async fn names_of_this_machine_are_refused() {
        let outbound = Outbound::new(Reach::Public).expect("a client");
        for url in [
            "https://localhost/a.ics",
            "https://localhost:8443/a.ics",
            "https://127.0.0.1/a.ics",
            "https://2130706433/a.ics",
            "https://[::ffff:127.0.0.1]/a.ics",
            "http://localhost/a.ics",
        ] {
            let answer = outbound.get(url, HeaderMap::new(), 1).await;
            assert_eq!(answer.err(), Some(Failure::Blocked), "{url}");
        }
    }
}
