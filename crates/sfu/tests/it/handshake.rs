//! A transport and a client over a network that is a queue: what is lost, and
//! when, is part of each test.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use lectern_sfu::{
    limits::TransportLimits,
    transport::{
        BindingRequest, Credentials, Fingerprint, FingerprintHash, HandshakeError, IceParameters,
        Identity, Path, Transport, TransportEvent, TransportParameters,
    },
};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile::{
    self, Srtp_Aead_Aes_128_Gcm as Gcm, Srtp_Aead_Aes_256_Gcm as Gcm256,
    Srtp_Aes128_Cm_Hmac_Sha1_80 as Cm,
};

use crate::support::client::{Client, Received};

const LIMITS: fn() -> TransportLimits = TransportLimits::default;

/// What browsers wait before they repeat a flight.
const REPEAT_AFTER: Duration = Duration::from_millis(50);

fn path() -> Path {
    Path { local: None, remote: ([192, 0, 2, 1], 5000).into() }
}

#[expect(clippy::disallowed_methods, reason = "a test needs some instant to begin with")]
fn start() -> Instant {
    Instant::now()
}

fn parameters(client: &Client, local: &str, fingerprint: Fingerprint) -> TransportParameters {
    TransportParameters {
        ice: IceParameters {
            local: Credentials { ufrag: local.to_owned(), password: format!("{local} password") },
            remote_ufrag: client.ufrag.clone(),
        },
        fingerprints: Arc::new([fingerprint]),
    }
}

/// A client and a transport that has answered its first check.
fn pair(now: Instant, profiles: &[SrtpProtectionProfile]) -> (Client, Transport) {
    let mut client = Client::new("client", profiles);
    client.set_remote("server", "server password");
    let identity = Arc::new(Identity::generate().unwrap());
    let fingerprint = client.fingerprint();
    let parameters = parameters(&client, "server", fingerprint);
    let mut transport = Transport::new(now, identity, parameters, LIMITS());
    check(now, &mut client, &mut transport, path());
    (client, transport)
}

fn check(now: Instant, client: &mut Client, transport: &mut Transport, path: Path) {
    let request = BindingRequest::parse(&client.check(true)).unwrap();
    transport.handle_binding(now, path, request).unwrap();
    let answer = transport.poll_transmit().unwrap();
    assert_eq!(answer.path, path);
    assert_eq!(client.handle(now, &answer.bytes), Received::BindingSuccess);
}

/// Runs the handshake; `lose` is asked of every datagram by its number in its
/// direction. Returns the datagrams of either direction, and the time it took.
fn run(
    client: &mut Client,
    transport: &mut Transport,
    mut now: Instant,
    lose: impl Fn(Direction, usize) -> bool,
) -> (usize, usize, Duration) {
    let began = now;
    let (mut ups, mut downs) = (0, 0);
    client.connect(now);
    for _ in 0..40 {
        loop {
            let mut idle = true;
            while let Some(datagram) = client.poll_transmit() {
                idle = false;
                ups += 1;
                if !lose(Direction::Up, ups - 1) {
                    transport.handle_dtls(now, path(), &datagram);
                }
            }
            while let Some(transmit) = transport.poll_transmit() {
                idle = false;
                downs += 1;
                if !lose(Direction::Down, downs - 1) {
                    client.handle(now, &transmit.bytes);
                }
            }
            if idle {
                break;
            }
        }
        if client.is_connected() {
            break;
        }
        now += REPEAT_AFTER;
        client.repeat();
    }
    (ups, downs, now - began)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

#[track_caller]
fn assert_media_passes(client: &mut Client, transport: &mut Transport) {
    let mut packet = vec![0x80, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
    packet.extend([7; 100]);
    let mut sealed = client.seal_rtp(&packet);
    let opened = transport.open_rtp(path(), &mut sealed);
    assert_eq!(opened.unwrap().unwrap(), packet);
    let (to, sealed) = seal(transport, &packet).unwrap();
    assert_eq!(to, path());
    assert_eq!(client.handle(start(), &sealed), Received::Rtp(packet));
    let report = vec![0x80, 201, 0, 1, 0, 0, 0, 3];
    let mut sealed = client.seal_rtcp(&report);
    let opened = transport.open_rtcp(path(), &mut sealed);
    assert_eq!(opened.unwrap().unwrap(), report);
}

fn seal(transport: &mut Transport, packet: &[u8]) -> Option<(Path, Vec<u8>)> {
    let mut buffer = packet.to_vec();
    let path = transport.seal_rtp(&mut buffer, 0)?;
    Some((path, buffer))
}

#[test]
fn keys_are_agreed_and_gcm_is_taken_wherever_it_is_offered() {
    for profiles in [&[Gcm][..], &[Cm, Gcm256, Gcm], &[Cm]] {
        let now = start();
        let (mut client, mut transport) = pair(now, profiles);
        run(&mut client, &mut transport, now, |_, _| false);
        assert_eq!(transport.poll_event(), Some(TransportEvent::Connected));
        assert_media_passes(&mut client, &mut transport);
        let packet = [0x80, 111, 0, 9, 0, 0, 0, 2, 0, 0, 0, 3, 0];
        let tag = seal(&mut transport, &packet).unwrap().1.len() - packet.len();
        assert_eq!(tag, if profiles.contains(&Gcm) { 16 } else { 10 });
    }
}

#[test]
fn a_handshake_survives_the_loss_of_any_one_datagram() {
    let now = start();
    let (mut client, mut transport) = pair(now, &[Gcm]);
    let (ups, downs, took) = run(&mut client, &mut transport, now, |_, _| false);
    assert_eq!(took, Duration::ZERO);
    assert!(ups >= 3 && downs >= 3, "{ups} up and {downs} down");

    let all = (0..ups).map(|n| (Direction::Up, n)).chain((0..downs).map(|n| (Direction::Down, n)));
    for lost in all {
        let (mut client, mut transport) = pair(now, &[Gcm]);
        let (_, _, took) =
            run(&mut client, &mut transport, now, |direction, number| (direction, number) == lost);
        assert!(client.is_connected(), "{lost:?} ends the handshake");
        assert_eq!(transport.poll_event(), Some(TransportEvent::Connected), "{lost:?}");
        assert!(took <= 2 * REPEAT_AFTER, "{lost:?} took {took:?}");
        assert_media_passes(&mut client, &mut transport);
    }
}

#[test]
fn another_certificate_than_the_announced_one_is_refused() {
    let now = start();
    let (mut client, _) = pair(now, &[Gcm]);
    let identity = Arc::new(Identity::generate().unwrap());
    let other = Fingerprint::of(FingerprintHash::Sha256, b"somebody else");
    let parameters = parameters(&client, "server", other);
    let mut transport = Transport::new(now, identity, parameters, LIMITS());
    check(now, &mut client, &mut transport, path());
    run(&mut client, &mut transport, now, |_, _| false);
    let event = transport.poll_event();
    assert_eq!(event, Some(TransportEvent::Failed(HandshakeError::WrongFingerprint)));
    assert_eq!(transport.poll_event(), None);
    assert!(seal(&mut transport, &[0x80; 40]).is_none());
}

#[test]
fn a_peer_without_an_accepted_profile_is_refused() {
    let now = start();
    let (mut client, mut transport) = pair(now, &[Gcm256]);
    run(&mut client, &mut transport, now, |_, _| false);
    let event = transport.poll_event();
    assert_eq!(event, Some(TransportEvent::Failed(HandshakeError::NoCommonProfile)));
}

#[test]
fn a_handshake_has_a_deadline() {
    let now = start();
    let (_, mut transport) = pair(now, &[Gcm]);
    let deadline = now + LIMITS().handshake_deadline;
    assert_eq!(transport.poll_timeout(), Some(deadline));
    transport.handle_timeout(deadline - Duration::from_millis(1));
    assert_eq!(transport.poll_event(), None);
    transport.handle_timeout(deadline);
    assert_eq!(transport.poll_event(), Some(TransportEvent::Failed(HandshakeError::Timeout)));
    assert_eq!(transport.poll_timeout(), None);
}

#[test]
fn consent_expires_and_comes_back() {
    let mut now = start();
    let (mut client, mut transport) = pair(now, &[Gcm]);
    run(&mut client, &mut transport, now, |_, _| false);
    assert_eq!(transport.poll_event(), Some(TransportEvent::Connected));
    now = transport.poll_timeout().unwrap();
    transport.handle_timeout(now);
    assert_eq!(transport.poll_event(), Some(TransportEvent::ConsentLost));
    let packet = [0x80, 111, 0, 9, 0, 0, 0, 2, 0, 0, 0, 3, 0];
    assert!(seal(&mut transport, &packet).is_none());
    check(now, &mut client, &mut transport, path());
    assert_eq!(transport.poll_event(), Some(TransportEvent::Connected));
    assert!(seal(&mut transport, &packet).is_some());
}

#[test]
fn a_restart_keeps_the_keys_and_moves_the_path() {
    let now = start();
    let (mut client, mut transport) = pair(now, &[Gcm]);
    run(&mut client, &mut transport, now, |_, _| false);
    client.ufrag = "client again".to_owned();
    let restarted = parameters(&client, "server again", client.fingerprint());
    assert_eq!(transport.restart(restarted.ice), None);
    client.set_remote("server again", "server again password");
    let moved = Path { local: None, remote: ([192, 0, 2, 1], 6000).into() };
    check(now, &mut client, &mut transport, moved);
    assert_eq!(transport.ufrags().collect::<Vec<_>>(), ["server again"]);
    let packet = [0x80, 111, 0, 9, 0, 0, 0, 2, 0, 0, 0, 3, 0];
    let (to, sealed) = seal(&mut transport, &packet).unwrap();
    assert_eq!(to, moved);
    assert_eq!(client.handle(now, &sealed), Received::Rtp(packet.to_vec()));
}

#[test]
fn either_side_can_close() {
    let now = start();
    let (mut client, mut transport) = pair(now, &[Gcm]);
    run(&mut client, &mut transport, now, |_, _| false);
    client.close(now);
    transport.poll_event();
    while let Some(datagram) = client.poll_transmit() {
        transport.handle_dtls(now, path(), &datagram);
    }
    assert_eq!(transport.poll_event(), Some(TransportEvent::Closed));

    let (mut client, mut transport) = pair(now, &[Gcm]);
    run(&mut client, &mut transport, now, |_, _| false);
    transport.close(now);
    let notify = transport.poll_transmit().unwrap();
    assert_eq!(client.handle(now, &notify.bytes), Received::Closed);
}

#[test]
fn nothing_is_taken_from_an_address_that_passed_no_check() {
    let now = start();
    let (mut client, mut transport) = pair(now, &[Gcm]);
    let stranger = Path { local: None, remote: ([198, 51, 100, 1], 1).into() };
    client.connect(now);
    let hello = client.poll_transmit().unwrap();
    transport.handle_dtls(now, stranger, &hello);
    assert!(transport.poll_transmit().is_none());
    transport.handle_dtls(now, path(), &hello);
    assert!(transport.poll_transmit().is_some());
}

#[test]
fn forged_records_before_and_after_do_not_disturb_a_handshake() {
    let now = start();
    let (mut client, mut transport) = pair(now, &[Gcm]);
    let close = [21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0];
    let fatal = [21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40];
    let sealed = [&[22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 40][..], &[9; 40]].concat();
    for forged in [&close[..], &fatal, &sealed, &[22; 700]] {
        for _ in 0..200 {
            transport.handle_dtls(now, path(), forged);
        }
    }
    run(&mut client, &mut transport, now, |_, _| false);
    assert_eq!(transport.poll_event(), Some(TransportEvent::Connected));
    for forged in [&close[..], &fatal, &sealed] {
        for _ in 0..200 {
            transport.handle_dtls(now, path(), forged);
        }
    }
    let repeats = std::iter::from_fn(|| transport.poll_transmit()).count();
    assert!(repeats <= 2, "{repeats} repeats of the last flight within an instant");
    assert_media_passes(&mut client, &mut transport);
}
