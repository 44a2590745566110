//! What an offer says, once it has been read.

use std::collections::HashSet;

use lectern_domain::room::{MediaKind, Mid};

use super::parser::{Lines, Parser, Section, TransportLines};
use crate::{limits::SdpLimits, transport::Fingerprint};

/// Why an offer is refused. All of them are the offerer's fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    #[error("the offer is longer than {0} bytes")]
    TooLong(usize),
    #[error("the offer has more than {0} media sections")]
    TooManySections(usize),
    #[error("line {0} is malformed")]
    Malformed(usize),
    #[error("line {line} goes beyond the limit on {what}")]
    TooMany { line: usize, what: &'static str },
    #[error("the offer has no media section")]
    Empty,
    #[error("section {0} has no mid")]
    NoMid(usize),
    #[error("the mid {0} stands for two sections")]
    DuplicateMid(Mid),
    #[error("no section can be bundled: everything travels over one transport")]
    NotBundled,
    #[error("the offer has no valid ice-ufrag and ice-pwd")]
    NoIce,
    #[error("the offer has no fingerprint under SHA-256, SHA-384 or SHA-512")]
    NoFingerprint,
    #[error("setup must be actpass or active: the server is the passive side")]
    Setup,
    #[error("the sections of an earlier offer must stay, in their order")]
    Reordered,
    #[error("the certificate must stay the same for as long as the connection lives")]
    FingerprintChanged,
    #[error("{0} is not a section that sends")]
    UnknownSource(Mid),
    #[error("a source is named twice, or for a section of the other kind")]
    BadSource,
}

/// An offer (RFC 9429, section 5.2). It borrows from its text.
#[derive(Debug)]
pub struct Offer<'a> {
    pub(super) sections: Vec<OfferedSection<'a>>,
    pub(super) ice_ufrag: &'a str,
    pub(super) fingerprints: Vec<Fingerprint>,
    pub(super) allow_mixed: bool,
}

/// One media section of an offer.
#[derive(Debug)]
pub(super) struct OfferedSection<'a> {
    pub(super) mid: Mid,
    /// The kind of a section that can be answered: audio or video, bundled,
    /// multiplexed, and not rejected by the offerer itself.
    pub(super) usable: Option<MediaKind>,
    pub(super) lines: Lines<'a>,
}

impl<'a> Offer<'a> {
    /// Reads an offer; stops at the first thing that is wrong.
    pub fn parse(text: &'a str, limits: &SdpLimits) -> Result<Self, OfferError> {
        let (session, sections) = Parser::parse(text, limits)?;
        if sections.is_empty() {
            return Err(OfferError::Empty);
        }
        let bundle: HashSet<&str> = session.bundle.unwrap_or_default().split(' ').collect();
        let mut mids = HashSet::new();
        let mut transport = None;
        let mut offered = Vec::with_capacity(sections.len());
        for (index, section) in sections.into_iter().enumerate() {
            let mid = section.mid.clone().ok_or(OfferError::NoMid(index))?;
            if !mids.insert(mid.clone()) {
                return Err(OfferError::DuplicateMid(mid));
            }
            let usable = section.kind().filter(|_| is_usable(&section, &mid, &bundle));
            // The transport is that of the section which the group is tagged
            // by: the first that can be used.
            if usable.is_some() && transport.is_none() {
                transport = Some(section.transport);
            }
            offered.push(OfferedSection { mid, usable, lines: section.lines });
        }
        let transport = transport.ok_or(OfferError::NotBundled)?;
        let (ice_ufrag, fingerprints) = Self::transport(transport, session.transport)?;
        let allow_mixed = session.allow_mixed;
        Ok(Self { sections: offered, ice_ufrag, fingerprints, allow_mixed })
    }

    /// What a section says of the transport, or the session for all of them.
    fn transport(
        section: TransportLines<'a>,
        session: TransportLines<'a>,
    ) -> Result<(&'a str, Vec<Fingerprint>), OfferError> {
        let ufrag = section.ufrag.or(session.ufrag).ok_or(OfferError::NoIce)?;
        section.password.or(session.password).ok_or(OfferError::NoIce)?;
        if !matches!(section.setup.or(session.setup), None | Some("actpass" | "active")) {
            return Err(OfferError::Setup);
        }
        let fingerprints = if section.fingerprints.is_empty() {
            session.fingerprints
        } else {
            section.fingerprints
        };
        if fingerprints.is_empty() {
            return Err(OfferError::NoFingerprint);
        }
        Ok((ufrag, fingerprints))
    }
}

/// Port 0 rejects a section, except that it says `bundle-only` (RFC 9143,
/// section 6).
fn is_usable(section: &Section<'_>, mid: &Mid, bundle: &HashSet<&str>) -> bool {
    let rejected = section.port == 0 && !section.bundle_only;
    bundle.contains(mid.as_str()) && section.rtcp_mux && !rejected
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n\
        a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\n";

    fn fingerprint() -> String {
        format!("a=fingerprint:sha-256 {}\r\n", ["AB"; 32].join(":"))
    }

    fn section(mid: &str) -> String {
        format!(
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na=rtcp-mux\r\n\
             a=rtpmap:111 opus/48000/2\r\n"
        )
    }

    fn parse(text: &str) -> Result<Vec<bool>, OfferError> {
        let offer = Offer::parse(text, &SdpLimits::default())?;
        Ok(offer.sections.iter().map(|section| section.usable.is_some()).collect())
    }

    fn whole() -> String {
        format!("{HEAD}{}{}", fingerprint(), section("0"))
    }

    #[test]
    fn transport_lines_of_the_session_stand_for_every_section() {
        assert_eq!(parse(&whole()), Ok(vec![true]));
        assert_eq!(parse(&whole().replace("\r\n", "\n")), Ok(vec![true]));
    }

    #[test]
    fn what_cannot_be_served_is_refused_by_name() {
        let check = |from: &str, to: &str, expected: OfferError| {
            assert!(whole().contains(from), "{from}");
            assert_eq!(parse(&whole().replace(from, to)), Err(expected), "{from} -> {to}");
        };
        check("v=0", "v=1", OfferError::Malformed(1));
        check("s=-", "s", OfferError::Malformed(3));
        check("s=-", "s=\u{7}", OfferError::Malformed(3));
        check("s=-", "S=-", OfferError::Malformed(3));
        check("BUNDLE 0 1", "BUNDLE 1", OfferError::NotBundled);
        check("a=group:BUNDLE 0 1\r\n", "", OfferError::NotBundled);
        check("a=rtcp-mux\r\n", "", OfferError::NotBundled);
        check("m=audio 9", "m=audio 0", OfferError::NotBundled);
        check("m=audio", "m=application", OfferError::NotBundled);
        check("m=audio 9", "m=audio 99999", OfferError::Malformed(10));
        check("ufrag:abcd", "ufrag:abc", OfferError::Malformed(6));
        check("a=ice-ufrag:abcd\r\n", "", OfferError::NoIce);
        check("pwd:0123", "pwd:", OfferError::Malformed(7));
        check("setup:actpass", "setup:passive", OfferError::Setup);
        check("sha-256", "sha-1", OfferError::NoFingerprint);
        check("a=mid:0\r\n", "", OfferError::NoMid(0));
        check("a=mid:0", "a=mid:a b", OfferError::Malformed(12));
        check("rtpmap:111", "rtpmap:300", OfferError::Malformed(14));
        let twice = format!("{}{}", whole(), section("0"));
        assert_eq!(parse(&twice), Err(OfferError::DuplicateMid("0".parse().unwrap())));
        let none = format!("{HEAD}{}", fingerprint());
        assert_eq!(parse(&none), Err(OfferError::Empty));
        assert_eq!(parse(""), Err(OfferError::Malformed(1)));
    }

    #[test]
    fn a_section_outside_the_group_is_there_but_not_usable() {
        let offer = format!("{}{}{}", whole(), section("1"), section("2"));
        assert_eq!(parse(&offer), Ok(vec![true, true, false]));
        let bundle_only = offer.replace("a=mid:1", "a=mid:1\r\na=bundle-only");
        let zero = bundle_only.replace("m=audio 9", "m=audio 0");
        assert_eq!(parse(&zero), Ok(vec![false, true, false]));
    }

    #[test]
    fn limits_hold_before_anything_is_built() {
        let limits = SdpLimits::default();
        let many: String = (0..10_000).map(|mid| section(&mid.to_string())).collect();
        let many = format!("{HEAD}{}{many}", fingerprint());
        let huge = SdpLimits { bytes: usize::MAX, ..limits };
        let refused = Offer::parse(&many, &huge).unwrap_err();
        assert_eq!(refused, OfferError::TooManySections(limits.sections));
        assert_eq!(parse(&many), Err(OfferError::TooLong(limits.bytes)));
        let long = format!("{}a=x:{}\r\n", whole(), "x".repeat(limits.line_bytes));
        assert!(matches!(parse(&long), Err(OfferError::TooMany { line: 15, .. })));
        for line in ["a=x\r\n", "a=candidate:1\r\n", "a=ssrc:1 cname:x\r\n", "a=rid:q send\r\n"] {
            let flood = format!("{}{}", whole(), line.repeat(2_000));
            assert!(matches!(parse(&flood), Err(OfferError::TooMany { .. })), "{line}");
        }
        let formats = whole().replace(" 111\r", &format!("{}\r", " 96".repeat(200)));
        assert!(matches!(parse(&formats), Err(OfferError::TooMany { line: 10, .. })));
    }
}
