//! What strangers send, and that a call next to it goes on.

use lectern_sfu::SfuEvent;
use prometheus::{Encoder, Registry, TextEncoder};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::net::UdpSocket;

use crate::{
    lifecycle::{config, join, next, room},
    support::client::Received,
};

fn metric(registry: &Registry, line: &str) -> u64 {
    let mut text = Vec::new();
    TextEncoder::new().encode(&registry.gather(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let found = text.lines().find_map(|of| of.strip_prefix(line));
    found.unwrap_or_else(|| panic!("no {line} in\n{text}")).trim().parse().unwrap()
}

fn dropped(registry: &Registry, reason: &str) -> u64 {
    metric(registry, &format!("lectern_sfu_dropped_total{{reason=\"{reason}\",worker=\"0\"}}"))
}

#[tokio::test]
async fn strangers_get_nothing_back() {
    let registry = Registry::new();
    let (sfu, mut events) = lectern_sfu::Sfu::start(config(), &registry).unwrap();
    let (mut participant, id, _) = join(&sfu, &mut events, room(1), 1).await;
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let seed = 20_260_101;
    let mut random = StdRng::seed_from_u64(seed);
    let mut check = participant.client.check(true);
    let last = check.len() - 1;
    check[last - 12] ^= 1;
    for round in 0..2_000 {
        let mut datagram = vec![0; random.random_range(0..1500)];
        random.fill(&mut datagram[..]);
        // Now and then something that begins as one of the protocols does.
        if let Some(first) = datagram.first_mut() {
            *first = [*first, 0, 22, 0x80, 0x90][round % 5];
        }
        stranger.send_to(&datagram, participant.server).await.unwrap();
        if round % 100 == 0 {
            stranger.send_to(&check, participant.server).await.unwrap();
            // The socket's buffer is finite: let the worker keep up.
            participant.check().await;
        }
    }
    participant.check().await;
    let mut buffer = [0; 2048];
    let answered = stranger.try_recv_from(&mut buffer);
    assert!(answered.is_err(), "seed {seed}: a stranger was answered with {answered:?}");
    sfu.leave(room(1), id).await;
    assert!(matches!(next(&mut events).await, SfuEvent::Left { .. }));
    sfu.stop().await;
    assert!(dropped(&registry, "bad_check") >= 20);
    assert!(dropped(&registry, "stranger") >= 1_000);
    assert!(dropped(&registry, "unknown") >= 200);
}

#[tokio::test]
async fn a_participant_cannot_take_the_address_of_another() {
    let registry = Registry::new();
    let (sfu, mut events) = lectern_sfu::Sfu::start(config(), &registry).unwrap();
    let (mut victim, victim_id, _) = join(&sfu, &mut events, room(1), 1).await;
    let (mut thief, ..) = join(&sfu, &mut events, room(1), 2).await;
    // The thief's check, authentic, under the victim's address.
    let forged = thief.client.check(true);
    victim.send(&forged).await;
    victim.check().await;
    sfu.leave(room(1), victim_id).await;
    victim.wait_for(|received| *received == Received::Closed).await;
    sfu.stop().await;
    assert_eq!(dropped(&registry, "taken_address"), 1);
}

#[tokio::test]
async fn forged_and_repeated_media_is_counted_and_does_no_harm() {
    let registry = Registry::new();
    let (sfu, mut events) = lectern_sfu::Sfu::start(config(), &registry).unwrap();
    let (mut participant, ..) = join(&sfu, &mut events, room(1), 1).await;
    let packet = crate::support::rtp::packet(111, true, 1, 0, participant.audio_ssrc, &[7; 80]);
    let sealed = participant.client.seal_rtp(&packet);
    participant.send(&sealed).await;
    participant.send(&sealed).await;
    let mut forged = sealed.clone();
    forged[40] ^= 1;
    forged[3] = 9;
    participant.send(&forged).await;
    participant.send(&[0x80, 111, 0, 1]).await;
    participant.check().await;
    sfu.stop().await;
    for reason in ["replayed", "not_authentic", "malformed"] {
        assert_eq!(dropped(&registry, reason), 1, "{reason}");
    }
}
