//! What clients agree on: one numbered like Chromium, one like Firefox.

use lectern_domain::room::{MediaKind, Mid, Source};

use crate::negotiated::{
    Codec, Extensions, Format, IncomingSection, NegotiatedMedia, OutgoingSection, PayloadType, Rid,
    Ssrc,
};

/// How a client numbers payload types and extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbering {
    Chromium,
    Firefox,
}

/// The section that a client sends its voice in.
pub(super) const MICROPHONE: &str = "0";
/// The section that a client sends its face in.
pub(super) const CAMERA: &str = "1";
/// The audio slots are `a0`, `a1`…
pub(super) const VOICE: &str = "a0";
/// The video slots are `v0`, `v1`…
pub(super) const FACE: &str = "v0";

pub(super) fn mid(text: &str) -> Mid {
    text.parse().unwrap()
}

pub(super) fn opus(numbering: Numbering) -> Codec {
    let payload_type = if numbering == Numbering::Chromium { 111 } else { 109 };
    Codec {
        payload_type: PayloadType(payload_type),
        format: Format::Opus,
        rtx: None,
        nack: false,
        pli: false,
        fir: false,
        transport_cc: true,
    }
}

pub(super) fn video(format: Format, payload_type: u8, rtx: u8) -> Codec {
    Codec {
        payload_type: PayloadType(payload_type),
        format,
        rtx: Some(PayloadType(rtx)),
        nack: true,
        pli: true,
        fir: true,
        transport_cc: true,
    }
}

pub(super) fn vp8(numbering: Numbering) -> Codec {
    match numbering {
        Numbering::Chromium => video(Format::Vp8, 96, 97),
        Numbering::Firefox => video(Format::Vp8, 120, 124),
    }
}

pub(super) fn extensions(numbering: Numbering) -> Extensions {
    match numbering {
        Numbering::Chromium => Extensions {
            mid: Some(4),
            rid: Some(10),
            repaired_rid: Some(11),
            audio_level: Some(1),
            abs_send_time: Some(2),
            transport_cc: Some(3),
            video_orientation: Some(13),
            dependency_descriptor: Some(12),
        },
        Numbering::Firefox => Extensions {
            mid: Some(3),
            rid: Some(9),
            repaired_rid: Some(10),
            audio_level: Some(1),
            abs_send_time: Some(4),
            transport_cc: Some(7),
            video_orientation: None,
            dependency_descriptor: Some(8),
        },
    }
}

pub(super) fn incoming(
    numbering: Numbering,
    name: &str,
    source: Source,
    rids: &[&str],
) -> IncomingSection {
    IncomingSection {
        mid: mid(name),
        source,
        codecs: match source.kind() {
            MediaKind::Audio => vec![opus(numbering)],
            MediaKind::Video => vec![vp8(numbering)],
        },
        extensions: extensions(numbering),
        rids: rids.iter().map(|rid| Rid((*rid).to_owned())).collect(),
        ssrcs: Vec::new(),
    }
}

pub(super) fn outgoing(numbering: Numbering, name: &str, ssrc: u32) -> OutgoingSection {
    let video = name.starts_with('v');
    OutgoingSection {
        mid: mid(name),
        kind: if video { MediaKind::Video } else { MediaKind::Audio },
        codecs: vec![if video { vp8(numbering) } else { opus(numbering) }],
        extensions: Extensions { transport_cc: None, ..extensions(numbering) },
        ssrc: Ssrc(ssrc),
        rtx: video.then_some(Ssrc(ssrc + 1)),
        cname: "seat".to_owned(),
    }
}

/// A microphone, a camera in layers, and a seat.
pub(super) fn lesson(numbering: Numbering, rids: &[&str]) -> NegotiatedMedia {
    NegotiatedMedia {
        incoming: vec![
            incoming(numbering, MICROPHONE, Source::Microphone, &[]),
            incoming(numbering, CAMERA, Source::Camera, rids),
        ],
        outgoing: vec![outgoing(numbering, VOICE, 1000), outgoing(numbering, FACE, 2000)],
    }
}
