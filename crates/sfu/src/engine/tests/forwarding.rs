//! Two people hear and see each other.

use lectern_domain::room::Source;

use super::{
    call::{
        Call,
        Step::{Assign, Mute, Run, View as Shown, Writable},
    },
    media::{FACE, Numbering, VOICE, incoming, lesson, mid, video},
};
use crate::{
    engine::{EngineEvent, View},
    negotiated::{Format, NegotiatedMedia, Ssrc},
};

/// A teacher like Chromium and a student like Firefox, each in the other's seat.
pub(super) fn two(seed: u64, rids: &[&str]) -> Call {
    let mut call = Call::new(seed);
    call.join(Numbering::Chromium, lesson(Numbering::Chromium, rids));
    call.join(Numbering::Firefox, lesson(Numbering::Firefox, rids));
    call.play(&[
        Assign(0, VOICE, Some((1, Source::Microphone))),
        Assign(0, FACE, Some((1, Source::Camera))),
        Assign(1, VOICE, Some((0, Source::Microphone))),
        Assign(1, FACE, Some((0, Source::Camera))),
    ]);
    call
}

#[test]
fn a_lesson_of_two_is_heard_and_seen() {
    let mut call = two(1, &[]);
    call.play(&[Run(10_000)]);
    for receiver in 0..2 {
        let client = &call.clients[receiver];
        for (slot, packets) in [(VOICE, 490), (FACE, 1180)] {
            let receiver = client.receiver(slot);
            assert!(receiver.packets.len() >= packets, "{slot}: {}", receiver.packets.len());
            assert_eq!(receiver.missing(0), [] as [u64; 0]);
            assert_eq!(receiver.duplicates, 0);
            receiver.check_continuity();
            assert!(receiver.with_mid > 0, "the mid goes out at first");
            assert!(receiver.with_mid < 200, "and not after the first report");
        }
        let last = client.receiver(FACE).packets.values().next_back().unwrap();
        assert!(last.marker);
    }
    let sent = u64::from(call.clients[0].senders[1].sent());
    let counts = call.leave(0);
    assert_eq!(counts.lost_in, 0);
    assert!(counts.video_packets_in.abs_diff(sent) <= 8);
    assert!(counts.packets_out > 1600);
}

#[test]
fn first_media_of_each_source_is_told_once() {
    let mut call = two(2, &[]);
    call.play(&[Run(300)]);
    let (room, first) = (call.room, call.clients[0].participant);
    let flowing = |source| EngineEvent::Flowing { room, participant: first, source };
    for source in [Source::Microphone, Source::Camera] {
        assert_eq!(call.events.iter().filter(|event| **event == flowing(source)).count(), 1);
    }
}

#[test]
fn what_is_muted_or_paused_or_unassigned_is_not_sent() {
    type Stop = fn(bool) -> super::call::Step;
    let stops: [Stop; 3] = [
        |stop| Mute(0, Source::Camera, stop),
        |stop| Shown(1, FACE, View { height: None, paused: stop }),
        |stop| Assign(1, FACE, (!stop).then_some((0, Source::Camera))),
    ];
    for (seed, stop) in (3..).zip(stops) {
        let mut call = two(seed, &[]);
        call.play(&[Run(1000), stop(true), Run(100)]);
        let before = call.clients[1].receiver(FACE).packets.len();
        let key_frames = call.clients[0].senders[1].key_frames;
        call.play(&[Run(1000)]);
        assert_eq!(call.clients[1].receiver(FACE).packets.len(), before);
        call.play(&[stop(false), Run(1000)]);
        let receiver = call.clients[1].receiver(FACE);
        assert!(receiver.packets.len() > before + 100);
        assert_eq!(receiver.missing(0), [] as [u64; 0]);
        receiver.check_continuity();
        assert_eq!(call.clients[0].senders[1].key_frames, key_frames + 1);
    }
}

#[test]
fn nothing_is_sent_before_the_transport_is_there() {
    let mut call = two(6, &[]);
    call.play(&[Writable(1, false), Run(1000)]);
    for slot in [VOICE, FACE] {
        assert_eq!(call.clients[1].receiver(slot).packets.len(), 0);
    }
    assert_eq!(call.clients[1].acknowledged, 0);
    call.play(&[Writable(1, true), Run(1000)]);
    for slot in [VOICE, FACE] {
        let receiver = call.clients[1].receiver(slot);
        assert!(receiver.packets.len() > 40, "{slot}");
        receiver.check_continuity();
    }
}

#[test]
fn a_slot_waits_for_a_participant_who_is_not_there_yet() {
    let mut call = Call::new(7);
    call.join(Numbering::Chromium, lesson(Numbering::Chromium, &[]));
    let later = lectern_domain::id::ParticipantId(1);
    let now = call.now();
    let key = call.clients[0].key;
    call.engine.assign(now, key, &mid(FACE), Some((later, Source::Camera)));
    call.join(Numbering::Firefox, lesson(Numbering::Firefox, &[]));
    call.play(&[Run(1000)]);
    assert!(call.clients[0].receiver(FACE).packets.len() > 100);
}

#[test]
fn a_format_that_the_receiver_cannot_decode_is_told_and_not_sent() {
    let mut call = Call::new(8);
    let h264 = Format::H264 { packetization_mode: 1, profile: 0x42E0 };
    let mut media = lesson(Numbering::Chromium, &[]);
    media.incoming[1].codecs = vec![video(h264.clone(), 102, 103)];
    call.join(Numbering::Chromium, media);
    call.join(Numbering::Firefox, lesson(Numbering::Firefox, &[]));
    call.play(&[Assign(1, FACE, Some((0, Source::Camera))), Run(2000)]);
    assert_eq!(call.clients[1].receiver(FACE).packets.len(), 0);
    let told = |event: &&EngineEvent| matches!(event, EngineEvent::NotDecodable { .. });
    assert_eq!(call.events.iter().filter(told).count(), 1);

    let mut accepting = lesson(Numbering::Firefox, &[]);
    accepting.outgoing[1].codecs.push(video(h264, 126, 127));
    let third = call.join(Numbering::Firefox, accepting);
    call.play(&[Assign(third, FACE, Some((0, Source::Camera))), Run(1000)]);
    assert!(call.clients[third].receiver(FACE).packets.len() > 100);
}

#[test]
fn streams_that_say_nothing_are_told_by_ssrc_or_payload_type() {
    for (seed, declared) in [(9, true), (10, false)] {
        let mut call = Call::new(seed);
        let mut media = lesson(Numbering::Chromium, &[]);
        if declared {
            media.incoming.push(incoming(Numbering::Chromium, "s", Source::Screen, &[]));
            media.incoming[1].ssrcs = vec![(Ssrc(10_200), Some(Ssrc(10_201)))];
        }
        let first = call.join(Numbering::Chromium, media);
        call.join(Numbering::Firefox, lesson(Numbering::Firefox, &[]));
        for sender in &mut call.clients[first].senders {
            sender.named = false;
            sender.running &= sender.mid != "s";
        }
        call.play(&[
            Assign(1, VOICE, Some((0, Source::Microphone))),
            Assign(1, FACE, Some((0, Source::Camera))),
            Run(1000),
        ]);
        assert!(call.clients[1].receiver(VOICE).packets.len() > 40, "declared: {declared}");
        assert!(call.clients[1].receiver(FACE).packets.len() > 100, "declared: {declared}");
    }
}

#[test]
fn a_further_offer_keeps_what_goes_on() {
    let mut call = two(11, &[]);
    call.play(&[Run(1000)]);
    let mut media = lesson(Numbering::Firefox, &[]);
    media.outgoing.push(super::media::outgoing(Numbering::Firefox, "v1", 3000));
    let (now, key) = (call.now(), call.clients[1].key);
    call.clients[1].receivers.push(super::receiver::Receiver::new(media.outgoing[2].clone()));
    call.engine.update(now, key, media);
    call.play(&[Assign(1, "v1", Some((0, Source::Camera))), Run(1000)]);
    for slot in [FACE, "v1"] {
        let receiver = call.clients[1].receiver(slot);
        assert!(receiver.packets.len() > 100, "{slot}");
        assert_eq!(receiver.missing(0), [] as [u64; 0]);
        receiver.check_continuity();
    }

    let (now, key) = (call.now(), call.clients[0].key);
    call.engine.update(now, key, NegotiatedMedia::default());
    call.play(&[Run(100)]);
    let before = call.clients[1].receiver(FACE).packets.len();
    call.play(&[Run(500)]);
    assert_eq!(call.clients[1].receiver(FACE).packets.len(), before);
}

/// The receiver's key stays, and so does the slot's SSRC: a number that comes
/// twice would be sealed twice under one nonce.
#[test]
fn a_slot_that_comes_back_goes_on_with_its_numbers() {
    let mut call = two(15, &[]);
    call.play(&[Run(1000)]);
    let (all, key) = (lesson(Numbering::Firefox, &[]), call.clients[1].key);
    for _ in 0..3 {
        let before = call.clients[1].receiver(FACE).packets.len();
        let without = NegotiatedMedia { outgoing: Vec::new(), ..all.clone() };
        call.engine.update(call.now(), key, without);
        call.play(&[Run(500)]);
        assert!(call.clients[1].receiver(FACE).packets.len() <= before + 5);
        call.engine.update(call.now(), key, all.clone());
        call.play(&[Assign(1, FACE, Some((0, Source::Camera))), Run(1000)]);
        let receiver = call.clients[1].receiver(FACE);
        assert!(receiver.packets.len() > before + 100);
        assert_eq!((receiver.missing(0), receiver.duplicates), (Vec::new(), 0));
        receiver.check_continuity();
    }
    call.play(&[Assign(1, FACE, None)]);
    call.engine.update(call.now(), key, NegotiatedMedia::default());
    let counts = call.engine.counts(key);
    assert_eq!(call.leave(1), counts);
    assert!(counts.packets_out > 300);
}

#[test]
fn who_leaves_leaves_nothing_behind() {
    let mut call = two(12, &["q", "h", "f"]);
    call.play(&[Run(3000)]);
    call.leave(0);
    call.play(&[Run(1000)]);
    call.leave(0);
    assert_eq!(call.engine.poll_timeout(), None);
    let engine = &call.engine;
    assert!(engine.peers.is_empty() && engine.rooms.is_empty());
    assert!(engine.sources.is_empty() && engine.streams.is_empty() && engine.slots.is_empty());
}

#[test]
fn the_same_seed_gives_the_same_call() {
    let play = || {
        let mut call = two(13, &["q", "h", "f"]);
        call.clients[0].up.conditions.loss = 50;
        call.play(&[Run(3000)]);
        let face = call.clients[1].receiver(FACE);
        (face.packets.clone(), call.events.clone(), call.engine.stats())
    };
    assert_eq!(play(), play());
}
