//! What a participant takes from the answer.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use super::{
    ABS_SEND_TIME, AUDIO_LEVEL, MID, PAYLOAD_TYPES, TRANSPORT_CC,
    offer::{CAMERA, MICROPHONE, Offer},
};
use crate::{
    peer::MediaSetup,
    rtp::track::{ExtensionIds, TrackSetup},
};

/// Why an answer is of no use. The server is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// A line that every answer has is not there, or malformed.
    #[error("the answer has no usable {0}")]
    Missing(&'static str),
    /// No candidate can be reached from this machine.
    #[error("the answer has no UDP candidate on this machine")]
    NoCandidate,
}

/// An answer, as far as it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Where the server listens.
    pub address: SocketAddr,
    /// Its ICE fragment.
    pub ufrag: String,
    /// Its ICE password.
    pub password: String,
    /// SHA-256 of its certificate.
    pub fingerprint: String,
    sections: Vec<Section>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Section {
    mid: String,
    rejected: bool,
    direction: String,
    payload_types: Vec<u8>,
    extensions: Vec<u8>,
    /// Streams and what repairs them.
    repairs: Vec<(u32, u32)>,
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// What a transport needs is not in it.
    pub fn read(text: &str) -> Result<Self, AnswerError> {
        let mut sections: Vec<Section> = Vec::new();
        let mut candidates = Vec::new();
        let (mut ufrag, mut password, mut fingerprint) = (None, None, None);
        for line in text.lines() {
            if let Some(media) = line.strip_prefix("m=") {
                sections.push(read_media(media));
                continue;
            }
            let Some(attribute) = line.strip_prefix("a=") else { continue };
            let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
            match name {
                "ice-ufrag" => ufrag = ufrag.or(Some(value)),
                "ice-pwd" => password = password.or(Some(value)),
                "fingerprint" => fingerprint = fingerprint.or(value.strip_prefix("sha-256 ")),
                "candidate" => candidates.extend(read_candidate(value)),
                _ => {
                    if let Some(section) = sections.last_mut() {
                        read_attribute(section, name, value);
                    }
                }
            }
        }
        let required = |found: Option<&str>, what| {
            found.map(|found| found.trim().to_owned()).ok_or(AnswerError::Missing(what))
        };
        Ok(Self {
            address: choose(&candidates).ok_or(AnswerError::NoCandidate)?,
            ufrag: required(ufrag, "ice-ufrag")?,
            password: required(password, "ice-pwd")?,
            fingerprint: required(fingerprint, "fingerprint")?,
            sections,
        })
    }

    /// What was negotiated of the offer's media.
    pub fn media(&self, offer: &Offer<'_>) -> MediaSetup {
        let types = PAYLOAD_TYPES;
        let track = |mid: &str, ssrc, payload_type, rtx: Option<(u32, u8)>, clock_rate| {
            let section = self.sections.iter().find(|section| section.mid == mid)?;
            let takes = |payload_type| section.payload_types.contains(&payload_type);
            let accepted =
                !section.rejected && section.direction == "recvonly" && takes(payload_type);
            accepted.then(|| TrackSetup {
                mid: mid.to_owned(),
                ssrc,
                payload_type,
                rtx: rtx.filter(|(_, payload_type)| takes(*payload_type)),
                extensions: section.extension_ids(),
                clock_rate,
            })
        };
        let (video, video_rtx) = offer.video_ssrcs;
        MediaSetup {
            audio: track(MICROPHONE, offer.audio_ssrc, types.audio, None, 48_000),
            video: track(CAMERA, video, types.video, Some((video_rtx, types.video_rtx)), 90_000),
            payload_types: types,
            repairs: self.repairs(),
            control: true,
            cname: offer.cname.to_owned(),
        }
    }

    fn repairs(&self) -> BTreeMap<u32, u32> {
        let all = self.sections.iter().flat_map(|section| &section.repairs);
        all.map(|(stream, repair)| (*repair, *stream)).collect()
    }
}

impl Section {
    fn extension_ids(&self) -> ExtensionIds {
        let id = |id| self.extensions.contains(&id).then_some(id);
        ExtensionIds {
            mid: id(MID),
            abs_send_time: id(ABS_SEND_TIME),
            audio_level: id(AUDIO_LEVEL),
            transport_cc: id(TRANSPORT_CC),
        }
    }
}

/// `audio 9 UDP/TLS/RTP/SAVPF 111`
fn read_media(media: &str) -> Section {
    let mut fields = media.split_whitespace().skip(1);
    Section {
        rejected: fields.next() == Some("0"),
        payload_types: fields.skip(1).filter_map(|field| field.parse().ok()).collect(),
        ..Section::default()
    }
}

fn read_attribute(section: &mut Section, name: &str, value: &str) {
    match name {
        "mid" => section.mid = value.trim().to_owned(),
        "sendonly" | "recvonly" | "inactive" | "sendrecv" => {
            section.direction = name.trim().to_owned();
        }
        "extmap" => {
            let id = value.split([' ', '/']).next();
            section.extensions.extend(id.and_then(|id| id.parse::<u8>().ok()));
        }
        "ssrc-group" => {
            let ssrcs = value.strip_prefix("FID ").and_then(|pair| pair.trim().split_once(' '));
            let parsed =
                ssrcs.and_then(|(stream, repair)| stream.parse().ok().zip(repair.parse().ok()));
            section.repairs.extend(parsed);
        }
        _ => {}
    }
}

/// `1 1 udp 2130706431 127.0.0.1 5000 typ host`
fn read_candidate(value: &str) -> Option<SocketAddr> {
    let fields: Vec<_> = value.split_whitespace().collect();
    let [_, "1", transport, _, address, port, "typ", "host", ..] = fields[..] else { return None };
    let udp = transport.eq_ignore_ascii_case("udp");
    let address: IpAddr = address.parse().ok().filter(|_| udp)?;
    Some(SocketAddr::new(address, port.parse().ok()?))
}

/// Loopback where it is offered; otherwise IPv4, as on the interface of this
/// machine that the server was told to advertise.
fn choose(candidates: &[SocketAddr]) -> Option<SocketAddr> {
    let loopback = candidates.iter().find(|candidate| candidate.ip().is_loopback());
    loopback.or_else(|| candidates.iter().find(|candidate| candidate.is_ipv4())).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n\
        a=group:BUNDLE 0 1 2 3\r\na=ice-lite\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:uf\r\na=ice-pwd:pw\r\n\
        a=fingerprint:sha-256 AA:BB\r\na=recvonly\r\na=extmap:4 urn:x\r\na=extmap:1 urn:y\r\n\
        a=candidate:1 1 udp 2130706431 192.0.2.7 5004 typ host\r\n\
        a=candidate:2 1 udp 2130706431 127.0.0.1 5004 typ host\r\n\
        a=candidate:3 1 tcp 1 127.0.0.1 9 typ host tcptype passive\r\na=end-of-candidates\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=ice-ufrag:uf\r\na=ice-pwd:pw\r\n\
        a=recvonly\r\na=extmap:4 urn:x\r\na=extmap:3/recvonly urn:z\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:2\r\na=sendonly\r\na=ssrc:70 cname:s\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:3\r\na=sendonly\r\n\
        a=ssrc-group:FID 71 72\r\na=ssrc:71 cname:s\r\n";

    const OFFER: Offer<'static> = Offer {
        session: 7,
        ufrag: "frag",
        password: "a-password-of-24-letters",
        fingerprint: "AA:BB",
        cname: "someone",
        audio_ssrc: 11,
        video_ssrcs: (22, 33),
        sends: true,
        seats: 1,
    };

    #[test]
    fn an_answer_becomes_a_transport_and_tracks() {
        let answer = Answer::read(ANSWER).unwrap();
        assert_eq!(answer.address.to_string(), "127.0.0.1:5004");
        assert_eq!((answer.ufrag.as_str(), answer.password.as_str()), ("uf", "pw"));
        assert_eq!(answer.fingerprint, "AA:BB");
        let media = answer.media(&OFFER);
        let audio = media.audio.unwrap();
        assert_eq!((audio.ssrc, audio.payload_type, audio.rtx), (11, 111, None));
        let expected =
            ExtensionIds { mid: Some(4), audio_level: Some(1), ..ExtensionIds::default() };
        assert_eq!(audio.extensions, expected);
        let video = media.video.unwrap();
        assert_eq!((video.ssrc, video.payload_type, video.rtx), (22, 96, Some((33, 97))));
        assert_eq!(video.extensions.transport_cc, Some(3));
        assert_eq!(media.repairs, BTreeMap::from([(72, 71)]));
    }

    #[test]
    fn rejected_sections_send_nothing() {
        let text = ANSWER
            .replacen("m=audio 9", "m=audio 0", 1)
            .replacen("SAVPF 96 97", "SAVPF 96", 1)
            .replace("127.0.0.1", "::1");
        let answer = Answer::read(&text).unwrap();
        assert_eq!(answer.address.to_string(), "[::1]:5004");
        let media = answer.media(&OFFER);
        assert_eq!(media.audio, None);
        assert_eq!(media.video.unwrap().rtx, None);
    }

    #[test]
    fn what_a_transport_needs_must_be_there() {
        for (line, expected) in [
            ("ice-ufrag", AnswerError::Missing("ice-ufrag")),
            ("ice-pwd", AnswerError::Missing("ice-pwd")),
            ("fingerprint", AnswerError::Missing("fingerprint")),
            ("candidate", AnswerError::NoCandidate),
        ] {
            let text = ANSWER.replace(&format!("a={line}:"), "a=x:");
            assert_eq!(Answer::read(&text), Err(expected));
        }
    }
}
