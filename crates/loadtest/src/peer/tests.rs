//! A participant against a minimal server: it answers checks, takes the
//! handshake, and sends back what it gets.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use bytes::BytesMut;
use rtc_dtls::{
    cipher_suite::CipherSuiteId,
    config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType},
    endpoint::{Endpoint, EndpointEvent},
    extension::extension_use_srtp::SrtpProtectionProfile,
};
use rtc_shared::TransportProtocol;
use rtc_srtp::config::LABEL_EXTRACTOR_DTLS_SRTP;
use rtc_stun::{
    fingerprint::FINGERPRINT,
    integrity::MessageIntegrity,
    message::{BINDING_SUCCESS, Message, Setter},
};

use super::{srtp::Session, *};
use crate::rtp::{
    control,
    source::{AudioPlan, VideoPlan},
    track::{ExtensionIds, TrackSetup},
};

const PASSWORD: &str = "the password of the server";
const CLIENT: &str = "127.0.0.1:7";

/// Sent packets of the echo that are lost on the way.
type Loss = fn(u64) -> bool;

struct Server {
    identity: Identity,
    dtls: Endpoint,
    session: Option<Session>,
    echoed: u64,
    lose: Loss,
    control: Vec<control::Feedback>,
    outbox: Vec<Vec<u8>>,
}

impl Server {
    fn new(lose: Loss) -> Self {
        let identity = Identity::generate().unwrap();
        let config = ConfigBuilder::default()
            .with_crypto_provider(identity.provider())
            .with_certificates(vec![identity.certificate()])
            .with_cipher_suites(vec![CipherSuiteId::Tls_Ecdhe_Ecdsa_With_Aes_128_Gcm_Sha256])
            .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .with_insecure_skip_verify(true)
            .build(false, None)
            .unwrap();
        let local: SocketAddr = "127.0.0.1:8".parse().unwrap();
        let dtls = Endpoint::new(local, TransportProtocol::UDP, Some(Arc::new(config)));
        let (control, outbox) = (Vec::new(), Vec::new());
        Self { identity, dtls, session: None, echoed: 0, lose, control, outbox }
    }

    fn handle(&mut self, now: Instant, datagram: &[u8]) {
        match datagram[0] {
            0..=3 => self.answer_check(datagram),
            20..=63 => self.handshake(now, datagram),
            _ if (192..=223).contains(&datagram[1]) => {
                let session = self.session.as_mut().unwrap();
                let compound = session.open_control(datagram).unwrap().freeze();
                self.control.extend(control::read(compound).unwrap());
            }
            _ => {
                let session = self.session.as_mut().unwrap();
                let (_, opened) = session.open(datagram).unwrap();
                self.echoed += 1;
                if !(self.lose)(self.echoed) {
                    self.outbox.push(session.seal(&opened).unwrap().into());
                }
            }
        }
    }

    fn answer_check(&mut self, datagram: &[u8]) {
        let mut request = Message::new();
        request.unmarshal_binary(datagram).unwrap();
        let crypto = self.identity.crypto();
        MessageIntegrity::check(&mut request, PASSWORD.as_bytes(), crypto).unwrap();
        let integrity =
            MessageIntegrity::new_short_term_integrity_with_provider(PASSWORD.to_owned(), crypto);
        let setters: Vec<Box<dyn Setter + '_>> = vec![
            Box::new(BINDING_SUCCESS),
            Box::new(request.transaction_id),
            Box::new(integrity),
            Box::new(FINGERPRINT),
        ];
        let mut response = Message::new();
        response.build(&setters).unwrap();
        self.outbox.push(response.raw);
    }

    fn handshake(&mut self, now: Instant, datagram: &[u8]) {
        let client: SocketAddr = CLIENT.parse().unwrap();
        let events = self.dtls.read(now, client, None, BytesMut::from(datagram)).unwrap();
        while let Some(transmit) = self.dtls.poll_transmit() {
            self.outbox.push(transmit.message.into());
        }
        for event in events {
            if matches!(event, EndpointEvent::HandshakeComplete) {
                let state = self.dtls.get_connection_state(client).unwrap();
                let material = state
                    .export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], Keys::MATERIAL_BYTES)
                    .unwrap();
                let keys = Keys::from_material(material.as_ref(), false).unwrap();
                self.session = Some(Session::new(&keys, self.identity.crypto()).unwrap());
            }
        }
    }
}

fn setup() -> MediaSetup {
    let track = |mid: &str, ssrc, payload_type, rtx, clock_rate| TrackSetup {
        mid: mid.to_owned(),
        ssrc,
        payload_type,
        rtx,
        extensions: ExtensionIds { mid: Some(4), ..Default::default() },
        clock_rate,
    };
    MediaSetup {
        audio: Some(track("0", 10, 111, None, 48_000)),
        video: Some(track("1", 20, 96, Some((21, 97)), 90_000)),
        payload_types: PayloadTypes { audio: 111, video: 96, video_rtx: 97 },
        repairs: BTreeMap::from([(21, 20)]),
        control: true,
        cname: "someone".to_owned(),
    }
}

const PLAN: SendPlan = SendPlan {
    audio: Some(AudioPlan { payload_bytes: 80 }),
    video: Some(VideoPlan {
        frames_per_second: 25,
        packets_per_frame: 3,
        packets_per_key_frame: 6,
        payload_bytes: 500,
    }),
};

/// Two seconds of a participant and a server, in steps of a millisecond.
#[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
fn run(lose: Loss, fingerprint: Option<&str>) -> (Peer, Server, Tally, Vec<Event>) {
    let start = Instant::now();
    let mut server = Server::new(lose);
    let transport = TransportSetup::Negotiated {
        credentials: Credentials {
            local_ufrag: "mine".to_owned(),
            remote_ufrag: "yours".to_owned(),
            remote_password: PASSWORD.to_owned(),
        },
        fingerprint: fingerprint.unwrap_or_else(|| server.identity.fingerprint()).to_owned(),
        tie_breaker: 1,
    };
    let mut peer = Peer::new(start, Identity::generate().unwrap(), transport, setup()).unwrap();
    peer.start_media(start, PLAN);
    let (mut tally, mut events) = (Tally::default(), Vec::new());
    for step in 0..2_000 {
        let instant = start + Duration::from_millis(step);
        let now = Moment::new(start, instant);
        while peer.poll_timeout().is_some_and(|due| due <= instant) {
            peer.handle_timeout(now, &mut tally);
        }
        while let Some(datagram) = peer.poll_transmit() {
            server.handle(instant, &datagram);
        }
        for datagram in std::mem::take(&mut server.outbox) {
            peer.handle_datagram(now, &datagram, &mut tally);
        }
        events.extend(std::iter::from_fn(|| peer.poll_event()));
    }
    (peer, server, tally, events)
}

#[test]
fn a_participant_connects_sends_and_measures() {
    let (peer, server, tally, events) = run(|_| false, None);
    assert_eq!(events, [Event::Connected, Event::FirstKeyFrame]);
    assert!(tally.sent > 200, "{tally:?}");
    assert_eq!((tally.received, tally.unreadable, tally.duplicates), (tally.sent, 0, 0));
    assert_eq!(tally.latency.count(), tally.received);
    assert!(tally.frames > 45);
    assert_eq!(peer.expected_and_lost(), (tally.received, 0));
    // The echo makes the participant's own report speak of its streams.
    let reported = |ssrc| server.control.contains(&control::Feedback::Received { ssrc });
    assert!(reported(10) && reported(20));
    let told =
        |item: &control::Feedback| matches!(item, control::Feedback::SenderReport { ssrc: 20, .. });
    assert!(server.control.iter().any(told));
}

#[test]
fn lost_video_is_asked_for_and_lost_sound_is_not() {
    let (peer, server, tally, events) = run(|count| count % 50 == 0, None);
    assert!(events.contains(&Event::FirstKeyFrame));
    let asked: usize = server
        .control
        .iter()
        .map(|item| match item {
            control::Feedback::Nack { ssrc: 20, sequences } => sequences.len(),
            control::Feedback::Nack { .. } => panic!("{item:?}"),
            _ => 0,
        })
        .sum();
    let (expected, lost) = peer.expected_and_lost();
    assert!(asked > 0 && lost > 0, "{tally:?}");
    assert_eq!(expected, tally.received + lost);
}

#[test]
fn another_certificate_is_no_connection() {
    let (_, server, tally, events) = run(|_| false, Some("AA:BB"));
    assert_eq!((events.as_slice(), tally.sent), (&[][..], 0));
    assert_eq!(server.echoed, 0);
}
