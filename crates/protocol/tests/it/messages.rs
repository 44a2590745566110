//! Every message as it stands on the wire. These files are the contract: in
//! `v1` they only gain fields and files.

use lectern_domain::room::{MediaKind, Role, Source};
use lectern_protocol::{
    ChatMessage, ClientMessage, CloseReason, ErrorCode, Numbered, RosterEntry, ServerMessage, Slot,
    SlotView, SourceSection, SourceState,
};

use crate::golden;

const ALICE: &str = "00000000000000a1";
const BOB: &str = "00000000000000b0";

#[test]
fn client_messages() {
    for (name, message) in [
        (
            "join",
            ClientMessage::Join {
                token: "eyJhbGciOiJIUzI1NiJ9.e30.c2ln".into(),
                offer: "v=0\r\n".into(),
                sources: None,
            },
        ),
        (
            "join-with-sources",
            ClientMessage::Join {
                token: "eyJhbGciOiJIUzI1NiJ9.e30.c2ln".into(),
                offer: "v=0\r\n".into(),
                sources: Some(vec![
                    section("0", Source::Microphone),
                    section("1", Source::Camera),
                    section("2", Source::Screen),
                    section("3", Source::ScreenAudio),
                ]),
            },
        ),
        ("resume", ClientMessage::Resume { resume: "00000000000000a1.5eed".into(), seq: 7 }),
        ("offer", ClientMessage::Offer { offer: "v=0\r\n".into(), sources: None }),
        ("media", ClientMessage::Media { source: Source::Screen, muted: false }),
        (
            "view",
            ClientMessage::View {
                slots: vec![
                    SlotView {
                        mid: "5".parse().expect("mid"),
                        participant: Some(BOB.parse().expect("participant")),
                        height: Some(720),
                        paused: false,
                    },
                    SlotView {
                        mid: "7".parse().expect("mid"),
                        participant: None,
                        height: None,
                        paused: true,
                    },
                ],
            },
        ),
        ("chat", ClientMessage::Chat { id: "c-1".into(), text: "Olá 👋".into() }),
        ("hand", ClientMessage::Hand { raised: true }),
        ("leave", ClientMessage::Leave {}),
        ("ping", ClientMessage::Ping { id: 42 }),
    ] {
        let text = serde_json::to_string_pretty(&message).expect("a message is JSON") + "\n";
        golden::check(&format!("tests/goldens/client/{name}.json"), &text);
        assert_eq!(ClientMessage::parse(&text), Ok(message), "{name}");
    }
}

#[test]
fn server_messages() {
    for (name, seq, message) in [
        (
            "joined",
            Some(1),
            ServerMessage::Joined {
                participant: ALICE.parse().expect("participant"),
                answer: "v=0\r\n".into(),
                roster: vec![alice(), bob()],
                slots: vec![
                    Slot {
                        mid: "4".parse().expect("mid"),
                        participant: Some(BOB.parse().expect("participant")),
                        source: Some(Source::Microphone),
                        epoch: 1,
                    },
                    Slot {
                        mid: "6".parse().expect("mid"),
                        participant: None,
                        source: None,
                        epoch: 0,
                    },
                ],
                resume: "00000000000000a1.5eed".into(),
                chat: vec![chat()],
                ends_at: "2027-03-14T10:00:00Z".into(),
            },
        ),
        ("resumed", None, ServerMessage::Resumed {}),
        ("answer", Some(2), ServerMessage::Answer { answer: "v=0\r\n".into(), slots: vec![] }),
        ("participant", Some(3), ServerMessage::Participant { participant: bob(), present: false }),
        (
            "slots",
            Some(4),
            ServerMessage::Slots {
                slots: vec![Slot {
                    mid: "4".parse().expect("mid"),
                    participant: None,
                    source: None,
                    epoch: 2,
                }],
            },
        ),
        ("chat", Some(5), ServerMessage::Chat { message: chat() }),
        (
            "speaking",
            Some(6),
            ServerMessage::Speaking { participants: vec![BOB.parse().expect("participant")] },
        ),
        ("ending", Some(7), ServerMessage::Ending { closes_at: "2027-03-14T10:15:00Z".into() }),
        ("closed", Some(8), ServerMessage::Closed { reason: CloseReason::Ended }),
        (
            "error",
            None,
            ServerMessage::Error {
                code: ErrorCode::BadMessage,
                message: "line 1, column 5: not a message of this protocol".into(),
                fatal: false,
            },
        ),
        ("pong", None, ServerMessage::Pong { id: 42 }),
    ] {
        let text = message.to_text(seq);
        let numbered: Numbered = serde_json::from_str(&text).expect("a frame reads back");
        assert_eq!(numbered, Numbered { seq, message }, "{name}");
        let pretty = serde_json::to_string_pretty(&numbered).expect("a message is JSON") + "\n";
        golden::check(&format!("tests/goldens/server/{name}.json"), &pretty);
    }
}

fn section(mid: &str, source: Source) -> SourceSection {
    SourceSection { mid: mid.parse().expect("mid"), source }
}

fn alice() -> RosterEntry {
    RosterEntry {
        participant: ALICE.parse().expect("participant"),
        user: "alice".parse().expect("user"),
        name: "Alice".into(),
        role: Role::Student,
        sources: vec![],
        hand: true,
    }
}

fn bob() -> RosterEntry {
    RosterEntry {
        participant: BOB.parse().expect("participant"),
        user: "auth0|42".parse().expect("user"),
        name: "Bob".into(),
        role: Role::Teacher,
        sources: vec![
            SourceState { source: Source::Microphone, kind: MediaKind::Audio, muted: false },
            SourceState { source: Source::Screen, kind: MediaKind::Video, muted: true },
        ],
        hand: false,
    }
}

fn chat() -> ChatMessage {
    ChatMessage {
        id: "c-1".into(),
        user: "auth0|42".parse().expect("user"),
        name: "Bob".into(),
        text: "Olá 👋".into(),
        sent_at: "2027-03-14T09:30:00.123Z".into(),
    }
}
