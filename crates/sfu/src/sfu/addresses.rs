//! Where workers are bound, and where clients reach them.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use nix::{ifaddrs::getifaddrs, net::if_::InterfaceFlags};

/// An address under which clients reach the SFU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advertised {
    /// Reached at this address, under the ports that the workers are bound to.
    Address(IpAddr),
    /// Reached at this address behind a NAT that maps ports: the first worker
    /// under this port, each further one under the next.
    Mapped(SocketAddr),
}

/// A text that is no address to advertise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an IP address, or an IP address and a port")]
pub struct InvalidAdvertised;

impl FromStr for Advertised {
    type Err = InvalidAdvertised;

    fn from_str(text: &str) -> Result<Self, InvalidAdvertised> {
        let address = text.parse().map(Self::Address);
        address.or_else(|_| text.parse().map(Self::Mapped)).map_err(|_| InvalidAdvertised)
    }
}

/// Where a worker is bound; `None` beyond the last port.
pub(super) fn of_worker(listen: SocketAddr, index: usize) -> Option<SocketAddr> {
    if listen.port() == 0 {
        return Some(listen);
    }
    let port = listen.port().checked_add(u16::try_from(index).ok()?)?;
    Some(SocketAddr::new(listen.ip(), port))
}

/// Where a worker that is bound to `bound` is reached.
pub(super) fn candidates(
    advertise: &[Advertised],
    bound: SocketAddr,
    index: usize,
) -> io::Result<Vec<SocketAddr>> {
    if !advertise.is_empty() {
        let named = advertise.iter().filter_map(|advertised| match *advertised {
            Advertised::Address(ip) => Some(SocketAddr::new(ip, bound.port())),
            Advertised::Mapped(first) => of_worker(first, index),
        });
        return Ok(named.collect());
    }
    if !bound.ip().is_unspecified() {
        return Ok(vec![bound]);
    }
    let own = own_addresses()?;
    let reachable = own.into_iter().filter(|ip| bound.is_ipv6() || ip.is_ipv4());
    Ok(reachable.map(|ip| SocketAddr::new(ip, bound.port())).collect())
}

/// The addresses of the interfaces that are up; loopback only where there is
/// no other, since Firefox sends no checks to it.
fn own_addresses() -> io::Result<Vec<IpAddr>> {
    let (mut loopback, mut others) = (Vec::new(), Vec::new());
    for interface in getifaddrs()? {
        let Some(address) = interface.address.filter(|_| {
            interface.flags.contains(InterfaceFlags::IFF_UP | InterfaceFlags::IFF_RUNNING)
        }) else {
            continue;
        };
        let v4 = address.as_sockaddr_in().map(|address| IpAddr::from(address.ip()));
        let v6 = address.as_sockaddr_in6().map(|address| IpAddr::from(address.ip()));
        match v4.or(v6) {
            Some(ip) if ip.is_loopback() => loopback.push(ip),
            // Link-local addresses need a zone, which candidates do not have.
            Some(IpAddr::V6(ip)) if ip.is_unicast_link_local() => {}
            Some(ip) => others.push(ip),
            None => {}
        }
    }
    Ok(if others.is_empty() { loopback } else { others })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(advertise: &[&str], bound: &str, index: usize, expected: &[&str]) {
        let advertise: Vec<Advertised> =
            advertise.iter().map(|text| text.parse().unwrap()).collect();
        let candidates = candidates(&advertise, bound.parse().unwrap(), index).unwrap();
        let candidates: Vec<String> = candidates.iter().map(ToString::to_string).collect();
        assert_eq!(candidates, expected);
    }

    #[test]
    fn what_is_named_is_advertised_in_its_order() {
        check(
            &["192.0.2.1", "2001:db8::1"],
            "0.0.0.0:5000",
            1,
            &["192.0.2.1:5000", "[2001:db8::1]:5000"],
        );
        check(&["192.0.2.1:7000"], "0.0.0.0:5000", 2, &["192.0.2.1:7002"]);
        check(&[], "127.0.0.1:5000", 0, &["127.0.0.1:5000"]);
        assert_eq!("example.org".parse::<Advertised>(), Err(InvalidAdvertised));
    }

    #[test]
    fn a_wildcard_is_reached_at_the_machines_own_addresses() {
        let candidates = candidates(&[], "0.0.0.0:5000".parse().unwrap(), 0).unwrap();
        assert!(!candidates.is_empty());
        assert!(candidates.iter().all(|address| address.is_ipv4() && address.port() == 5000));
        assert!(candidates.iter().all(|address| !address.ip().is_unspecified()));
    }

    #[test]
    fn ports_end() {
        let listen = "127.0.0.1:65535".parse().unwrap();
        assert_eq!(of_worker(listen, 0), Some(listen));
        assert_eq!(of_worker(listen, 1), None);
    }
}
