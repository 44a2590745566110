//! Joining, leaving and what is told of it, over UDP.

use lectern_domain::{
    id::{ParticipantId, SessionId},
    room::{MediaKind, Source},
};
use lectern_sfu::{
    Advertised, Answer, Config, JoinError, Sfu, SfuEvent, StartError,
    limits::{DriverLimits, Limits},
};
use prometheus::Registry;
use tokio::{sync::mpsc, time::timeout};

use crate::support::{
    client::Received,
    participant::{PATIENCE, Participant},
};

pub(crate) fn room(number: u8) -> SessionId {
    SessionId(format!("00000000-0000-7000-8000-0000000000{number:02}").parse().unwrap_or_default())
}

pub(crate) fn config() -> Config {
    Config {
        listen: ([127, 0, 0, 1], 0).into(),
        workers: 1,
        advertise: Vec::new(),
        limits: Limits::default(),
    }
}

pub(crate) fn start(config: Config) -> (Sfu, mpsc::Receiver<SfuEvent>) {
    Sfu::start(config, &Registry::new()).unwrap()
}

pub(crate) async fn next(events: &mut mpsc::Receiver<SfuEvent>) -> SfuEvent {
    timeout(PATIENCE, events.recv()).await.expect("an event comes").expect("the SFU lives")
}

/// Joins and connects; takes the event that says so.
pub(crate) async fn join(
    sfu: &Sfu,
    events: &mut mpsc::Receiver<SfuEvent>,
    room: SessionId,
    number: u32,
) -> (Participant, ParticipantId, Answer) {
    let mut participant = Participant::new(number).await;
    let id = ParticipantId(u64::from(number));
    let answer = sfu.join(room, id, &participant.offer(), &[]).await.unwrap();
    participant.accept(&answer);
    participant.connect().await;
    assert_eq!(next(events).await, SfuEvent::Connected { room, participant: id });
    (participant, id, answer)
}

#[tokio::test]
async fn a_participant_joins_and_leaves() {
    let (sfu, mut events) = start(config());
    let (mut participant, id, answer) = join(&sfu, &mut events, room(1), 1).await;
    assert_eq!(answer.sources, [Source::Microphone, Source::Camera]);
    let slots: Vec<(&str, MediaKind)> =
        answer.slots.iter().map(|(mid, kind)| (mid.as_str(), *kind)).collect();
    assert_eq!(slots, [("2", MediaKind::Audio), ("3", MediaKind::Video)]);

    let again = sfu.join(room(1), id, &participant.offer(), &[]).await;
    assert_eq!(again, Err(JoinError::WrongState));

    sfu.leave(room(1), id).await;
    participant.wait_for(|received| *received == Received::Closed).await;
    let left = next(&mut events).await;
    assert!(matches!(left, SfuEvent::Left { participant, .. } if participant == id));
    assert_eq!(
        sfu.renegotiate(room(1), id, &participant.offer(), &[]).await,
        Err(JoinError::WrongState)
    );
    sfu.stop().await;
}

#[tokio::test]
async fn a_client_that_closes_is_told_of_and_may_be_left() {
    let (sfu, mut events) = start(config());
    let (mut participant, id, _) = join(&sfu, &mut events, room(1), 1).await;
    participant.client.close(crate::support::participant::now());
    participant.flush().await;
    let gone = SfuEvent::Disconnected { room: room(1), participant: id };
    assert_eq!(next(&mut events).await, gone);
    sfu.leave(room(1), id).await;
    assert!(matches!(next(&mut events).await, SfuEvent::Left { .. }));
}

#[tokio::test]
async fn closing_a_room_ends_it_and_no_other() {
    let (sfu, mut events) = start(config());
    let (mut first, ..) = join(&sfu, &mut events, room(1), 1).await;
    let (mut second, ..) = join(&sfu, &mut events, room(1), 2).await;
    let (mut other, other_id, _) = join(&sfu, &mut events, room(2), 3).await;
    sfu.close(room(1)).await;
    first.wait_for(|received| *received == Received::Closed).await;
    second.wait_for(|received| *received == Received::Closed).await;
    for _ in 0..2 {
        let left = next(&mut events).await;
        assert!(matches!(left, SfuEvent::Left { room: of, .. } if of == room(1)));
    }
    other.check().await;
    sfu.leave(room(2), other_id).await;
    assert!(matches!(next(&mut events).await, SfuEvent::Left { .. }));
}

#[tokio::test]
async fn stopping_says_goodbye_and_ends_the_events() {
    let (sfu, mut events) = start(config());
    let (mut participant, ..) = join(&sfu, &mut events, room(1), 1).await;
    sfu.stop().await;
    participant.wait_for(|received| *received == Received::Closed).await;
    assert!(matches!(next(&mut events).await, SfuEvent::Left { .. }));
    assert_eq!(timeout(PATIENCE, events.recv()).await, Ok(None));
    let late = sfu.join(room(1), ParticipantId(2), &participant.offer(), &[]).await;
    assert_eq!(late, Err(JoinError::Unavailable));
}

#[tokio::test]
async fn an_ice_restart_moves_a_call_to_a_new_socket() {
    let (sfu, mut events) = start(config());
    let (mut participant, id, first) = join(&sfu, &mut events, room(1), 1).await;
    participant.client.ufrag = "restarted".to_owned();
    let offer = participant.offer();
    let second = sfu.renegotiate(room(1), id, &offer, &[]).await.unwrap();
    assert_ne!(first.sdp, second.sdp);
    participant.accept(&second);
    participant.socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    participant.check().await;
    sfu.leave(room(1), id).await;
    participant.wait_for(|received| *received == Received::Closed).await;
}

#[tokio::test]
async fn rooms_are_spread_over_workers_and_stay_on_one() {
    let (sfu, mut events) = start(Config { workers: 2, ..config() });
    let mut ports = Vec::new();
    for (of, number) in [(1, 1), (2, 2), (1, 3), (2, 4)] {
        let (participant, ..) = join(&sfu, &mut events, room(of), number).await;
        ports.push(participant.server.port());
    }
    assert_ne!(ports[0], ports[1]);
    assert_eq!(ports[0], ports[2]);
    assert_eq!(ports[1], ports[3]);
}

#[tokio::test]
async fn a_full_worker_refuses_and_keeps_those_it_has() {
    let driver = DriverLimits { participants: 1, ..DriverLimits::default() };
    let limits = Limits { driver, ..Limits::default() };
    let (sfu, mut events) = start(Config { limits, ..config() });
    let (mut first, id, _) = join(&sfu, &mut events, room(1), 1).await;
    let second = Participant::new(2).await;
    let refused = sfu.join(room(1), ParticipantId(2), &second.offer(), &[]).await;
    assert_eq!(refused, Err(JoinError::Full));
    first.check().await;
    sfu.leave(room(1), id).await;
    assert!(matches!(next(&mut events).await, SfuEvent::Left { .. }));
    sfu.join(room(1), ParticipantId(2), &second.offer(), &[]).await.unwrap();
}

#[tokio::test]
async fn an_offer_that_is_refused_leaves_no_trace() {
    let (sfu, mut events) = start(config());
    let id = ParticipantId(1);
    for offer in ["", "v=0\r\n", &"m=audio 9 X 1\r\n".repeat(10_000), &"x".repeat(1 << 20)] {
        let refused = sfu.join(room(1), id, offer, &[]).await;
        assert!(matches!(refused, Err(JoinError::BadOffer(_))), "{refused:?}");
    }
    join(&sfu, &mut events, room(1), 1).await;
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let refused = Sfu::start(Config { workers: 0, ..config() }, &Registry::new());
    assert!(matches!(refused, Err(StartError::NoWorkers)));
    let (sfu, _events) = start(config());
    let taken = Config { listen: sfu.addresses()[0], ..config() };
    let refused = Sfu::start(taken, &Registry::new());
    assert!(matches!(refused, Err(StartError::Listen { .. })));
    let advertise = vec!["192.0.2.1".parse::<Advertised>().unwrap()];
    let (sfu, _events) = start(Config { advertise, ..config() });
    let participant = Participant::new(1).await;
    let answer = sfu.join(room(1), ParticipantId(1), &participant.offer(), &[]).await.unwrap();
    let port = sfu.addresses()[0].port();
    assert!(answer.sdp.contains(&format!(" 192.0.2.1 {port} typ host")));
}
