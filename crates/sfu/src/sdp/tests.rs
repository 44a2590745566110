//! Offers that browsers and aiortc really made, and what becomes of them.

use std::{io::Cursor, net::SocketAddr};

use lectern_domain::room::{MediaKind, Mid, Source};
use proptest::prelude::*;
use rtc_sdp::SessionDescription;

use super::*;
use crate::{
    limits::SdpLimits,
    negotiated::{Format, NegotiatedMedia},
    transport::{Fingerprint, FingerprintHash},
};

macro_rules! fixture {
    ($name:literal) => {
        ($name, include_str!(concat!("../../tests/data/sdp/", $name, ".sdp")))
    };
}

const FIXTURES: [(&str, &str); 5] = [
    fixture!("chromium-156-camera-simulcast"),
    fixture!("chromium-156-camera-and-screen-simulcast"),
    fixture!("firefox-153-camera-simulcast"),
    fixture!("firefox-153-camera-and-screen-simulcast"),
    fixture!("aiortc-1.16.0-sendrecv-max-bundle"),
];

fn answer(
    negotiation: &mut Negotiation,
    text: &str,
    sources: &[(Mid, Source)],
) -> Result<Answered, OfferError> {
    let offer = Offer::parse(text, &SdpLimits::default())?;
    let fingerprint = Fingerprint::of(FingerprintHash::Sha256, b"certificate");
    let candidates: [SocketAddr; 2] =
        [([192, 0, 2, 10], 4000).into(), "[2001:db8::1]:4000".parse().unwrap()];
    let local = Local { fingerprint: &fingerprint, candidates: &candidates };
    negotiation.answer(&offer, sources, local)
}

fn first_answer(text: &str) -> Answered {
    answer(&mut Negotiation::new([7; 32]), text, &[]).unwrap()
}

/// An answer without the line that counts answers.
fn but_version(sdp: &str) -> Vec<&str> {
    sdp.lines().filter(|line| !line.starts_with("o=")).collect()
}

fn mid(name: &str) -> Mid {
    name.parse().unwrap()
}

fn sources(media: &NegotiatedMedia) -> Vec<(&str, Source)> {
    media.incoming.iter().map(|section| (section.mid.as_str(), section.source)).collect()
}

#[test]
fn answers_to_real_offers() {
    for (name, text) in FIXTURES {
        let answered = first_answer(text);
        insta::assert_snapshot!(format!("{name}-answer"), answered.sdp.replace("\r\n", "\n"));
    }
}

#[test]
fn what_was_agreed_is_what_the_answer_says() {
    let (name, text) = FIXTURES[4];
    insta::assert_debug_snapshot!(format!("{name}-media"), first_answer(text).media);
}

#[test]
fn another_parser_agrees_on_what_the_answers_say() {
    for (name, text) in FIXTURES {
        let answered = first_answer(text);
        let sdp = SessionDescription::unmarshal(&mut Cursor::new(&answered.sdp)).unwrap();
        assert_eq!(sdp.media_descriptions.len(), text.matches("\nm=").count(), "{name}");
        let bundled = sdp.attribute("group").unwrap().split(' ').count() - 1;
        assert_eq!(bundled, sdp.media_descriptions.len(), "{name}");
        for section in &sdp.media_descriptions {
            let lines = section.attribute("ssrc-group").is_some();
            let outgoing = section.attribute("msid").is_some();
            let video = section.media_name.media == "video";
            assert_eq!(lines, outgoing && video, "{name}: a slot of video has a FID group");
            assert_eq!(section.attribute("setup").flatten(), Some("passive"));
        }
    }
}

#[test]
fn a_further_answer_repeats_all_that_was_said() {
    for (name, text) in FIXTURES {
        let mut negotiation = Negotiation::new([7; 32]);
        let first = answer(&mut negotiation, text, &[]).unwrap();
        let again = answer(&mut negotiation, text, &[]).unwrap();
        assert_eq!(but_version(&first.sdp), but_version(&again.sdp), "{name}");
        assert_ne!(first.sdp, again.sdp, "{name}");
        assert_eq!(first.media, again.media, "{name}");
        assert_eq!(first.transport.ice, again.transport.ice, "{name}");

        let more = format!("{text}{}", text[text.rfind("m=video").unwrap()..].trim_end());
        let last = format!("a=mid:{}", first_answer(text).media.outgoing.last().unwrap().mid);
        let (head, tail) = more.rsplit_once(&last).unwrap();
        let more = format!("{head}a=mid:more{tail}\r\n").replace("BUNDLE 0", "BUNDLE more 0");
        let grown = answer(&mut negotiation, &more, &[]).unwrap();
        let slots = again.media.outgoing.len();
        assert_eq!(grown.media.outgoing[..slots], again.media.outgoing, "{name}");
        assert_eq!(grown.media.outgoing.len(), slots + 1, "{name}");
    }
}

#[test]
fn an_ice_restart_changes_the_credentials_alone() {
    for (name, text) in FIXTURES {
        let mut negotiation = Negotiation::new([7; 32]);
        let first = answer(&mut negotiation, text, &[]).unwrap();
        let ufrag = first.transport.ice.remote_ufrag.clone();
        let restart = text.replace(&format!("ice-ufrag:{ufrag}"), "ice-ufrag:another");
        let again = answer(&mut negotiation, &restart, &[]).unwrap();
        assert_ne!(first.transport.ice.local, again.transport.ice.local, "{name}");
        let but_ice = |sdp: &str| -> Vec<String> {
            let lines = but_version(sdp).into_iter().filter(|line| !line.starts_with("a=ice-"));
            lines.map(str::to_owned).collect()
        };
        assert_eq!(but_ice(&first.sdp), but_ice(&again.sdp), "{name}");
    }
}

#[test]
fn what_would_break_a_connection_is_refused_and_changes_nothing() {
    let (_, text) = FIXTURES[0];
    let mut negotiation = Negotiation::new([7; 32]);
    let first = answer(&mut negotiation, text, &[]).unwrap();
    let (_, firefox) = FIXTURES[2];
    assert_eq!(answer(&mut negotiation, firefox, &[]).unwrap_err(), OfferError::FingerprintChanged);
    let fewer = &text[..text.rfind("m=video").unwrap()];
    assert_eq!(answer(&mut negotiation, fewer, &[]).unwrap_err(), OfferError::Reordered);
    let renamed = text.replace("a=mid:3", "a=mid:x").replace("2 3 4", "2 x 4");
    assert_eq!(answer(&mut negotiation, &renamed, &[]).unwrap_err(), OfferError::Reordered);
    let again = answer(&mut negotiation, text, &[]).unwrap();
    assert_eq!(but_version(&first.sdp), but_version(&again.sdp));
}

#[test]
fn sources_are_named_by_the_client_or_by_order() {
    let (_, text) = FIXTURES[0];
    let by_order = first_answer(text);
    assert_eq!(
        sources(&by_order.media),
        [
            ("0", Source::Microphone),
            ("1", Source::Camera),
            ("2", Source::Screen),
            ("3", Source::ScreenAudio)
        ]
    );
    let mut negotiation = Negotiation::new([7; 32]);
    let named = [(mid("2"), Source::Camera), (mid("0"), Source::Microphone)];
    let by_name = answer(&mut negotiation, text, &named).unwrap();
    assert_eq!(sources(&by_name.media), [("0", Source::Microphone), ("2", Source::Camera)]);
    assert!(by_name.sdp.contains("a=mid:1\r\na=inactive\r\n"));

    let check = |named: &[(Mid, Source)], expected: OfferError| {
        let refused = answer(&mut Negotiation::new([7; 32]), text, named);
        assert_eq!(refused.unwrap_err(), expected, "{named:?}");
    };
    check(&[(mid("x"), Source::Camera)], OfferError::UnknownSource(mid("x")));
    check(&[(mid("8"), Source::Camera)], OfferError::UnknownSource(mid("8")));
    check(&[(mid("0"), Source::Camera)], OfferError::BadSource);
    check(&[(mid("1"), Source::Camera), (mid("1"), Source::Screen)], OfferError::BadSource);
    check(&[(mid("1"), Source::Camera), (mid("2"), Source::Camera)], OfferError::BadSource);
}

#[test]
fn vp8_comes_first_and_error_correction_never() {
    for (name, text) in FIXTURES {
        let answered = first_answer(text);
        for word in ["red/", "ulpfec/", "flexfec", "telephone-event", "PCMU"] {
            assert!(!answered.sdp.contains(word), "{name} has {word}");
        }
        let incoming = answered.media.incoming.iter().map(|section| &section.codecs);
        let outgoing = answered.media.outgoing.iter().map(|section| &section.codecs);
        for codecs in incoming.chain(outgoing) {
            assert!(matches!(codecs[0].format, Format::Opus | Format::Vp8), "{name}");
            assert!(codecs.iter().all(|codec| codec.rtx.is_some() == codec.nack), "{name}");
        }
    }
}

#[test]
fn audio_and_video_of_a_seat_are_one_stream() {
    for (name, text) in FIXTURES {
        let answered = first_answer(text);
        let cnames = |kind: MediaKind| -> Vec<&str> {
            let slots = answered.media.outgoing.iter().filter(|slot| slot.kind == kind);
            slots.map(|slot| slot.cname.as_str()).collect()
        };
        let (audio, video) = (cnames(MediaKind::Audio), cnames(MediaKind::Video));
        let both = audio.len().min(video.len());
        assert!(both > 0 && audio[..both] == video[..both], "{name}: {audio:?} {video:?}");
    }
}

#[test]
fn data_channels_are_rejected_and_the_rest_goes_on() {
    let (_, text) = FIXTURES[4];
    let data =
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:d\r\n";
    let offer = format!("{}{data}", text.replace("BUNDLE 0", "BUNDLE d 0"));
    let answered = first_answer(&offer);
    let rejected = "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n\
        a=mid:d\r\na=inactive\r\n";
    assert!(answered.sdp.ends_with(rejected));
    assert!(answered.sdp.contains("a=group:BUNDLE 0 1 2 3\r\n"));
}

/// An edit of an offer, as a fuzzer or a strange client would make it.
#[derive(Debug, Clone)]
enum Edit {
    DropLine(usize),
    RepeatLine(usize),
    SwapLines(usize, usize),
    CutLine(usize, usize),
    SetByte(usize, u8),
    Truncate(usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let at = || 0_usize..60_000;
    prop::collection::vec(
        prop_oneof![
            at().prop_map(Edit::DropLine),
            at().prop_map(Edit::RepeatLine),
            (at(), at()).prop_map(|(a, b)| Edit::SwapLines(a, b)),
            (at(), 0_usize..40).prop_map(|(line, keep)| Edit::CutLine(line, keep)),
            (at(), 0x20_u8..0x7f).prop_map(|(at, byte)| Edit::SetByte(at, byte)),
            at().prop_map(Edit::Truncate),
        ],
        1..6,
    )
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for edit in edits {
        let count = lines.len();
        if count == 0 {
            break;
        }
        match *edit {
            Edit::DropLine(at) => drop(lines.remove(at % count)),
            Edit::RepeatLine(at) => lines.insert(at % count, lines[at % count].clone()),
            Edit::SwapLines(a, b) => lines.swap(a % count, b % count),
            Edit::CutLine(at, keep) => lines[at % count].truncate(keep),
            Edit::SetByte(at, byte) => {
                let line = &mut lines[at % count];
                if !line.is_empty() {
                    let at = at / count % line.len();
                    line.replace_range(at..=at, &char::from(byte).to_string());
                }
            }
            Edit::Truncate(at) => lines.truncate(at % count + 1),
        }
    }
    lines.join("\r\n") + "\r\n"
}

/// Any token may name a medium (RFC 8866, section 5.14), and a section of one
/// is rejected under its own name; but rtc-sdp reads registered ones alone.
fn with_registered_media(answer: &str) -> String {
    let line = |line: &str| match line.strip_prefix("m=").and_then(|media| media.split_once(' ')) {
        Some((_, rest)) if rest.starts_with("0 ") => format!("m=application {rest}\r\n"),
        _ => format!("{line}\r\n"),
    };
    answer.lines().map(line).collect()
}

proptest! {
    #[test]
    fn mutated_offers_are_answered_section_by_section_or_refused(
        fixture in 0..FIXTURES.len(),
        first in edits(),
        second in edits(),
    ) {
        let (_, text) = FIXTURES[fixture];
        let mut negotiation = Negotiation::new([7; 32]);
        for edits in [first, second] {
            let offer = edited(text, &edits);
            if let Ok(answered) = answer(&mut negotiation, &offer, &[]) {
                let sections = |text: &str| text.lines().filter(|line| line.starts_with("m=")).count();
                prop_assert_eq!(sections(&answered.sdp), sections(&offer));
                let known = with_registered_media(&answered.sdp);
                prop_assert!(SessionDescription::unmarshal(&mut Cursor::new(&known)).is_ok());
            }
        }
    }

    #[test]
    fn arbitrary_text_is_refused(text in "\\PC{0,200}") {
        prop_assert!(Offer::parse(&text, &SdpLimits::default()).is_err());
    }
}
