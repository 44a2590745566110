//! The lines of an offer (RFC 8866), within bounds. It borrows from the text
//! and keeps only what an answer depends on.

use lectern_domain::room::{MediaKind, Mid};
use smallvec::SmallVec;

use super::offer::OfferError;
use crate::{
    limits::SdpLimits,
    negotiated::{PayloadType, Rid, Ssrc},
    transport::Fingerprint,
};

/// A direction attribute (RFC 8866, section 6.7), from the offerer's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Direction {
    pub(super) sends: bool,
    pub(super) receives: bool,
}

impl Direction {
    const BOTH: Self = Self { sends: true, receives: true };

    fn named(name: &str) -> Option<Self> {
        let (sends, receives) = match name {
            "sendrecv" => (true, true),
            "sendonly" => (true, false),
            "recvonly" => (false, true),
            "inactive" => (false, false),
            _ => return None,
        };
        Some(Self { sends, receives })
    }
}

/// What the lines before the first section say.
#[derive(Debug)]
pub(super) struct Session<'a> {
    /// The mids of the first BUNDLE group.
    pub(super) bundle: Option<&'a str>,
    pub(super) allow_mixed: bool,
    pub(super) transport: TransportLines<'a>,
    direction: Direction,
    attributes: usize,
}

/// What describes the transport, of the session or of a section.
#[derive(Debug, Default)]
pub(super) struct TransportLines<'a> {
    pub(super) ufrag: Option<&'a str>,
    pub(super) password: Option<&'a str>,
    pub(super) fingerprints: Vec<Fingerprint>,
    pub(super) setup: Option<&'a str>,
}

/// A section as its lines describe it.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) mid: Option<Mid>,
    pub(super) port: u16,
    pub(super) rtcp_mux: bool,
    pub(super) bundle_only: bool,
    pub(super) transport: TransportLines<'a>,
    pub(super) lines: Lines<'a>,
    attributes: usize,
    candidates: usize,
}

/// The lines of a section that its answer depends on.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    /// Media and protocol of the `m=` line.
    pub(super) media: &'a str,
    pub(super) protocol: &'a str,
    /// The formats of the `m=` line, as they stand there.
    pub(super) formats: Vec<&'a str>,
    pub(super) direction: Direction,
    pub(super) rtp_maps: Vec<(PayloadType, &'a str)>,
    pub(super) parameters: Vec<(PayloadType, &'a str)>,
    /// Feedback; without a payload type it is for all formats.
    pub(super) feedback: Vec<(Option<PayloadType>, &'a str)>,
    pub(super) extensions: Vec<Extension<'a>>,
    /// The rids that the offerer would send.
    pub(super) rids: Vec<Rid>,
    /// The value of `a=simulcast:send`.
    pub(super) simulcast: Option<&'a str>,
    pub(super) ssrcs: Vec<Ssrc>,
    /// Pairs of a stream and its retransmissions.
    pub(super) retransmissions: Vec<(Ssrc, Ssrc)>,
}

/// An `extmap` line (RFC 8285).
#[derive(Debug, Clone, Copy)]
pub(super) struct Extension<'a> {
    pub(super) id: u8,
    pub(super) uri: &'a str,
    pub(super) direction: Direction,
}

impl Section<'_> {
    /// The kind of media; `None` for data channels and the unknown.
    pub(super) fn kind(&self) -> Option<MediaKind> {
        match (self.lines.media, self.lines.protocol) {
            ("audio", "UDP/TLS/RTP/SAVPF") => Some(MediaKind::Audio),
            ("video", "UDP/TLS/RTP/SAVPF") => Some(MediaKind::Video),
            _ => None,
        }
    }
}

pub(super) struct Parser<'a, 'l> {
    limits: &'l SdpLimits,
    line: usize,
    session: Session<'a>,
    sections: Vec<Section<'a>>,
}

impl<'a, 'l> Parser<'a, 'l> {
    /// Reads a text; stops at the first line that is wrong.
    pub(super) fn parse(
        text: &'a str,
        limits: &'l SdpLimits,
    ) -> Result<(Session<'a>, Vec<Section<'a>>), OfferError> {
        if text.len() > limits.bytes {
            return Err(OfferError::TooLong(limits.bytes));
        }
        let session = Session {
            bundle: None,
            allow_mixed: false,
            transport: TransportLines::default(),
            direction: Direction::BOTH,
            attributes: 0,
        };
        let mut parser = Self { limits, line: 0, session, sections: Vec::new() };
        let text = text.strip_suffix('\n').unwrap_or(text);
        for line in text.split('\n') {
            parser.line += 1;
            parser.take_line(line.strip_suffix('\r').unwrap_or(line))?;
        }
        Ok((parser.session, parser.sections))
    }

    fn malformed(&self) -> OfferError {
        OfferError::Malformed(self.line)
    }

    fn bound(&self, count: usize, limit: usize, what: &'static str) -> Result<(), OfferError> {
        if count > limit {
            return Err(OfferError::TooMany { line: self.line, what });
        }
        Ok(())
    }

    fn take_line(&mut self, line: &'a str) -> Result<(), OfferError> {
        self.bound(line.len(), self.limits.line_bytes, "the length of a line")?;
        let printable = line.bytes().all(|byte| byte >= b' ' && byte != 0x7f);
        let (Some((kind, value)), true) = (line.split_once('='), printable) else {
            return Err(self.malformed());
        };
        match (self.line, kind) {
            (1, "v") if value == "0" => Ok(()),
            (1, _) | (_, "v") => Err(self.malformed()),
            (_, "m") => self.begin_section(value),
            (_, "a") => {
                let (name, value) = value.split_once(':').unwrap_or((value, ""));
                self.take_attribute(name, value)
            }
            (_, "o" | "s" | "i" | "u" | "e" | "p" | "c" | "b" | "t" | "r" | "z" | "k") => Ok(()),
            _ => Err(self.malformed()),
        }
    }

    fn begin_section(&mut self, value: &'a str) -> Result<(), OfferError> {
        if self.sections.len() == self.limits.sections {
            return Err(OfferError::TooManySections(self.limits.sections));
        }
        let mut words = value.split(' ');
        let (Some(media), Some(port), Some(protocol)) = (words.next(), words.next(), words.next())
        else {
            return Err(self.malformed());
        };
        let port = port.parse().map_err(|_| self.malformed())?;
        let formats: Vec<&str> = words.take(self.limits.formats + 1).collect();
        self.bound(formats.len(), self.limits.formats, "formats")?;
        let token = |word: &&str| !word.is_empty() && word.len() <= 32;
        if formats.is_empty() || !formats.iter().all(token) || !token(&media) || !token(&protocol) {
            return Err(self.malformed());
        }
        let lines = Lines {
            media,
            protocol,
            formats,
            direction: self.session.direction,
            rtp_maps: Vec::new(),
            parameters: Vec::new(),
            feedback: Vec::new(),
            extensions: Vec::new(),
            rids: Vec::new(),
            simulcast: None,
            ssrcs: Vec::new(),
            retransmissions: Vec::new(),
        };
        self.sections.push(Section {
            mid: None,
            port,
            rtcp_mux: false,
            bundle_only: false,
            transport: TransportLines::default(),
            lines,
            attributes: 0,
            candidates: 0,
        });
        Ok(())
    }

    fn take_attribute(&mut self, name: &'a str, value: &'a str) -> Result<(), OfferError> {
        let malformed = self.malformed();
        let (transport, direction, attributes) = match self.sections.last_mut() {
            Some(section) => {
                (&mut section.transport, &mut section.lines.direction, &mut section.attributes)
            }
            None => (
                &mut self.session.transport,
                &mut self.session.direction,
                &mut self.session.attributes,
            ),
        };
        *attributes += 1;
        if *attributes > self.limits.attributes {
            return Err(OfferError::TooMany { line: self.line, what: "attributes" });
        }
        match name {
            "ice-ufrag" => {
                transport.ufrag = Some(ice_chars(value, 4..=256).ok_or(malformed)?);
            }
            "ice-pwd" => transport.password = Some(ice_chars(value, 22..=256).ok_or(malformed)?),
            "setup" => transport.setup = Some(value),
            "fingerprint" => {
                // Weak ones may stand beside a strong one; they do not count.
                if transport.fingerprints.len() < 8 {
                    transport.fingerprints.extend(Fingerprint::parse(value));
                }
            }
            "sendrecv" | "sendonly" | "recvonly" | "inactive" => {
                *direction = Direction::named(name).ok_or(malformed)?;
            }
            "extmap-allow-mixed" => self.session.allow_mixed = true,
            "group" if self.sections.is_empty() => {
                if let (None, Some(mids)) = (self.session.bundle, value.strip_prefix("BUNDLE ")) {
                    self.session.bundle = Some(mids);
                }
            }
            _ => self.take_section_attribute(name, value)?,
        }
        Ok(())
    }

    fn take_section_attribute(&mut self, name: &'a str, value: &'a str) -> Result<(), OfferError> {
        let malformed = self.malformed();
        let line = self.line;
        let bound = |count: usize, limit: usize, what: &'static str| {
            if count > limit { Err(OfferError::TooMany { line, what }) } else { Ok(()) }
        };
        let Some(section) = self.sections.last_mut() else {
            return Ok(());
        };
        let lines = &mut section.lines;
        match name {
            "mid" => section.mid = Some(value.parse().map_err(|_| malformed)?),
            "rtcp-mux" => section.rtcp_mux = true,
            "bundle-only" => section.bundle_only = true,
            "candidate" => {
                section.candidates += 1;
                bound(section.candidates, self.limits.candidates, "candidates")?;
            }
            "rtpmap" => lines.rtp_maps.push(with_payload_type(value).ok_or(malformed)?),
            "fmtp" => lines.parameters.push(with_payload_type(value).ok_or(malformed)?),
            "rtcp-fb" => lines.feedback.push(feedback(value).ok_or(malformed)?),
            "extmap" => lines.extensions.push(extension(value).ok_or(malformed)?),
            "rid" => {
                lines.rids.extend(sent_rid(value).ok_or(malformed)?);
                bound(lines.rids.len(), self.limits.rids, "rids")?;
            }
            "simulcast" => lines.simulcast = simulcast(value),
            "ssrc" => {
                let (ssrc, _) = value.split_once(' ').ok_or(malformed.clone())?;
                let ssrc = Ssrc(ssrc.parse().map_err(|_| malformed)?);
                if !lines.ssrcs.contains(&ssrc) {
                    lines.ssrcs.push(ssrc);
                }
                bound(lines.ssrcs.len(), self.limits.ssrcs, "SSRCs")?;
            }
            "ssrc-group" => {
                if let Some(pair) = value.strip_prefix("FID ") {
                    lines.retransmissions.push(ssrc_pair(pair).ok_or(malformed)?);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Text of ice-chars (RFC 8839, section 5.4) in a range of lengths.
fn ice_chars(value: &str, length: std::ops::RangeInclusive<usize>) -> Option<&str> {
    let ice_char = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    (length.contains(&value.len()) && value.bytes().all(ice_char)).then_some(value)
}

fn payload_type(text: &str) -> Option<PayloadType> {
    text.parse().ok().filter(|number| *number < 128).map(PayloadType)
}

fn with_payload_type(value: &str) -> Option<(PayloadType, &str)> {
    let (number, rest) = value.split_once(' ')?;
    Some((payload_type(number)?, rest))
}

fn feedback(value: &str) -> Option<(Option<PayloadType>, &str)> {
    let (number, rest) = value.split_once(' ')?;
    let format = if number == "*" { None } else { Some(payload_type(number)?) };
    Some((format, rest))
}

fn extension(value: &str) -> Option<Extension<'_>> {
    let mut words = value.split(' ');
    let (id, uri) = (words.next()?, words.next()?);
    let (id, direction) = match id.split_once('/') {
        Some((id, direction)) => (id, Direction::named(direction)?),
        None => (id, Direction::BOTH),
    };
    let id = id.parse().ok().filter(|id| *id != 0)?;
    Some(Extension { id, uri, direction })
}

/// The rid of a `send` line; `Some(None)` for a `recv` line.
fn sent_rid(value: &str) -> Option<Option<Rid>> {
    let mut words = value.split(' ');
    let (rid, direction) = (words.next()?, words.next()?);
    let token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    // Longer ones do not fit a one-byte header extension.
    if rid.is_empty() || rid.len() > 16 || !rid.bytes().all(token) {
        return None;
    }
    Some((direction == "send").then(|| Rid(rid.to_owned())))
}

/// The list of layers that are sent (RFC 8853, section 5.1).
fn simulcast(value: &str) -> Option<&str> {
    let words: SmallVec<[&str; 4]> = value.splitn(5, ' ').collect();
    words.chunks_exact(2).find(|pair| pair[0] == "send").map(|pair| pair[1])
}

fn ssrc_pair(value: &str) -> Option<(Ssrc, Ssrc)> {
    let (stream, retransmissions) = value.split_once(' ')?;
    Some((Ssrc(stream.parse().ok()?), Ssrc(retransmissions.parse().ok()?)))
}
