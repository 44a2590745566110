//! The one offer of a participant: microphone and camera to send, and seats to
//! receive others in.

use std::fmt::Write as _;

use super::{ABS_SEND_TIME, AUDIO_LEVEL, EXTENSIONS, MID, PAYLOAD_TYPES, TRANSPORT_CC};

/// The section of the microphone.
pub const MICROPHONE: &str = "0";

/// The section of the camera.
pub const CAMERA: &str = "1";

/// What an offer says of the participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer<'a> {
    /// The session id of `o=`.
    pub session: u64,
    /// ICE fragment, 4 to 256 characters.
    pub ufrag: &'a str,
    /// ICE password, 22 to 256 characters.
    pub password: &'a str,
    /// SHA-256 of the certificate, as `a=fingerprint` has it.
    pub fingerprint: &'a str,
    /// Canonical name of all streams.
    pub cname: &'a str,
    /// The microphone's SSRC.
    pub audio_ssrc: u32,
    /// The camera's SSRC, and that of its retransmissions.
    pub video_ssrcs: (u32, u32),
    /// Whether there is a microphone and a camera; otherwise it only receives.
    pub sends: bool,
    /// Seats: an audio and a video section each.
    pub seats: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Audio,
    Video,
}

impl Offer<'_> {
    /// The offer as text.
    pub fn to_sdp(&self) -> String {
        let first_seat = if self.sends { 2 } else { 0 };
        let sections = first_seat + 2 * self.seats;
        let mut text = format!(
            "v=0\r\no=- {} 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE",
            self.session
        );
        for mid in 0..sections {
            push(&mut text, format_args!(" {mid}"));
        }
        text.push_str("\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS own\r\n");
        if self.sends {
            self.send_section(Kind::Audio, &mut text);
            self.send_section(Kind::Video, &mut text);
        }
        for mid in first_seat..sections {
            let kind = if mid % 2 == 0 { Kind::Audio } else { Kind::Video };
            self.section(kind, &mid.to_string(), "recvonly", &mut text);
        }
        text
    }

    fn send_section(&self, kind: Kind, text: &mut String) {
        let Self { cname, audio_ssrc, video_ssrcs: (ssrc, rtx), .. } = self;
        match kind {
            Kind::Audio => {
                self.section(kind, MICROPHONE, "sendonly", text);
                push(text, format_args!("a=msid:own microphone\r\n"));
                push(text, format_args!("a=ssrc:{audio_ssrc} cname:{cname}\r\n"));
            }
            Kind::Video => {
                self.section(kind, CAMERA, "sendonly", text);
                push(text, format_args!("a=msid:own camera\r\n"));
                push(text, format_args!("a=ssrc-group:FID {ssrc} {rtx}\r\n"));
                push(text, format_args!("a=ssrc:{ssrc} cname:{cname}\r\n"));
                push(text, format_args!("a=ssrc:{rtx} cname:{cname}\r\n"));
            }
        }
    }

    fn section(&self, kind: Kind, mid: &str, direction: &str, text: &mut String) {
        let types = PAYLOAD_TYPES;
        match kind {
            Kind::Audio => {
                push(text, format_args!("m=audio 9 UDP/TLS/RTP/SAVPF {}\r\n", types.audio));
            }
            Kind::Video => push(
                text,
                format_args!("m=video 9 UDP/TLS/RTP/SAVPF {} {}\r\n", types.video, types.video_rtx),
            ),
        }
        let Self { ufrag, password, fingerprint, .. } = self;
        push(
            text,
            format_args!(
                "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:{ufrag}\r\n\
                 a=ice-pwd:{password}\r\na=fingerprint:sha-256 {fingerprint}\r\n\
                 a=setup:actpass\r\na=mid:{mid}\r\n"
            ),
        );
        for (id, uri) in EXTENSIONS.iter().filter(|(id, _)| offered(kind, *id)) {
            push(text, format_args!("a=extmap:{id} {uri}\r\n"));
        }
        push(text, format_args!("a={direction}\r\na=rtcp-mux\r\na=rtcp-rsize\r\n"));
        let (audio, video, rtx) = (types.audio, types.video, types.video_rtx);
        match kind {
            Kind::Audio => push(
                text,
                format_args!(
                    "a=rtpmap:{audio} opus/48000/2\r\na=rtcp-fb:{audio} transport-cc\r\n\
                     a=fmtp:{audio} minptime=10;useinbandfec=1\r\n"
                ),
            ),
            Kind::Video => {
                push(text, format_args!("a=rtpmap:{video} VP8/90000\r\n"));
                for feedback in ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"] {
                    push(text, format_args!("a=rtcp-fb:{video} {feedback}\r\n"));
                }
                push(
                    text,
                    format_args!("a=rtpmap:{rtx} rtx/90000\r\na=fmtp:{rtx} apt={video}\r\n"),
                );
            }
        }
    }
}

const fn offered(kind: Kind, id: u8) -> bool {
    match id {
        AUDIO_LEVEL => matches!(kind, Kind::Audio),
        ABS_SEND_TIME | TRANSPORT_CC | MID => true,
        _ => false,
    }
}

fn push(text: &mut String, piece: std::fmt::Arguments<'_>) {
    text.write_fmt(piece).expect("a String takes all");
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use rtc_sdp::description::session::SessionDescription;

    use super::*;

    const OFFER: Offer<'static> = Offer {
        session: 7,
        ufrag: "frag",
        password: "a-password-of-24-letters",
        fingerprint: "AA:BB",
        cname: "someone",
        audio_ssrc: 11,
        video_ssrcs: (22, 33),
        sends: true,
        seats: 2,
    };

    #[test]
    fn another_reader_finds_what_was_written() {
        let text = OFFER.to_sdp();
        let found = SessionDescription::unmarshal(&mut Cursor::new(text.as_bytes())).unwrap();
        let group = found.attributes.iter().find(|attribute| attribute.key == "group").unwrap();
        assert_eq!(group.value.as_deref(), Some("BUNDLE 0 1 2 3 4 5"));
        let kinds: Vec<_> =
            found.media_descriptions.iter().map(|media| media.media_name.media.as_str()).collect();
        assert_eq!(kinds, ["audio", "video", "audio", "video", "audio", "video"]);
        for (index, media) in found.media_descriptions.iter().enumerate() {
            let direction = if index < 2 { "sendonly" } else { "recvonly" };
            assert!(media.attribute(direction).is_some(), "section {index}");
            let value = |key| media.attribute(key).flatten().map(str::to_owned);
            assert_eq!(value("mid"), Some(index.to_string()));
            assert_eq!(value("ice-ufrag").as_deref(), Some("frag"));
            assert_eq!(value("fingerprint").as_deref(), Some("sha-256 AA:BB"));
            assert_eq!(value("setup").as_deref(), Some("actpass"));
            assert!(media.attribute("rtcp-mux").is_some());
            assert_eq!(media.attribute("ssrc").is_some(), index < 2);
        }
        assert!(text.contains("a=ssrc-group:FID 22 33\r\n"));
        assert!(text.split("\r\n").all(|line| !line.contains('\n')), "lines end in CR LF");
    }

    #[test]
    fn who_only_receives_has_only_seats() {
        let text = Offer { sends: false, ..OFFER }.to_sdp();
        assert!(text.contains("a=group:BUNDLE 0 1 2 3\r\n"));
        assert_eq!(text.matches("a=recvonly").count(), 4);
        assert!(!text.contains("a=sendonly") && !text.contains("a=ssrc"));
    }
}
