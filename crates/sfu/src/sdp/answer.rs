//! The answer as text (RFC 9429, section 5.3).

use std::{fmt::Write, net::SocketAddr};

use lectern_domain::room::MediaKind;

use super::{
    codecs::{self, Accepted, Way},
    negotiation::{AcceptedSection, AnsweredSection, IncomingWay, Local, OutgoingWay},
};
use crate::{negotiated::Extensions, transport::Credentials};

/// What is to be written.
#[derive(Debug)]
pub(super) struct Answer<'a, 'o, 't> {
    pub(super) session: u64,
    pub(super) version: u64,
    pub(super) allow_mixed: bool,
    pub(super) credentials: &'a Credentials,
    pub(super) local: Local<'a>,
    pub(super) sections: &'a [AnsweredSection<'o, 't>],
}

/// Appends a line. Writing to a string does not fail.
macro_rules! line {
    ($text:expr, $($format:tt)+) => {{
        let _ = write!($text, $($format)+);
        $text.push_str("\r\n");
    }};
}

pub(super) fn write(answer: &Answer<'_, '_, '_>) -> String {
    let mut text = String::with_capacity(1024 + 1024 * answer.sections.len());
    line!(text, "v=0");
    line!(text, "o=- {} {} IN IP4 127.0.0.1", answer.session, answer.version);
    line!(text, "s=-");
    line!(text, "t=0 0");
    text.push_str("a=group:BUNDLE");
    for section in answer.sections.iter().filter(|section| section.accepted.is_some()) {
        let _ = write!(text, " {}", section.offered.mid);
    }
    text.push_str("\r\n");
    line!(text, "a=ice-lite");
    if answer.allow_mixed {
        line!(text, "a=extmap-allow-mixed");
    }
    line!(text, "a=msid-semantic:WMS *");
    for section in answer.sections {
        match &section.accepted {
            Some(accepted) => write_section(&mut text, answer, section, accepted),
            None => write_rejected(&mut text, section),
        }
    }
    text
}

fn write_rejected(text: &mut String, section: &AnsweredSection<'_, '_>) {
    let lines = &section.offered.lines;
    line!(text, "m={} 0 {} {}", lines.media, lines.protocol, lines.formats[0]);
    line!(text, "c=IN IP4 0.0.0.0");
    line!(text, "a=mid:{}", section.offered.mid);
    line!(text, "a=inactive");
}

fn write_section(
    text: &mut String,
    answer: &Answer<'_, '_, '_>,
    section: &AnsweredSection<'_, '_>,
    accepted: &AcceptedSection<'_>,
) {
    let lines = &section.offered.lines;
    let _ = write!(text, "m={} 9 {}", lines.media, lines.protocol);
    for Accepted { codec, .. } in &accepted.codecs {
        let _ = write!(text, " {}", codec.payload_type.0);
        if let Some(rtx) = codec.rtx {
            let _ = write!(text, " {}", rtx.0);
        }
    }
    text.push_str("\r\n");
    line!(text, "c=IN IP4 0.0.0.0");
    line!(text, "a=mid:{}", section.offered.mid);
    let direction = match (&accepted.incoming, &accepted.outgoing) {
        (Some(_), Some(_)) => "sendrecv",
        (Some(_), None) => "recvonly",
        (None, Some(_)) => "sendonly",
        (None, None) => "inactive",
    };
    line!(text, "a={direction}");
    line!(text, "a=ice-ufrag:{}", answer.credentials.ufrag);
    line!(text, "a=ice-pwd:{}", answer.credentials.password);
    line!(text, "a=fingerprint:{}", answer.local.fingerprint);
    line!(text, "a=setup:passive");
    line!(text, "a=rtcp-mux");
    line!(text, "a=rtcp-rsize");
    write_extensions(text, accepted);
    for codec in &accepted.codecs {
        write_codec(text, codec);
    }
    if let Some(incoming) = &accepted.incoming {
        write_layers(text, incoming);
    }
    if let (Some(outgoing), Some(kind)) = (&accepted.outgoing, section.offered.usable) {
        write_slot(text, outgoing, kind);
    }
    // Browsers read them in the first section of the group alone, aiortc under
    // max-bundle in the last.
    write_candidates(text, answer.local.candidates);
}

/// The extensions of both ways; an id that both agree on stands once.
fn write_extensions(text: &mut String, accepted: &AcceptedSection<'_>) {
    let mut incoming =
        accepted.incoming.as_ref().map_or(Extensions::default(), |way| way.extensions);
    let mut outgoing =
        accepted.outgoing.as_ref().map_or(Extensions::default(), |way| way.extensions);
    let ways = codecs::known_extensions(&mut incoming, Way::Incoming)
        .into_iter()
        .chain(codecs::known_extensions(&mut outgoing, Way::Outgoing));
    let mut agreed: Vec<(u8, &str)> = ways.filter_map(|(uri, id)| id.map(|id| (id, uri))).collect();
    agreed.sort_unstable();
    agreed.dedup();
    for (id, uri) in agreed {
        line!(text, "a=extmap:{id} {uri}");
    }
}

fn write_codec(text: &mut String, accepted: &Accepted<'_>) {
    let payload_type = accepted.codec.payload_type.0;
    line!(text, "a=rtpmap:{payload_type} {}", accepted.rtp_map);
    if let Some(parameters) = accepted.parameters {
        line!(text, "a=fmtp:{payload_type} {parameters}");
    }
    for feedback in &accepted.feedback {
        line!(text, "a=rtcp-fb:{payload_type} {feedback}");
    }
    if let Some(rtx) = accepted.codec.rtx {
        line!(text, "a=rtpmap:{} rtx/90000", rtx.0);
        line!(text, "a=fmtp:{} apt={payload_type}", rtx.0);
    }
}

fn write_layers(text: &mut String, incoming: &IncomingWay) {
    let rids: Vec<&str> = incoming.rids.iter().map(|rid| rid.0.as_str()).collect();
    for rid in &rids {
        line!(text, "a=rid:{rid} recv");
    }
    if !rids.is_empty() {
        line!(text, "a=simulcast:recv {}", rids.join(";"));
    }
}

/// A slot's identity. Firefox asks for no retransmissions without the FID
/// group, and no browser plays a slot that it cannot tell by SSRC or MID.
fn write_slot(text: &mut String, outgoing: &OutgoingWay, kind: MediaKind) {
    let (slot, cname) = (&outgoing.slot, &outgoing.cname);
    let kind = match kind {
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
    };
    line!(text, "a=msid:seat-{seat} seat-{seat}-{kind}", seat = slot.seat);
    if let Some(rtx) = slot.rtx {
        line!(text, "a=ssrc-group:FID {} {}", slot.ssrc.0, rtx.0);
    }
    line!(text, "a=ssrc:{} cname:{cname}", slot.ssrc.0);
    if let Some(rtx) = slot.rtx {
        line!(text, "a=ssrc:{} cname:{cname}", rtx.0);
    }
}

/// Host candidates (RFC 8839, section 5.1), the first preferred.
fn write_candidates(text: &mut String, candidates: &[SocketAddr]) {
    for (index, address) in candidates.iter().enumerate() {
        let local_preference = u16::MAX - index.min(usize::from(u16::MAX)) as u16;
        let priority = (126 << 24) | (u32::from(local_preference) << 8) | 255;
        let (ip, port) = (address.ip(), address.port());
        line!(text, "a=candidate:{} 1 udp {priority} {ip} {port} typ host", index + 1);
    }
    if !candidates.is_empty() {
        line!(text, "a=end-of-candidates");
    }
}
