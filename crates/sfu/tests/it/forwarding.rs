//! Media from one participant to another, over UDP.

use lectern_domain::{
    id::ParticipantId,
    room::{Mid, Source},
};
use lectern_sfu::{Answer, Sfu, SfuEvent};

use crate::{
    lifecycle::{config, join, next, room, start},
    support::{
        client::Received,
        participant::{OPUS, Participant, VP8, VP8_RTX},
        rtp::{self, Seen},
    },
};

/// The SSRC of a slot, and that of its retransmissions.
fn slot(answer: &Answer, mid: &str) -> (u32, Option<u32>) {
    let section =
        answer.sdp.split("\r\nm=").find(|section| section.contains(&format!("a=mid:{mid}")));
    let lines: Vec<&str> = section.unwrap().lines().collect();
    let value = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name));
    let first = |text: &str| text.split(' ').next().unwrap().parse().unwrap();
    let rtx = value("a=ssrc-group:FID ").map(|pair| first(pair.split_once(' ').unwrap().1));
    (first(value("a=ssrc:").unwrap()), rtx)
}

async fn watch(sfu: &Sfu, watcher: ParticipantId, of: ParticipantId) {
    let mid = |name: &str| name.parse::<Mid>().unwrap();
    let slots =
        vec![(mid("2"), Some((of, Source::Microphone))), (mid("3"), Some((of, Source::Camera)))];
    sfu.assign(room(1), watcher, slots).await;
}

/// Waits for an RTP packet whose payload ends as given.
async fn media(participant: &mut Participant, body: &[u8]) -> Seen {
    let received = participant
        .wait_for(|received| match received {
            Received::Rtp(packet) => Seen::of(packet).ends_with(body),
            _ => false,
        })
        .await;
    match received {
        Received::Rtp(packet) => Seen::of(&packet),
        _ => unreachable!(),
    }
}

/// Sends sound and a picture, and sees both arrive in the watcher's slots.
async fn show(from: &mut Participant, to: &mut Participant, answer: &Answer) {
    let audio = rtp::packet(OPUS, true, 500, 960, from.audio_ssrc, b"\xfcsound");
    from.send_rtp(&audio).await;
    let heard = media(to, b"sound").await;
    assert_eq!((heard.ssrc, heard.payload_type), (slot(answer, "2").0, OPUS));

    let frame = rtp::vp8(true, 77, b"picture");
    let video = rtp::packet(VP8, true, 900, 3000, from.video_ssrc, &frame);
    from.send_rtp(&video).await;
    let seen = media(to, b"picture").await;
    assert_eq!((seen.ssrc, seen.payload_type), (slot(answer, "3").0, VP8));
    assert!(seen.sequence < 32_768, "rollovers are only followed from below");
}

#[tokio::test]
async fn two_participants_hear_and_see_each_other() {
    let (sfu, mut events) = start(config());
    let (mut teacher, teacher_id, teacher_answer) = join(&sfu, &mut events, room(1), 1).await;
    let (mut student, student_id, student_answer) = join(&sfu, &mut events, room(1), 2).await;
    watch(&sfu, student_id, teacher_id).await;
    watch(&sfu, teacher_id, student_id).await;

    show(&mut teacher, &mut student, &student_answer).await;
    show(&mut student, &mut teacher, &teacher_answer).await;

    let mut flowing = Vec::new();
    while flowing.len() < 4 {
        if let SfuEvent::Flowing { participant, source, .. } = next(&mut events).await {
            flowing.push((participant, source));
        }
    }
    for expected in [
        (teacher_id, Source::Microphone),
        (teacher_id, Source::Camera),
        (student_id, Source::Microphone),
        (student_id, Source::Camera),
    ] {
        assert!(flowing.contains(&expected), "{expected:?} is not in {flowing:?}");
    }
    sfu.stop().await;
}

#[tokio::test]
async fn what_a_watcher_misses_is_repeated_on_the_rtx_stream() {
    let (sfu, mut events) = start(config());
    let (mut teacher, teacher_id, _) = join(&sfu, &mut events, room(1), 1).await;
    let (mut student, student_id, answer) = join(&sfu, &mut events, room(1), 2).await;
    watch(&sfu, student_id, teacher_id).await;
    let (ssrc, rtx) = slot(&answer, "3");
    let frame = rtp::vp8(true, 1, b"picture");
    teacher.send_rtp(&rtp::packet(VP8, true, 10, 0, teacher.video_ssrc, &frame)).await;
    let seen = media(&mut student, b"picture").await;

    student.send_rtcp(&rtp::nack(student.video_ssrc, ssrc, seen.sequence)).await;
    let repeated = student
        .wait_for(|received| {
            matches!(received, Received::Rtp(packet) if Some(Seen::of(packet).ssrc) == rtx)
        })
        .await;
    let Received::Rtp(repeated) = repeated else { unreachable!() };
    let repeated = Seen::of(&repeated);
    assert_eq!(repeated.payload_type, VP8_RTX);
    assert_eq!(repeated.payload[..2], seen.sequence.to_be_bytes());
    assert_eq!(repeated.payload[2..], seen.payload);
    sfu.stop().await;
}

#[tokio::test]
async fn a_watcher_that_comes_late_has_a_key_frame_asked_for() {
    let (sfu, mut events) = start(config());
    let (mut teacher, teacher_id, _) = join(&sfu, &mut events, room(1), 1).await;
    let (mut student, student_id, answer) = join(&sfu, &mut events, room(1), 2).await;
    let video_ssrc = teacher.video_ssrc;
    let frame = |key, body: &[u8]| rtp::vp8(key, 1, body);
    teacher.send_rtp(&rtp::packet(VP8, true, 10, 0, video_ssrc, &frame(true, b"first"))).await;
    teacher.send_rtp(&rtp::packet(VP8, true, 11, 3000, video_ssrc, &frame(false, b"delta"))).await;
    let flowing = next(&mut events).await;
    assert!(matches!(flowing, SfuEvent::Flowing { source: Source::Camera, .. }), "{flowing:?}");
    watch(&sfu, student_id, teacher_id).await;
    teacher
        .wait_for(|received| {
            matches!(received, Received::Rtcp(compound)
                if rtp::asks_for_key_frame(compound, video_ssrc))
        })
        .await;
    teacher.send_rtp(&rtp::packet(VP8, true, 12, 6000, video_ssrc, &frame(true, b"second"))).await;
    media(&mut student, b"second").await;
    let ssrc = slot(&answer, "3").0;
    student
        .wait_for(|received| {
            matches!(received, Received::Rtcp(compound) if rtp::has_sender_report(compound, ssrc))
        })
        .await;
    sfu.stop().await;
}
