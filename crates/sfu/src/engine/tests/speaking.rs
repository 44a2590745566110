//! Who speaks.

use lectern_domain::id::ParticipantId;
use lectern_domain::room::Source;

use super::{
    call::{
        Call,
        Step::{Mute, Run},
    },
    forwarding::two,
    media::MICROPHONE,
};
use crate::engine::EngineEvent;

fn told(call: &Call) -> Vec<Vec<u64>> {
    let mut told = Vec::new();
    for event in &call.events {
        if let EngineEvent::Speaking { participants, .. } = event {
            told.push(participants.iter().map(|ParticipantId(id)| *id).collect());
        }
    }
    told
}

#[test]
fn the_loudest_comes_first_and_silence_is_told() {
    let mut call = two(1, &[]);
    let speak = |call: &mut Call, who: usize, level| {
        call.clients[who].sender(MICROPHONE, None).level = level;
    };
    call.play(&[Run(500)]);
    assert_eq!(told(&call), [] as [Vec<u64>; 0]);
    speak(&mut call, 0, 40);
    call.play(&[Run(500)]);
    assert_eq!(told(&call), [vec![0]]);
    speak(&mut call, 1, 20);
    call.play(&[Run(500)]);
    assert_eq!(told(&call).last(), Some(&vec![1, 0]));
    speak(&mut call, 0, 127);
    call.play(&[Run(2000)]);
    assert_eq!(told(&call).last(), Some(&vec![1]));
    call.play(&[Mute(1, Source::Microphone, true), Run(500)]);
    assert_eq!(told(&call).last(), Some(&vec![]));
    let before = told(&call).len();
    call.play(&[Run(500)]);
    assert_eq!(told(&call).len(), before, "who is muted is not heard");
    call.play(&[Mute(1, Source::Microphone, false), Run(500)]);
    call.clients[1].sender(MICROPHONE, None).running = false;
    call.play(&[Run(2000)]);
    assert_eq!(told(&call).last(), Some(&vec![]), "silence needs no packets");
}
