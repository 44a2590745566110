//! Who is let in, and what becomes of bad input: its documented error, and
//! nothing at all for those who are in a call.

use lectern_domain::{id::SessionId, room::Role};
use lectern_protocol::{ClientMessage, ErrorCode, ServerMessage, limits};
use lectern_signaling::Limits;
use serde_json::json;
use tokio_tungstenite::tungstenite::{Message, http::StatusCode};
use uuid::Uuid;

use super::{
    client::{Client, connect},
    server::{OFFER, Server, sign},
};

const SPEAKS: (&str, &str) = ("sec-websocket-protocol", "lectern.v1");

#[tokio::test]
async fn the_handshake_is_particular() {
    let server = Server::start().await;
    for (headers, code) in [
        (vec![], "subprotocol_required"),
        (vec![("sec-websocket-protocol", "lectern.v2")], "subprotocol_required"),
        (vec![SPEAKS, ("origin", "https://evil.example")], "origin_not_allowed"),
    ] {
        let (status, body) = connect(server.address, &headers).await.expect_err(code);
        let body: serde_json::Value = serde_json::from_str(&body).expect("a problem");
        assert_eq!((&body["code"], &body["status"]), (&json!(code), &json!(status.as_u16())));
    }
    for origin in ["https://school.example".to_owned(), format!("http://{}", server.address)] {
        connect(server.address, &[SPEAKS, ("origin", &origin)]).await.expect("allowed");
    }
}

#[tokio::test]
async fn connections_are_counted() {
    let limits = Limits { connections_per_address: 2, ..Limits::default() };
    let server = Server::start_with(limits).await;
    let _first = Client::open(server.address).await;
    let _second = Client::open(server.address).await;
    let (status, body) = connect(server.address, &[SPEAKS]).await.expect_err("one too many");
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{body}");

    let limits = Limits { connections_per_user: 1, ..Limits::default() };
    let server = Server::start_with(limits).await;
    let (_in, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    let join = |role| ClientMessage::Join {
        token: Server::token(role),
        offer: OFFER.into(),
        sources: None,
    };
    let mut second = Client::open(server.address).await;
    second.say(join(Role::Student)).await;
    assert_eq!(second.rejection().await, (ErrorCode::Full, 1013));
}

#[tokio::test]
async fn bad_first_messages_get_their_errors() {
    let server = Server::start().await;
    let (mut neighbour, _) = Client::join(server.address, &Server::token(Role::Teacher)).await;
    let grant = || Server::grant(Role::Student);
    let join = |token: &str, offer: &str| {
        json!({"type": "join", "token": token, "offer": offer}).to_string()
    };
    let with = |change: fn(&mut lectern_domain::room::RoomGrant)| {
        let mut grant = grant();
        change(&mut grant);
        join(&sign(&grant), OFFER)
    };
    let good = sign(&grant());
    let unsigned = format!(
        "eyJhbGciOiJub25lIn0.{}.",
        good.split('.').nth(1).expect("a token has three parts")
    );
    for (what, text, code) in [
        ("no JSON", "{".to_owned(), ErrorCode::BadMessage),
        ("no message", "[]".to_owned(), ErrorCode::BadMessage),
        ("deep", "[".repeat(100_000), ErrorCode::BadMessage),
        ("an unknown field", json!({"type": "leave", "x": 1}).to_string(), ErrorCode::BadMessage),
        ("another message", json!({"type": "leave"}).to_string(), ErrorCode::NotJoined),
        ("a megabyte", join(&good, &"a=x\r\n".repeat(200_000)), ErrorCode::TooLarge),
        ("nonsense", join(&good, "nonsense"), ErrorCode::BadOffer),
        ("no token", join("x", OFFER), ErrorCode::InvalidToken),
        ("unsigned", join(&unsigned, OFFER), ErrorCode::InvalidToken),
        ("expired", with(|grant| grant.exp = grant.iat - 6), ErrorCode::InvalidToken),
        ("another lease", with(|grant| grant.fence = 0), ErrorCode::TokenRevoked),
        ("a later lease", with(|grant| grant.fence = 2), ErrorCode::TokenRevoked),
        (
            "another lesson",
            with(|grant| grant.room = SessionId(Uuid::from_u128(9))),
            ErrorCode::TokenRevoked,
        ),
        (
            "no such resume",
            json!({"type": "resume", "resume": "0000000000000001.x", "seq": 1}).to_string(),
            ErrorCode::ResumeFailed,
        ),
    ] {
        let mut client = Client::open(server.address).await;
        client.say_text(&text).await;
        assert_eq!(client.rejection().await, (code, code.close_status()), "{what}");
        neighbour.chat(what).await;
    }
    let mut client = Client::open(server.address).await;
    client.send(Message::binary(vec![0; 100])).await;
    assert_eq!(client.rejection().await.0, ErrorCode::BadMessage);
    for (code, count) in [("invalid_token", 3.0), ("token_revoked", 3.0), ("bad_offer", 1.0)] {
        let line = format!("lectern_signaling_joins_total{{result=\"{code}\"}}");
        assert_eq!(server.metric(&line), Some(count), "{line}");
    }
}

#[tokio::test]
async fn bad_messages_in_a_call_are_refused_and_the_call_goes_on() {
    let server = Server::start().await;
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    for (text, code) in [
        ("{", ErrorCode::BadMessage),
        (r#"{"type":"fly"}"#, ErrorCode::BadMessage),
        (r#"{"type":"media","source":"screen","muted":false}"#, ErrorCode::NotFound),
        (r#"{"type":"view","slots":[{"mid":"99"}]}"#, ErrorCode::NotFound),
        (r#"{"type":"join","token":"x","offer":"x"}"#, ErrorCode::AlreadyJoined),
    ] {
        student.say_text(text).await;
        let ServerMessage::Error { code: found, fatal, .. } = student.next().await else {
            panic!("{text} is refused");
        };
        assert_eq!((found, fatal), (code, false), "{text}");
    }
    student.chat("still here").await;
}

#[tokio::test]
async fn a_flood_is_refused_and_then_ended() {
    let server = Server::start().await;
    let (mut neighbour, _) = Client::join(server.address, &Server::token(Role::Teacher)).await;
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    // Far more than the burst and the strikes, even if it takes a second.
    for _ in 0..3 * (limits::MESSAGE_BURST + limits::RATE_STRIKES) {
        student.say(ClientMessage::Hand { raised: true }).await;
    }
    assert_eq!(student.rejection().await, (ErrorCode::RateLimited, 1008));
    neighbour.chat("undisturbed").await;
}
