//! Where the service may be sent by what people write: addresses of calendars,
//! and of whatever else they name by a URL.
//!
//! Who may name a URL must not reach by it what only this machine reaches: its
//! own ports, neighbours, and the metadata of clouds. So the URL is checked when
//! it is given, and each address that its host resolves to before a connection
//! is made to that very address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// The longest URL, in bytes.
pub const MAX_BYTES: usize = 2_048;
/// Where web servers listen that are meant for everybody.
const PORTS: [u16; 2] = [443, 8443];

/// How far people may send the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses, by HTTPS, at the ports of web servers.
    Public,
    /// To private addresses too, at any port and by plain HTTP: for intranets and
    /// tests. Where clouds keep their metadata nobody is sent.
    Intranet,
}

/// A URL that the service may be sent to. Its host is still to be resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Url);

/// Why a URL is none that the service may be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotATarget {
    /// Longer than anybody's.
    #[error("expected at most {MAX_BYTES} bytes")]
    TooLong,
    /// No URL with a host.
    #[error("expected a URL such as https://calendar.example/private.ics")]
    Syntax,
    /// By a protocol that is not spoken here.
    #[error("expected an https or webcal URL")]
    Scheme,
    /// With a name or a password in it, which would be shown and kept.
    #[error("a URL with a name or password is not accepted")]
    Credentials,
    /// At a port where no web server for everybody listens.
    #[error("expected port 443 or 8443")]
    Port,
    /// At an address that is not public.
    #[error("this address cannot be reached from here")]
    Address,
}

impl Target {
    /// Parses a URL. `webcal` is `https` by its other name; a fragment is left
    /// out.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, NotATarget> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err(NotATarget::TooLong);
        }
        let https = match text.split_at_checked("webcal:".len()) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("webcal:") => {
                format!("https:{rest}")
            }
            _ => text.to_owned(),
        };
        Self::check(Url::parse(&https).map_err(|_| NotATarget::Syntax)?, reach)
    }

    /// Where a redirect leads from here.
    pub fn join(&self, location: &str, reach: Reach) -> Result<Self, NotATarget> {
        if location.len() > MAX_BYTES {
            return Err(NotATarget::TooLong);
        }
        Self::check(self.0.join(location).map_err(|_| NotATarget::Syntax)?, reach)
    }

    fn check(mut url: Url, reach: Reach) -> Result<Self, NotATarget> {
        match (url.scheme(), reach) {
            ("https", _) | ("http", Reach::Intranet) => {}
            _ => return Err(NotATarget::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotATarget::Credentials);
        }
        let port = url.port_or_known_default().ok_or(NotATarget::Syntax)?;
        if reach == Reach::Public && !PORTS.contains(&port) {
            return Err(NotATarget::Port);
        }
        // A host that is an address is connected to without being resolved.
        let admitted = match url.host().ok_or(NotATarget::Syntax)? {
            Host::Domain(_) => true,
            Host::Ipv4(address) => reach.admits(address.into()),
            Host::Ipv6(address) => reach.admits(address.into()),
        };
        if !admitted {
            return Err(NotATarget::Address);
        }
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Reach {
    /// Whether a connection may be made to this address.
    pub fn admits(self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::Public, IpAddr::V4(address)) => is_public_v4(address),
            (Self::Public, IpAddr::V6(address)) => is_public_v6(address),
            (Self::Intranet, IpAddr::V4(address)) => is_of_a_host_v4(address),
            (Self::Intranet, IpAddr::V6(address)) => match address.to_ipv4_mapped() {
                Some(address) => is_of_a_host_v4(address),
                None => is_of_a_host_v6(address),
            },
        }
    }
}

/// Whether a host may have this address that is not beside a cloud's own
/// services: those are link-local, and a few others.
fn is_of_a_host_v4(address: Ipv4Addr) -> bool {
    let metadata = [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192)];
    let [a, ..] = address.octets();
    a != 0 && a < 224 && !address.is_link_local() && !metadata.contains(&address)
}

/// The same, of IPv6. What carries an IPv4 address within it is left out.
fn is_of_a_host_v6(address: Ipv6Addr) -> bool {
    let metadata = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    address.is_loopback()
        || is_public_v6(address)
        || (address.is_unique_local() && address != metadata)
}

/// IANA's registry of IPv4 addresses for special purposes (RFC 6890), in which
/// clouds keep their metadata too: 169.254.169.254, 100.100.100.200, 192.0.0.192.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && b & 0b1100_0000 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0b1111_1110 == 18);
    !special
}

/// Of IPv6, what is allotted to be routed between networks, 2000::/3, without
/// what stands for an IPv4 address or a tunnel to one, or for no network.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let routed = segments[0] & 0xe000 == 0x2000;
    let special = match (segments[0], segments[1]) {
        // IETF protocol assignments with Teredo, benchmarking and ORCHID.
        (0x2001, second) => second < 0x0200 || second == 0x0db8,
        // 6to4.
        (0x2002, _) => true,
        // Documentation.
        (0x3fff, second) => second < 0x1000,
        // The discarded 6bone.
        (0x3ffe, _) => true,
        _ => false,
    };
    routed && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_admitted() {
        let check = |text: &str, public: bool| {
            let address = text.parse().expect("an address");
            assert_eq!(Reach::Public.admits(address), public, "{text}");
            assert!(!public || Reach::Intranet.admits(address), "{text}");
        };
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:7f00:1::",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fdff::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            check(text, false);
        }
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2606:4700:4700::1111",
            "2a00:1450:4001:81b::200e",
        ] {
            check(text, true);
        }
    }

    #[test]
    fn urls_lead_to_web_servers_for_everybody() {
        let check = |text: &str, expected: Result<&str, NotATarget>| {
            let target = Target::parse(text, Reach::Public);
            assert_eq!(target.as_ref().map(Target::as_str).map_err(|e| *e), expected, "{text}");
        };
        let same = |text: &'static str| check(text, Ok(text));
        same("https://calendar.example/private-abc/basic.ics");
        same("https://calendar.example:8443/a.ics?b=c");
        same("https://8.8.8.8/a.ics");
        check("webcal://calendar.example/a.ics", Ok("https://calendar.example/a.ics"));
        check(" WEBCAL://Calendar.Example/a.ics ", Ok("https://calendar.example/a.ics"));
        check("https://calendar.example/a.ics#b", Ok("https://calendar.example/a.ics"));
        check("http://calendar.example/a.ics", Err(NotATarget::Scheme));
        for text in ["file:///etc/passwd", "gopher://a.example/", "data:text/calendar,x"] {
            check(text, Err(NotATarget::Scheme));
        }
        for text in ["", "calendar.example/a.ics", "https://", "https:///a b", "webcal:", "é"] {
            check(text, Err(NotATarget::Syntax));
        }
        check("https://me@calendar.example/", Err(NotATarget::Credentials));
        check("https://me:secret@calendar.example/", Err(NotATarget::Credentials));
        for text in ["https://calendar.example:22/", "https://calendar.example:5432/"] {
            check(text, Err(NotATarget::Port));
        }
        // However an address is written.
        for text in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://[fd00:ec2::254]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://10.0.0.1:8443/",
        ] {
            check(text, Err(NotATarget::Address));
        }
        check(&format!("https://a.example/{}", "a".repeat(MAX_BYTES)), Err(NotATarget::TooLong));
    }

    #[test]
    fn redirects_are_held_to_the_same() {
        let from = Target::parse("https://a.example/x/y.ics", Reach::Public).expect("a target");
        let check = |location: &str, expected: Result<&str, NotATarget>| {
            let to = from.join(location, Reach::Public);
            assert_eq!(to.as_ref().map(Target::as_str).map_err(|e| *e), expected, "{location}");
        };
        check("z.ics", Ok("https://a.example/x/z.ics"));
        check("//b.example/z.ics", Ok("https://b.example/z.ics"));
        check("http://a.example/x/y.ics", Err(NotATarget::Scheme));
        check("https://127.0.0.1/", Err(NotATarget::Address));
        check("https://b.example:6379/", Err(NotATarget::Port));
    }

    #[test]
    fn an_intranet_is_reached_where_that_is_allowed() {
        for text in [
            "http://127.0.0.1:9/a.ics",
            "http://[::1]:9/a.ics",
            "http://[fd12::1]/a.ics",
            "http://intranet/a.ics",
            "https://10.0.0.1/",
        ] {
            let target = Target::parse(text, Reach::Intranet).expect("a target");
            assert_eq!(target.as_str(), text);
        }
        for text in [
            "http://169.254.169.254/latest/meta-data/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[fe80::1]/",
            "http://[fd00:ec2::254]/",
            "http://100.100.100.200/",
            "http://192.0.0.192/",
            "http://0.0.0.0/",
            "http://[::]/",
            "http://224.0.0.1/",
            "http://[64:ff9b::a9fe:a9fe]/",
        ] {
            assert_eq!(Target::parse(text, Reach::Intranet), Err(NotATarget::Address), "{text}");
        }
        let with_name = Target::parse("http://me@intranet/", Reach::Intranet);
        assert_eq!(with_name, Err(NotATarget::Credentials));
    }
}
