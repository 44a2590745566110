//! Losses are repaired on both halves of the way.

use lectern_domain::room::Source;

use super::{
    call::{
        Call,
        Step::{Assign, Path, Run},
    },
    forwarding::two,
    media::{FACE, Numbering, lesson},
    network::Conditions,
};
use crate::{
    limits::EngineLimits,
    negotiated::NegotiatedMedia,
    rtp::rtcp::{Compound, NackPair},
};

const LOSSY: Conditions = Conditions { loss: 50, duplicates: 10, delay: 20, jitter: 8 };

fn check_repaired(call: &Call, client: usize, allowed: usize) {
    let receiver = call.clients[client].receiver(FACE);
    let missing = receiver.missing(150);
    assert!(missing.len() <= allowed, "{} of {}", missing.len(), receiver.packets.len());
    assert!(receiver.packets.len() > 2000, "{}", receiver.packets.len());
    receiver.check_continuity();
}

#[test]
fn five_percent_are_repaired_both_ways() {
    for seed in 0..4 {
        let mut call = two(seed, &[]);
        call.play(&[Path(0, LOSSY), Path(1, LOSSY), Run(20_000)]);
        for client in 0..2 {
            // Ten tries, at five percent each way, do not all fail.
            check_repaired(&call, client, 0);
            assert!(call.clients[client].receiver(FACE).repaired > 50);
            assert!(call.clients[client].senders[1].repeated > 50);
        }
        let stats = call.engine.stats();
        assert!(stats.nacks_out > 100 && stats.repairs_out > 100, "{stats:?}");
        assert_eq!(stats.lost_in, 0, "{stats:?}");
    }
}

#[test]
fn simulcast_layers_are_repaired_too() {
    let mut call = two(5, &["q", "h", "f"]);
    call.play(&[Path(0, LOSSY), Path(1, LOSSY), Run(20_000)]);
    for client in 0..2 {
        // A layer switch leaves behind what was missing of the layer before.
        check_repaired(&call, client, 12);
    }
}

#[test]
fn a_receiver_without_rtx_gets_the_packet_itself() {
    let without = |numbering| {
        let mut media = lesson(numbering, &[]);
        media.outgoing[1].rtx = None;
        media.outgoing[1].codecs[0].rtx = None;
        media.incoming[1].codecs[0].rtx = None;
        media
    };
    let mut call = Call::new(6);
    call.join(Numbering::Chromium, without(Numbering::Chromium));
    call.join(Numbering::Firefox, without(Numbering::Firefox));
    call.play(&[
        Assign(1, FACE, Some((0, Source::Camera))),
        Path(0, LOSSY),
        Path(1, LOSSY),
        Run(20_000),
    ]);
    check_repaired(&call, 1, 0);
    assert!(call.clients[0].senders[1].repeated > 50);
}

#[test]
fn everything_lost_for_a_while_ends_in_a_key_frame() {
    let mut call = two(7, &[]);
    let dark = Conditions { loss: 1000, ..Conditions::default() };
    let clear = Conditions { delay: 20, ..Conditions::default() };
    call.play(&[Run(2000)]);
    let key_frames = call.clients[0].senders[1].key_frames;
    call.play(&[Path(0, dark), Run(4000), Path(0, clear), Run(3000)]);
    assert!(call.clients[0].senders[1].key_frames > key_frames);
    let receiver = call.clients[1].receiver(FACE);
    let last = receiver.packets.values().next_back().unwrap();
    assert!(u64::from(last.origin.captured) > call.at - 200);
    receiver.check_continuity();
    assert!(call.engine.stats().lost_in > 0);
}

fn nack(media: u32, first: u16) -> Vec<u8> {
    let mut compound = Compound::default();
    let pairs = [NackPair { first, following: 0xFFFF }; 200];
    assert!(compound.nack(1, media, &pairs).is_empty());
    compound.into_bytes()
}

#[test]
fn a_flood_of_requests_is_answered_within_the_budget() {
    let limits = EngineLimits { resend_burst_bytes: 20_000, ..EngineLimits::default() };
    let mut call = Call::with_limits(8, limits);
    call.join(Numbering::Chromium, lesson(Numbering::Chromium, &[]));
    let silent = NegotiatedMedia { incoming: Vec::new(), ..lesson(Numbering::Firefox, &[]) };
    call.join(Numbering::Firefox, silent);
    call.play(&[Assign(1, FACE, Some((0, Source::Camera))), Run(2000)]);
    let newest = *call.clients[1].receiver(FACE).packets.last_key_value().unwrap().0 as u16;
    let (now, key) = (call.now(), call.clients[1].key);
    for back in (0..2000).step_by(17) {
        call.engine.handle_rtcp(now, key, &nack(2000, newest.wrapping_sub(back)));
    }
    let mut bytes = 0;
    while let Some(output) = call.engine.poll_output() {
        if let crate::engine::Output::Rtp(packet) = output {
            bytes += packet.len();
        }
    }
    assert!((10_000..21_000).contains(&bytes), "{bytes}");
    assert!(call.engine.stats().repairs_refused > 10_000);
}

#[test]
fn what_is_kept_is_bounded() {
    for (packets, bytes) in [(64, 1 << 20), (512, 20_000)] {
        let limits = EngineLimits {
            replay_packets: packets,
            replay_bytes: bytes,
            ..EngineLimits::default()
        };
        let mut call = Call::with_limits(9, limits);
        call.join(Numbering::Chromium, lesson(Numbering::Chromium, &[]));
        call.join(Numbering::Firefox, lesson(Numbering::Firefox, &[]));
        call.play(&[Assign(1, FACE, Some((0, Source::Camera))), Run(3000)]);
        let newest = *call.clients[1].receiver(FACE).packets.last_key_value().unwrap().0 as u16;
        let (now, key) = (call.now(), call.clients[1].key);
        for back in (0..400).step_by(17) {
            call.engine.handle_rtcp(now, key, &nack(2000, newest.wrapping_sub(back)));
        }
        let repeated = call.engine.stats().repairs_out;
        let fits = if packets == 64 { 30..=64 } else { 10..=60 };
        assert!(fits.contains(&repeated), "{repeated}");
    }
}
