//! The participants, each other and the relay, as the benchmarks run them: on
//! real sockets, with a small load.

use std::{path::Path, time::Duration};

use lectern_loadtest::{
    peer::SendPlan,
    rtp::source::{AudioPlan, VideoPlan},
    scenario::{Load, Measured, Shape, direct, floor},
};

const fn load(shape: Shape) -> Load {
    let audio = AudioPlan { payload_bytes: 80 };
    let video = VideoPlan {
        frames_per_second: 30,
        packets_per_frame: 2,
        packets_per_key_frame: 3,
        // Small, so that a socket's buffer outlasts a machine that is busy.
        payload_bytes: 120,
    };
    Load {
        shape,
        rooms: 2,
        plan: SendPlan { audio: Some(audio), video: Some(video) },
        duration: Duration::from_secs(1),
    }
}

/// Every packet comes to everybody for whom it is meant, once and whole.
fn check(shape: Shape, measured: &Measured) {
    let tally = &measured.tally;
    assert!(tally.received > 0 && tally.frames > 0, "{measured:?}");
    assert_eq!((tally.unreadable, tally.duplicates, measured.lost), (0, 0, 0), "{measured:?}");
    // Each of two hears the other; each of many the one who sends. What is
    // under way at the edges of the measurement counts on one side alone.
    let copies = shape.copies() as u64;
    let under_way = 64 * copies;
    assert!(tally.received.abs_diff(tally.sent * copies) <= under_way, "{measured:?}");
}

#[test]
fn two_hear_each_other_directly() {
    let measured = direct::run(&load(Shape::TwoParty), 1).unwrap();
    check(Shape::TwoParty, &measured);
}

#[test]
fn the_relay_forwards_everything_once() {
    let program = Path::new(env!("CARGO_BIN_EXE_lectern-loadtest"));
    for shape in [Shape::TwoParty, Shape::FanOut { receivers: 5 }] {
        let measured = floor::run(&load(shape), program, None, 1).unwrap();
        check(shape, &measured);
    }
}
