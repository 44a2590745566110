//! A lesson that goes well.

use lectern_domain::room::{Role, Source};
use lectern_protocol::{ClientMessage, CloseReason, ServerMessage, Slot, SlotView, SourceSection};
use lectern_signaling::media::MediaCommand;

use super::{
    client::Client,
    server::{OFFER, Server},
};

#[tokio::test]
async fn two_meet_write_and_part() {
    let server = Server::start().await;
    let (mut teacher, first) = Client::join(server.address, &Server::token(Role::Teacher)).await;
    assert_eq!(first.people, ["TEACHER"]);
    assert!(first.slots.iter().all(|slot| slot.participant.is_none()));
    teacher.chat("welcome").await;

    let (mut student, second) = Client::join(server.address, &Server::token(Role::Student)).await;
    assert_eq!(second.people, ["TEACHER", "STUDENT"]);
    assert_eq!(second.chat, ["text of welcome"]);
    let carried = |slot: &Slot| (slot.mid.to_string(), slot.participant, slot.source);
    let nobody = |mid: &str| (mid.to_owned(), None, None);
    let person = |mid: &str, source| (mid.to_owned(), Some(first.participant), Some(source));
    assert_eq!(
        second.slots.iter().map(carried).collect::<Vec<_>>(),
        [person("4", Source::Microphone), person("5", Source::Camera), nobody("6"), nobody("7")]
    );
    let came = teacher
        .until(|message| match message {
            ServerMessage::Participant { participant, present: true } => Some(participant.clone()),
            _ => None,
        })
        .await;
    assert_eq!((came.participant, came.role), (second.participant, Role::Student));

    server.connect_media(first.participant).await;
    server.connect_media(second.participant).await;
    server.until_stored("SELECT status FROM sessions", "in-progress").await;
    student.chat("thanks").await;
    teacher.read("thanks").await;

    student.say(ClientMessage::Leave {}).await;
    assert_eq!(student.closed().await, CloseReason::Left);
    teacher.say(ClientMessage::Leave {}).await;
    assert_eq!(teacher.closed().await, CloseReason::Left);
    server.until_stored("SELECT status FROM sessions", "completed").await;
    let written = "SELECT string_agg(user_id || ':' || client_id, ' ' ORDER BY id) \
                   FROM chat_messages";
    server.until_stored(written, "teacher:welcome student:thanks").await;
    let attended = "SELECT string_agg(concat_ws(' ', role, connected_at IS NOT NULL, left_reason, \
                    audio_packets_in), ', ' ORDER BY joined_at) FROM attendance";
    server.until_stored(attended, "teacher t left 50, student t left 50").await;
}

#[tokio::test]
async fn a_screen_is_shown_while_it_is_shared() {
    let mut server = Server::start().await;
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    let mut teacher = Client::open(server.address).await;
    let section = |mid: &str, source| SourceSection { mid: mid.parse().expect("mid"), source };
    let sources = vec![
        section("0", Source::Microphone),
        section("1", Source::Camera),
        section("2", Source::Screen),
        section("3", Source::ScreenAudio),
    ];
    let (token, offer) = (Server::token(Role::Teacher), OFFER.to_owned());
    teacher.say(ClientMessage::Join { token, offer, sources: Some(sources) }).await;
    student.until(|message| matches!(message, ServerMessage::Slots { .. }).then_some(())).await;

    for (muted, screen) in [(false, Some(Source::Screen)), (true, None)] {
        teacher.say(ClientMessage::Media { source: Source::Screen, muted }).await;
        let slots = student
            .until(|message| match message {
                ServerMessage::Slots { slots } => Some(slots.clone()),
                _ => None,
            })
            .await;
        let picture = slots.iter().find(|slot| slot.mid.as_str() == "7").expect("the second seat");
        assert_eq!(picture.source, screen);
    }

    let slots = vec![SlotView {
        mid: "5".parse().expect("mid"),
        participant: None,
        height: Some(180),
        paused: true,
    }];
    student.say(ClientMessage::View { slots }).await;
    loop {
        let command = server.told.recv().await.expect("the media plane is told");
        if let MediaCommand::View { mid, height, paused, .. } = command {
            assert_eq!((mid.as_str(), height, paused), ("5", Some(180), true));
            break;
        }
    }
}

#[tokio::test]
async fn a_dropped_client_resumes_where_it_was() {
    let server = Server::start().await;
    let (mut teacher, _) = Client::join(server.address, &Server::token(Role::Teacher)).await;
    let (student, joined) = Client::join(server.address, &Server::token(Role::Student)).await;
    drop(student);
    teacher.chat("one").await;
    teacher.chat("two").await;

    let mut student = Client::open(server.address).await;
    student.say(ClientMessage::Resume { resume: joined.resume.clone(), seq: 1 }).await;
    assert_eq!(student.next().await, ServerMessage::Resumed {});
    for (seq, id) in [(2, "one"), (3, "two")] {
        let numbered = student.next_numbered().await;
        let ServerMessage::Chat { message } = numbered.message else { panic!("{numbered:?}") };
        assert_eq!((numbered.seq, message.id.as_str()), (Some(seq), id));
    }

    // The token resumes again, and the older WebSocket gives way.
    let mut again = Client::open(server.address).await;
    again.say(ClientMessage::Resume { resume: joined.resume, seq: 3 }).await;
    assert_eq!(again.next().await, ServerMessage::Resumed {});
    again.say(ClientMessage::Ping { id: 7 }).await;
    assert_eq!(again.next().await, ServerMessage::Pong { id: 7 });
}

#[tokio::test]
async fn who_joins_again_replaces_themselves() {
    let server = Server::start().await;
    let token = Server::token(Role::Student);
    let (mut older, first) = Client::join(server.address, &token).await;
    let (_newer, second) = Client::join(server.address, &token).await;
    assert_eq!(older.closed().await, CloseReason::Replaced);
    assert_eq!(second.people, ["STUDENT"]);
    assert_ne!(first.participant, second.participant);
}

#[tokio::test]
async fn a_further_offer_is_answered() {
    let server = Server::start().await;
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    let offer = format!("{OFFER} video=8");
    student.say(ClientMessage::Offer { offer: offer.clone(), sources: None }).await;
    let ServerMessage::Answer { answer, slots } = student.next().await else { panic!("no answer") };
    assert_eq!((answer, slots.len()), (format!("answer to {offer}"), 5));

    student.say(ClientMessage::Offer { offer: "nonsense".into(), sources: None }).await;
    let refused = student.next().await;
    let ServerMessage::Error { code, fatal, .. } = refused else { panic!("{refused:?}") };
    assert_eq!((code.as_str(), fatal), ("bad_offer", false));
    student.chat("still here").await;
}
