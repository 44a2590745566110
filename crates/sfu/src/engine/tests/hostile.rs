//! Whatever arrives, the engine stands, stays small, and never gives one
//! sequence number to two packets.

use std::{collections::BTreeMap, time::Duration};

use lectern_domain::room::Source;
use proptest::prelude::*;

use super::{
    call::{
        Call,
        Step::{Assign, Run},
    },
    forwarding::two,
    media::{FACE, Numbering, VOICE, lesson},
};
use crate::{
    engine::{Output, View},
    limits::EngineLimits,
    rtp::{RtpHeader, RtpPacket},
};

#[test]
fn a_call_goes_on_beside_noise() {
    let mut call = two(1, &[]);
    let mut random = crate::engine::random::Random::new(99);
    for _ in 0..2000 {
        let len = (random.next_u32() % 200) as usize;
        let mut bytes = (0..len).map(|_| random.next_u32() as u8).collect::<Vec<_>>();
        if let Some(first) = bytes.first_mut() {
            *first = 0x80 | *first & 0x3F;
        }
        let (now, key) = (call.now(), call.clients[0].key);
        call.engine.handle_rtp(now, key, &bytes);
        if let Some(second) = bytes.get_mut(1) {
            *second = 200 + *second % 8;
        }
        call.engine.handle_rtcp(now, key, &bytes);
        call.play(&[Run(1)]);
    }
    call.play(&[Run(500)]);
    assert!(call.clients[0].receiver(FACE).packets.len() > 250);
    assert_eq!(call.clients[0].receiver(FACE).missing(0), [] as [u64; 0]);
    assert!(call.engine.stats().refused > 1000);
    assert!(call.engine.stats().rtcp_malformed > 1000);
}

#[test]
fn streams_are_bounded() {
    let mut call = Call::new(2);
    call.join(Numbering::Chromium, lesson(Numbering::Chromium, &["q", "h", "f"]));
    let key = call.clients[0].key;
    for ssrc in 0..100_000 {
        let header = RtpHeader {
            marker: false,
            payload_type: [96, 97, 111][ssrc as usize % 3],
            sequence: ssrc as u16,
            timestamp: 0,
            ssrc,
        };
        let rid = [&b"q"[..], b"h", b"f"][ssrc as usize / 3 % 3];
        let mut packet = smallvec::SmallVec::<[u8; 64]>::new();
        let mid: &[u8] = if header.payload_type == 111 { b"0" } else { b"1" };
        header.write(&[(4, mid), (10, rid), (11, rid)], &mut packet);
        packet.extend_from_slice(&[0x10, 0, 0]);
        let now = call.now() + Duration::from_millis(u64::from(ssrc) * 50);
        call.engine.handle_rtp(now, key, &packet);
        while call.engine.poll_output().is_some() {}
        assert!(call.engine.streams.len() <= 4);
        assert!(call.engine.peers[0].bindings.len() <= EngineLimits::default().streams);
    }
}

#[test]
fn outputs_are_bounded() {
    let limits = EngineLimits { outputs: 10, ..EngineLimits::default() };
    let mut call = Call::with_limits(3, limits);
    call.join(Numbering::Chromium, lesson(Numbering::Chromium, &[]));
    call.join(Numbering::Firefox, lesson(Numbering::Firefox, &[]));
    call.play(&[Assign(1, VOICE, Some((0, Source::Microphone)))]);
    let (now, key) = (call.now(), call.clients[0].key);
    let mut packet = [0; 40];
    packet[..2].copy_from_slice(&[0x80, 111]);
    for sequence in 0..100_u8 {
        packet[3] = sequence;
        call.engine.handle_rtp(now, key, &packet);
    }
    let count = std::iter::from_fn(|| call.engine.poll_output().map(|_| ())).count();
    assert_eq!(count, 10);
    assert!(call.engine.stats().overflows >= 90);
}

/// What a peer or the room does in the property test.
#[derive(Debug, Clone)]
enum Act {
    Packet { stream: u8, step: i32, timestamp: u32, key: bool, len: u8 },
    View { height: u16, paused: bool },
    Assign(Option<u8>),
    Nack { back: u16 },
    Wait(u16),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let step = prop_oneof![20 => 1..3i32, 4 => -20..20i32, 1 => any::<i32>()];
    let packet = (0u8..6, step, any::<u32>(), prop::bool::weighted(0.2), 0u8..40);
    let act = prop_oneof![
        20 => packet.prop_map(|(stream, step, timestamp, key, len)| {
            Act::Packet { stream, step, timestamp, key, len }
        }),
        1 => (0u16..800, prop::bool::weighted(0.2))
            .prop_map(|(height, paused)| Act::View { height, paused }),
        1 => prop::option::weighted(0.9, 0u8..2).prop_map(Act::Assign),
        2 => (0u16..50).prop_map(|back| Act::Nack { back }),
        2 => (0u16..400).prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 1..400)
}

fn packet(stream: u8, sequence: u16, timestamp: u32, key: bool, len: u8) -> Vec<u8> {
    let header = RtpHeader {
        marker: false,
        payload_type: if stream < 3 { 96 } else { 120 },
        sequence,
        timestamp,
        ssrc: 500 + u32::from(stream),
    };
    let (mid_id, rid_id) = if stream < 3 { (4, 10) } else { (3, 9) };
    let rid = [&b"q"[..], b"h", b"f"][usize::from(stream) % 3];
    let mut out = smallvec::SmallVec::<[u8; 64]>::new();
    header.write(&[(mid_id, b"1"), (rid_id, rid)], &mut out);
    if len > 0 {
        let height = [180, 60, 240][usize::from(stream) % 3];
        let [high, low] = sequence.to_be_bytes();
        out.extend_from_slice(&[0x90, 0x80, high | 0x80, low]);
        out.extend_from_slice(&[u8::from(!key), 0, 0, 0x9D, 1, 0x2A, 0, 0, height, 0]);
        out.extend_from_slice(&vec![stream; usize::from(len)]);
    }
    out.to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_sequence_number_stands_for_two_packets(seed: u64, rtx: bool, acts in acts()) {
        let mut call = Call::new(seed);
        call.join(Numbering::Chromium, lesson(Numbering::Chromium, &["q", "h", "f"]));
        call.join(Numbering::Firefox, lesson(Numbering::Firefox, &["q", "h", "f"]));
        let mut media = lesson(Numbering::Chromium, &[]);
        if !rtx {
            media.outgoing[1].rtx = None;
        }
        call.join(Numbering::Chromium, media);
        call.play(&[Assign(2, FACE, Some((0, Source::Camera)))]);
        let keys = [0, 1, 2].map(|n: usize| call.clients[n].key);
        let mut sequences = [65_000_u16; 6];
        let mut seen = BTreeMap::new();
        let mut highest = BTreeMap::<u32, u64>::new();
        let mut last = 0_u16;
        for act in acts {
            let now = call.now();
            match act {
                Act::Packet { stream, step, timestamp, key, len } => {
                    let sequence = &mut sequences[usize::from(stream)];
                    *sequence = sequence.wrapping_add(step as u16);
                    let bytes = packet(stream, *sequence, timestamp, key, len);
                    call.engine.handle_rtp(now, keys[usize::from(stream / 3)], &bytes);
                }
                Act::View { height, paused } => {
                    let view = View { height: Some(height), paused };
                    call.engine.view(now, keys[2], &super::media::mid(FACE), view);
                }
                Act::Assign(from) => {
                    let from = from.map(|n| {
                        (call.clients[usize::from(n)].participant, Source::Camera)
                    });
                    call.engine.assign(now, keys[2], &super::media::mid(FACE), from);
                }
                Act::Nack { back } => {
                    let mut compound = crate::rtp::rtcp::Compound::default();
                    let pair = crate::rtp::rtcp::NackPair { first: last.wrapping_sub(back), following: 0xFF };
                    prop_assert!(compound.nack(1, 2000, &[pair]).is_empty());
                    call.engine.handle_rtcp(now, keys[2], &compound.into_bytes());
                }
                Act::Wait(milliseconds) => {
                    call.at += u64::from(milliseconds);
                    let now = call.now();
                    call.engine.handle_timeout(now);
                }
            }
            while let Some(output) = call.engine.poll_output() {
                let Output::Rtp(output) = output else { continue };
                prop_assert_eq!(output.to, keys[2]);
                let bytes = [output.head, output.payload].concat();
                let parsed = RtpPacket::parse(&bytes).unwrap();
                prop_assert_eq!(parsed.header_len, output.header_len);
                prop_assert_eq!(parsed.header.sequence, output.sequence);
                prop_assert_eq!(parsed.header.ssrc, output.ssrc.0);
                if output.ssrc.0 == 2000 { last = output.sequence; }
                // SRTP's rollover counter follows steps of under half a round.
                let newest = highest.entry(output.ssrc.0).or_insert_with(|| {
                    assert!(output.sequence < 32_768);
                    (1 << 16) + u64::from(output.sequence)
                });
                let step = output.sequence.wrapping_sub(*newest as u16) as i16;
                prop_assert!(step <= 1001, "a leap of {}", step);
                let number = newest.saturating_add_signed(i64::from(step));
                *newest = number.max(*newest);
                let before = seen.insert((output.ssrc, number), bytes.clone());
                prop_assert!(before.is_none_or(|before| before == bytes), "{} twice", number);
            }
        }
    }
}
