//! What we tell senders and receivers about their streams.

use std::time::Duration;

use super::{
    call::Step::{Path, Run},
    forwarding::two,
    media::{FACE, VOICE},
    network::Conditions,
};

#[test]
fn voice_and_face_share_a_clock() {
    let mut call = two(1, &[]);
    // The sender's clock is far ahead, and says so.
    call.clients[0].skew = Duration::from_secs(86_400 * 7);
    call.play(&[Run(8000)]);
    let ntp = call.ntp();
    for (slot, rate) in [(VOICE, 48), (FACE, 90)] {
        let receiver = call.clients[1].receiver(slot);
        let last = receiver.packets.values().next_back().unwrap();
        let at = i64::from(receiver.timestamp_at(ntp).wrapping_sub(last.timestamp) as i32);
        let captured = call.at as i64 - i64::from(last.origin.captured);
        // The path to us takes 20 ms, which nobody can tell from a clock's.
        let error = at - (captured - 20) * rate;
        assert!(error.abs() <= 2 * rate, "{slot}: {error} units");
    }
    let (info, _) = call.clients[1].receiver(FACE).report.unwrap();
    assert!(info.packets > 500 && info.octets > info.packets * 100);
}

#[test]
fn losses_are_reported_to_the_sender() {
    let mut call = two(2, &[]);
    call.play(&[Path(0, Conditions { loss: 200, delay: 20, ..Conditions::default() }), Run(5000)]);
    let ssrc = call.clients[0].senders[1].ssrc;
    let block = *call.clients[0].blocks.iter().find(|block| block.ssrc == ssrc).unwrap();
    let sent = call.clients[0].senders[1].sent() as i32;
    assert!((sent / 10..sent / 3).contains(&block.cumulative_lost), "{block:?} of {sent}");
    assert!(block.fraction_lost > 10);
    assert!(block.last_sender_report != 0 && block.delay > 0);
    assert!(u32::from(block.highest_sequence as u16) != block.highest_sequence, "it has wrapped");
}

#[test]
fn every_arrival_is_acknowledged_for_congestion_control() {
    let mut call = two(3, &["q", "h", "f"]);
    call.play(&[Run(5000)]);
    let sent = call.clients[0].senders.iter().map(|sender| sender.sent()).sum::<u32>();
    let acknowledged = call.clients[0].acknowledged;
    assert!(sent.abs_diff(acknowledged) < 60, "{acknowledged} of {sent}");
}
