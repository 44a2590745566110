//! Layers and sources change, and the slot's stream goes on.

use lectern_domain::room::Source;

use super::{
    call::{
        Call,
        Step::{self, Assign, Layer, Path, Run, View as Shown},
    },
    forwarding::two,
    media::{CAMERA, FACE, Numbering, VOICE, lesson},
    network::Conditions,
};
use crate::engine::View;

const LAYERS: [&str; 3] = ["q", "h", "f"];

fn shown(height: Option<u16>) -> Step {
    Shown(1, FACE, View { height, paused: false })
}

/// The layer that is shown at the end, by its SSRC's distance from the lowest.
fn layer(call: &Call) -> u32 {
    let last = call.clients[1].receiver(FACE).packets.values().next_back().unwrap();
    (last.origin.ssrc - 10_200) / 10
}

fn check(call: &Call, allowed: usize) {
    let receiver = call.clients[1].receiver(FACE);
    let missing = receiver.missing(150);
    assert!(missing.len() <= allowed, "{missing:?}");
    receiver.check_continuity();
}

#[test]
fn the_layer_follows_the_view() {
    let mut call = two(1, &LAYERS);
    for (height, expected) in
        [(None, 2), (Some(180), 0), (Some(181), 1), (Some(360), 1), (Some(2160), 2), (Some(1), 0)]
    {
        call.play(&[shown(height), Run(2000)]);
        assert_eq!(layer(&call), expected, "{height:?}");
    }
    check(&call, 0);
    assert_eq!(call.clients[1].receiver(FACE).duplicates, 0);
}

#[test]
fn a_layer_that_stops_gives_way_to_a_lower_one() {
    let mut call = two(2, &LAYERS);
    call.play(&[Run(3000)]);
    assert_eq!(layer(&call), 2);
    call.play(&[Layer(0, CAMERA, "f", false), Run(2000)]);
    assert_eq!(layer(&call), 1);
    call.play(&[Layer(0, CAMERA, "h", false), Run(2000)]);
    assert_eq!(layer(&call), 0);
    call.play(&[Layer(0, CAMERA, "f", true), Run(2000)]);
    assert_eq!(layer(&call), 2);
    check(&call, 0);
}

#[test]
fn switches_go_on_under_loss() {
    let lossy = Conditions { loss: 50, duplicates: 10, delay: 20, jitter: 8 };
    for seed in 10..16 {
        let mut call = two(seed, &LAYERS);
        call.play(&[Path(0, lossy), Path(1, lossy)]);
        for height in [None, Some(180), Some(300), Some(720), Some(180), None] {
            call.play(&[shown(height), Run(3000)]);
        }
        assert_eq!(layer(&call), 2);
        // What was missing of a layer when it was left is not repaired.
        check(&call, 6 * 8);
    }
}

#[test]
fn layers_are_aligned_by_sender_reports() {
    let mut call = two(3, &LAYERS);
    // From here on every layer has been reported on.
    call.play(&[Run(3000)]);
    let anchor = call.clients[1].receiver(FACE).packets.values().next_back().unwrap().clone();
    for height in [Some(180), Some(360), None, Some(180)] {
        call.play(&[shown(height), Run(2000)]);
        let last = call.clients[1].receiver(FACE).packets.values().next_back().unwrap();
        let captured = last.origin.captured - anchor.origin.captured;
        let shown = last.timestamp.wrapping_sub(anchor.timestamp);
        // A frame that both layers show may be told apart by a millisecond.
        let error = i64::from(shown) - i64::from(captured) * 90;
        assert!(error.abs() <= 33 * 90, "{error} units at {height:?}");
    }
}

#[test]
fn a_source_takes_over_from_another() {
    let mut call = Call::new(4);
    for numbering in [Numbering::Chromium, Numbering::Firefox, Numbering::Chromium] {
        call.join(numbering, lesson(numbering, &[]));
    }
    for from in [0, 2, 0, 2] {
        call.play(&[
            Assign(1, FACE, Some((from, Source::Camera))),
            Assign(1, VOICE, Some((from, Source::Microphone))),
            Run(1500),
        ]);
    }
    for slot in [FACE, VOICE] {
        let receiver = call.clients[1].receiver(slot);
        assert_eq!(receiver.origins().len(), 4, "{slot}");
        assert_eq!(receiver.missing(0), [] as [u64; 0], "{slot}");
        receiver.check_continuity();
        let timestamps = receiver.packets.values().map(|packet| packet.timestamp);
        let timestamps = timestamps.collect::<Vec<_>>();
        let rate = receiver.section.codecs[0].format.clock_rate();
        for pair in timestamps.windows(2) {
            assert!(pair[1].wrapping_sub(pair[0]) < rate, "{slot}: a leap");
        }
    }
    let markers = call.clients[1].receiver(VOICE).packets.values().filter(|p| p.marker).count();
    assert!(markers >= 4);
}

#[test]
fn key_frames_are_asked_for_no_more_than_needed() {
    let mut call = two(5, &[]);
    call.play(&[Run(2000)]);
    let before = call.engine.stats().plis_out;
    let mut lost = crate::rtp::rtcp::Compound::default();
    assert!(lost.picture_loss(1, 2000));
    let lost = lost.into_bytes();
    // A receiver asks every 10 ms for two seconds.
    for _ in 0..200 {
        let (now, key) = (call.now(), call.clients[1].key);
        call.engine.handle_rtcp(now, key, &lost);
        call.play(&[Run(10)]);
    }
    let asked = call.engine.stats().plis_out - before;
    assert!((5..=8).contains(&asked), "{asked} in two seconds");
}

#[test]
fn who_cannot_be_sent_to_is_asked_for_a_key_frame_later() {
    let mut call = two(6, &[]);
    call.play(&[Run(1000), Step::Writable(0, false)]);
    let before = call.engine.stats().plis_out;
    call.play(&[Assign(1, FACE, None), Assign(1, FACE, Some((0, Source::Camera))), Run(2000)]);
    assert_eq!(call.engine.stats().plis_out, before);
    let packets = call.clients[1].receiver(FACE).packets.len();
    call.play(&[Step::Writable(0, true), Run(1000)]);
    assert!(call.clients[1].receiver(FACE).packets.len() > packets + 50);
    check(&call, 0);
}

#[test]
fn a_key_frame_whose_beginning_is_late_is_used_all_the_same() {
    // Every packet may be overtaken by those of the same frame.
    let jittery = Conditions { delay: 20, jitter: 25, ..Conditions::default() };
    for seed in 20..30 {
        let mut call = two(seed, &[]);
        call.play(&[Path(0, jittery), Run(1000)]);
        let receiver = call.clients[1].receiver(FACE);
        assert!(receiver.packets.len() > 100, "seed {seed}: {}", receiver.packets.len());
        assert!(call.clients[0].senders[1].key_frames <= 2, "seed {seed}");
        check(&call, 0);
    }
}
