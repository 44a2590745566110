//! Which of the offered formats are accepted, and with what.

use lectern_domain::room::MediaKind;

use super::parser::Lines;
use crate::negotiated::{Codec, Extensions, Format, PayloadType};

/// Feedback that is accepted for video, in the order of the answer.
const VIDEO_FEEDBACK: [&str; 4] = ["nack", "nack pli", "ccm fir", "goog-remb"];

/// Feedback that is accepted of whoever sends: it is what browsers raise their
/// bitrate by.
const TRANSPORT_CC: &str = "transport-cc";

/// Profiles of H.264 that are accepted: constrained baseline, baseline, main,
/// high and constrained high, as profile_idc and constraint flags.
const H264_PROFILES: [u16; 5] = [0x42e0, 0x4200, 0x4d00, 0x6400, 0x640c];

/// A codec that is accepted, with what the answer says of it.
#[derive(Debug)]
pub(super) struct Accepted<'a> {
    pub(super) codec: Codec,
    /// The offered `rtpmap`.
    pub(super) rtp_map: &'a str,
    /// The `fmtp` of the answer, where there is one.
    pub(super) parameters: Option<&'a str>,
    pub(super) feedback: Vec<&'static str>,
}

/// The codecs of a section that are accepted: VP8 first, as that is what a
/// client sends unless it is told otherwise, then in the order of the offer.
///
/// RED and forward error correction are not: both browsers would then wrap all
/// video in RED.
pub(super) fn accept<'a>(kind: MediaKind, sends: bool, lines: &Lines<'a>) -> Vec<Accepted<'a>> {
    let listed = lines.formats.iter().filter_map(|format| format.parse().ok().map(PayloadType));
    let mut accepted: Vec<Accepted<'a>> =
        listed.filter_map(|payload_type| accept_one(kind, sends, lines, payload_type)).collect();
    accepted.sort_by_key(|accepted| accepted.codec.format != Format::Vp8);
    accepted
}

fn accept_one<'a>(
    kind: MediaKind,
    sends: bool,
    lines: &Lines<'a>,
    payload_type: PayloadType,
) -> Option<Accepted<'a>> {
    let rtp_map = of(&lines.rtp_maps, payload_type)?;
    let offered = of(&lines.parameters, payload_type);
    let format = format(kind, rtp_map, offered.unwrap_or_default())?;
    let known = match kind {
        MediaKind::Audio => &[][..],
        MediaKind::Video => &VIDEO_FEEDBACK,
    };
    let known = known.iter().copied().chain(sends.then_some(TRANSPORT_CC));
    let offers = |name: &str| {
        let mut feedback = lines.feedback.iter();
        feedback.any(|(of, offered)| of.is_none_or(|of| of == payload_type) && *offered == name)
    };
    let feedback: Vec<&'static str> = known.filter(|name| offers(name)).collect();
    let parameters = match format {
        Format::Opus => Some("minptime=10;useinbandfec=1"),
        // Its parameters are limits of the offerer as a receiver.
        Format::Vp8 => None,
        Format::Vp9 { .. } | Format::H264 { .. } | Format::Av1 { .. } => offered,
    };
    let codec = Codec {
        payload_type,
        rtx: retransmission(lines, payload_type),
        nack: feedback.contains(&"nack"),
        pli: feedback.contains(&"nack pli"),
        fir: feedback.contains(&"ccm fir"),
        transport_cc: feedback.contains(&TRANSPORT_CC),
        format,
    };
    Some(Accepted { codec, rtp_map, parameters, feedback })
}

/// The format of an `rtpmap` and its `fmtp`, when it is an accepted one.
fn format(kind: MediaKind, rtp_map: &str, parameters: &str) -> Option<Format> {
    let (name, clock) = rtp_map.split_once('/')?;
    match (kind, name.to_ascii_uppercase().as_str(), clock) {
        (MediaKind::Audio, "OPUS", "48000/2") => Some(Format::Opus),
        (MediaKind::Video, "VP8", "90000") => Some(Format::Vp8),
        (MediaKind::Video, "VP9", "90000") => {
            let profile = number(parameters, "profile-id").unwrap_or(0);
            (profile == 0).then_some(Format::Vp9 { profile })
        }
        (MediaKind::Video, "AV1", "90000") => {
            let profile = number(parameters, "profile").unwrap_or(0);
            (profile == 0).then_some(Format::Av1 { profile })
        }
        (MediaKind::Video, "H264", "90000") => {
            let packetization_mode = number(parameters, "packetization-mode").unwrap_or(0);
            let level_id = parameter(parameters, "profile-level-id").unwrap_or("42000a");
            let profile = u16::from_str_radix(level_id.get(..4)?, 16).ok()?;
            // Mode 0 has no fragments: a picture's slices would have to fit.
            (packetization_mode == 1 && H264_PROFILES.contains(&profile))
                .then_some(Format::H264 { packetization_mode, profile })
        }
        _ => None,
    }
}

/// The payload type of a format's retransmissions (RFC 4588, section 8.1).
fn retransmission(lines: &Lines<'_>, of_type: PayloadType) -> Option<PayloadType> {
    lines.parameters.iter().find_map(|(payload_type, parameters)| {
        let rtx = of(&lines.rtp_maps, *payload_type)?.eq_ignore_ascii_case("rtx/90000");
        let apt = number(parameters, "apt")?;
        (rtx && PayloadType(apt) == of_type).then_some(*payload_type)
    })
}

fn of<'a>(lines: &[(PayloadType, &'a str)], payload_type: PayloadType) -> Option<&'a str> {
    lines.iter().find(|(of, _)| *of == payload_type).map(|(_, value)| *value)
}

/// A parameter of an `fmtp` line.
fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    parameters
        .split(';')
        .filter_map(|parameter| parameter.trim().split_once('='))
        .find(|(of, _)| of.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

fn number(parameters: &str, name: &str) -> Option<u8> {
    parameter(parameters, name)?.parse().ok()
}

/// Which way a section's media goes, for its header extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Incoming,
    Outgoing,
}

/// The header extensions of a section that are accepted for a way.
///
/// Video orientation is not: where it is refused the sender turns the picture
/// itself, and it is then right also for receivers that do not know it.
pub(super) fn extensions(lines: &Lines<'_>, allow_mixed: bool, way: Way) -> Extensions {
    let mut accepted = Extensions::default();
    for extension in &lines.extensions {
        let agreed = match way {
            Way::Incoming => extension.direction.sends,
            Way::Outgoing => extension.direction.receives,
        };
        // Ids beyond 14 need two-byte headers (RFC 8285, section 4.3), and 15
        // is reserved in one-byte ones.
        let usable = extension.id <= 14 || (allow_mixed && extension.id > 15);
        if !agreed || !usable {
            continue;
        }
        let known = known_extensions(&mut accepted, way);
        if let Some((_, id)) = known.into_iter().find(|(uri, _)| *uri == extension.uri)
            && id.is_none()
        {
            *id = Some(extension.id);
        }
    }
    accepted
}

/// The extensions that an answer may carry: their names and their places.
pub(super) fn known_extensions(
    extensions: &mut Extensions,
    way: Way,
) -> Vec<(&'static str, &mut Option<u8>)> {
    let mut known = vec![
        ("urn:ietf:params:rtp-hdrext:sdes:mid", &mut extensions.mid),
        ("urn:ietf:params:rtp-hdrext:ssrc-audio-level", &mut extensions.audio_level),
    ];
    if way == Way::Incoming {
        known.extend([
            ("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", &mut extensions.rid),
            (
                "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
                &mut extensions.repaired_rid,
            ),
            (
                "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
                &mut extensions.abs_send_time,
            ),
            (
                "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
                &mut extensions.transport_cc,
            ),
        ]);
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: MediaKind, rtp_map: &str, parameters: &str, expected: Option<Format>) {
        assert_eq!(format(kind, rtp_map, parameters), expected, "{rtp_map} {parameters}");
    }

    #[test]
    fn formats_are_told_apart_by_what_makes_their_packets_equal() {
        let (audio, video) = (MediaKind::Audio, MediaKind::Video);
        check(audio, "opus/48000/2", "", Some(Format::Opus));
        check(audio, "opus/48000", "", None);
        check(audio, "red/48000/2", "111/111", None);
        check(video, "opus/48000/2", "", None);
        check(video, "VP8/90000", "max-fs=12288;max-fr=60", Some(Format::Vp8));
        check(video, "VP9/90000", "", Some(Format::Vp9 { profile: 0 }));
        check(video, "VP9/90000", "profile-id=2", None);
        check(
            video,
            "AV1/90000",
            "level-idx=5; profile=0;tier=0",
            Some(Format::Av1 { profile: 0 }),
        );
        check(video, "ulpfec/90000", "", None);
        let h264 = |packetization_mode, profile| Some(Format::H264 { packetization_mode, profile });
        check(video, "H264/90000", "packetization-mode=1;profile-level-id=42e01f", h264(1, 0x42e0));
        check(video, "H264/90000", "profile-level-id=4D0028;packetization-mode=1", h264(1, 0x4d00));
        check(video, "H264/90000", "packetization-mode=1", h264(1, 0x4200));
        check(video, "H264/90000", "", None);
        check(video, "H264/90000", "packetization-mode=1;profile-level-id=f4001f", None);
        check(video, "H264/90000", "packetization-mode=1;profile-level-id=é", None);
        check(video, "H264/90000", "packetization-mode=2", None);
    }
}
