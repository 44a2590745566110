//! Signaling on one side, the SFU on the other: neither knows the other, and
//! this is the one place that knows both.
//!
//! Commands of one room are carried out in their order; a slow offer holds up
//! its own lane of rooms and no other.

use std::{hash::BuildHasher as _, sync::Arc};

use lectern_domain::id::SessionId;
use lectern_sfu::{JoinError, Sfu, SfuEvent, View};
use lectern_signaling::media::{
    Media, MediaAnswer, MediaCommand, MediaCounts, MediaError, MediaEvent,
};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

/// Commands that wait for their lane, or a lane's SFU; then signaling waits.
const COMMANDS: usize = 1024;
/// Events that wait for signaling; then the SFU keeps them.
const EVENTS: usize = 1024;
/// Rooms are spread over so many lanes.
const LANES: usize = 8;

/// Starts the translation. It ends when signaling has dropped its [`Media`]
/// and the SFU has stopped.
pub(crate) fn start(
    sfu: Arc<Sfu>,
    sfu_events: mpsc::Receiver<SfuEvent>,
    tasks: &TaskTracker,
) -> Media {
    let (commands, incoming) = mpsc::channel(COMMANDS);
    let (outgoing, events) = mpsc::channel(EVENTS);
    let lanes: Vec<_> = (0..LANES)
        .map(|_| {
            let (lane, queue) = mpsc::channel(COMMANDS);
            tasks.spawn(carry_out(Arc::clone(&sfu), queue));
            lane
        })
        .collect();
    tasks.spawn(distribute(incoming, lanes));
    tasks.spawn(tell(sfu_events, outgoing));
    Media { commands, events }
}

async fn distribute(
    mut commands: mpsc::Receiver<MediaCommand>,
    lanes: Vec<mpsc::Sender<MediaCommand>>,
) {
    let hasher = std::hash::RandomState::new();
    while let Some(command) = commands.recv().await {
        let lane = hasher.hash_one(room_of(&command)) as usize % lanes.len();
        if lanes[lane].send(command).await.is_err() {
            tracing::error!("media_link.lane_ended");
            return;
        }
    }
}

fn room_of(command: &MediaCommand) -> SessionId {
    match command {
        MediaCommand::Join { room, .. }
        | MediaCommand::Offer { room, .. }
        | MediaCommand::Assign { room, .. }
        | MediaCommand::View { room, .. }
        | MediaCommand::Mute { room, .. }
        | MediaCommand::Leave { room, .. }
        | MediaCommand::Close { room } => *room,
    }
}

async fn carry_out(sfu: Arc<Sfu>, mut commands: mpsc::Receiver<MediaCommand>) {
    while let Some(command) = commands.recv().await {
        match command {
            MediaCommand::Join { room, participant, offer, sources, reply } => {
                let outcome = sfu.join(room, participant, &offer, &sources).await;
                let joined = outcome.is_ok();
                if reply.send(answer(outcome)).is_err() && joined {
                    // Nobody waits any more, so nobody would end it.
                    sfu.leave(room, participant).await;
                }
            }
            MediaCommand::Offer { room, participant, offer, sources, reply } => {
                let outcome = sfu.renegotiate(room, participant, &offer, &sources).await;
                // A client that has gone meanwhile needs no answer.
                let _ = reply.send(answer(outcome));
            }
            MediaCommand::Assign { room, receiver, slots } => {
                let slots = slots.into_iter().map(|slot| (slot.mid, slot.from)).collect();
                sfu.assign(room, receiver, slots).await;
            }
            MediaCommand::View { room, receiver, mid, height, paused } => {
                sfu.view(room, receiver, mid, View { height, paused }).await;
            }
            MediaCommand::Mute { room, participant, source, muted } => {
                sfu.mute(room, participant, source, muted).await;
            }
            MediaCommand::Leave { room, participant } => sfu.leave(room, participant).await,
            MediaCommand::Close { room } => sfu.close(room).await,
        }
    }
}

fn answer(outcome: Result<lectern_sfu::Answer, JoinError>) -> Result<MediaAnswer, MediaError> {
    match outcome {
        Ok(answer) => {
            Ok(MediaAnswer { sdp: answer.sdp, sources: answer.sources, slots: answer.slots })
        }
        Err(JoinError::BadOffer(error)) => Err(MediaError::BadOffer(error.to_string())),
        Err(JoinError::Full) => Err(MediaError::Full),
        Err(JoinError::WrongState | JoinError::Unavailable) => Err(MediaError::Unavailable),
    }
}

async fn tell(mut events: mpsc::Receiver<SfuEvent>, signaling: mpsc::Sender<MediaEvent>) {
    while let Some(event) = events.recv().await {
        // Without signaling nobody is left to be told; the SFU's queue is
        // still emptied, so that it ends well.
        let _ = signaling.send(translate(event)).await;
    }
}

fn translate(event: SfuEvent) -> MediaEvent {
    match event {
        SfuEvent::Connected { room, participant } => MediaEvent::Connected { room, participant },
        SfuEvent::Disconnected { room, participant } => {
            MediaEvent::Disconnected { room, participant }
        }
        SfuEvent::Flowing { room, participant, source } => {
            MediaEvent::Flowing { room, participant, source }
        }
        SfuEvent::Speaking { room, participants } => MediaEvent::Speaking { room, participants },
        SfuEvent::Left { room, participant, counts } => {
            let counts = MediaCounts {
                audio_packets_in: counts.audio_packets_in,
                video_packets_in: counts.video_packets_in,
                packets_out: counts.packets_out,
                lost_in: counts.lost_in,
            };
            MediaEvent::Left { room, participant, counts }
        }
    }
}
