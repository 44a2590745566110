//! What is wrong with a join: its token, its offer, and the handshake after it.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use lectern_domain::{id::SessionId, room::RoomGrant};
use lectern_loadtest::{
    client::Ticket,
    peer::{Credentials, Event, Identity, Peer, TransportSetup},
    sdp::{answer::Answer, offer::Offer},
    swarm::{Swarm, bind},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    ROOM_KEY,
    call::now,
    datagrams::metric,
    frames::{Client, refused},
};
use crate::support::Server;

/// How long a handshake may take to fail.
const PATIENCE: Duration = Duration::from_secs(30);

/// Of no certificate in particular.
pub(crate) const FINGERPRINT: &str = "AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB";

/// The offer of somebody who only watches.
pub(crate) const fn offer(fingerprint: &str) -> Offer<'_> {
    Offer {
        session: 1,
        ufrag: "mallory",
        password: "ThePasswordOf22Letters00",
        fingerprint,
        cname: "mallory",
        audio_ssrc: 1001,
        video_ssrcs: (1002, 1003),
        sends: false,
        seats: 1,
    }
}

pub(crate) fn join(token: &str, offer: &str) -> Value {
    json!({"type": "join", "token": token, "offer": offer})
}

pub(super) async fn bad_tokens(ticket: &Ticket) {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[RoomGrant::AUDIENCE]);
    let key = DecodingKey::from_secret(ROOM_KEY.as_bytes());
    let grant = decode::<RoomGrant>(&ticket.token, &key, &validation).expect("ours").claims;
    let signed = |grant: RoomGrant| {
        let key = EncodingKey::from_secret(ROOM_KEY.as_bytes());
        encode(&Header::default(), &grant, &key).expect("a token")
    };
    let claims = ticket.token.split('.').nth(1).expect("a token has three parts");
    // {"alg":"none"} in base64url.
    let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
    let expired = RoomGrant { iat: grant.iat - 900, exp: grant.iat - 600, ..grant.clone() };
    let nowhere = RoomGrant { room: SessionId(Uuid::from_u128(7)), ..grant.clone() };
    let outdated = RoomGrant { fence: grant.fence - 1, ..grant };
    for (token, code) in [
        (unsigned, "invalid_token"),
        (signed(expired), "invalid_token"),
        (signed(nowhere), "token_revoked"),
        (signed(outdated), "token_revoked"),
        ("x".repeat(4_096), "invalid_token"),
    ] {
        let message = join(&token, &offer(FINGERPRINT).to_sdp()).to_string();
        refused(&ticket.url, message, code, 1008).await;
    }
}

pub(super) async fn bad_offers(ticket: &Ticket) {
    let good = offer(FINGERPRINT).to_sdp();
    let huge = format!("{good}a=x:{}\r\n", "x".repeat(1 << 20));
    refused(&ticket.url, join(&ticket.token, &huge).to_string(), "too_large", 1009).await;
    let sections = format!("{good}{}", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(10_000));
    let sha1 = good.replace("fingerprint:sha-256", "fingerprint:sha-1");
    let passive = good.replace("setup:actpass", "setup:passive");
    for offer in [&sections, &sha1, &passive, "v=0", &"\r\n".repeat(10_000)] {
        refused(&ticket.url, join(&ticket.token, offer).to_string(), "bad_offer", 1008).await;
    }
}

/// Announces one certificate and shows another: the handshake fails, and
/// nobody is connected.
pub(super) async fn another_certificate(server: &Server, ticket: &Ticket) {
    let announced = Identity::generate().expect("a certificate");
    let shown = Identity::generate().expect("a certificate");
    let offer = offer(announced.fingerprint());
    let mut client = Client::open(&ticket.url).await;
    client.say(&join(&ticket.token, &offer.to_sdp())).await;
    let joined = client.next_of("joined").await;
    let answer = Answer::read(joined["answer"].as_str().expect("a text")).expect("an answer");
    let socket = bind(answer.address).expect("a socket");
    socket.connect(answer.address).expect("it is this machine");
    let setup = answer.media(&offer);
    let transport = TransportSetup::Negotiated {
        credentials: Credentials {
            local_ufrag: offer.ufrag.to_owned(),
            remote_ufrag: answer.ufrag,
            remote_password: answer.password,
        },
        fingerprint: answer.fingerprint,
        tie_breaker: 1,
    };
    let peer = Peer::new(now(), shown, transport, setup).expect("a participant");
    let mut swarm = Swarm::start(now()).expect("a thread");
    let (_, mut events) = swarm.add(socket, peer).expect("the thread is there");

    let mut counted = 0;
    for _ in 0..PATIENCE.as_secs() * 20 {
        let name = "lectern_sfu_handshakes_total{result=\"wrong_fingerprint\"";
        counted = metric(server, name).await;
        if counted > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(counted, 1, "the handshake did not fail as it should");
    drop(swarm);
    while let Ok((_, event)) = events.try_recv() {
        assert_ne!(event, Event::Connected);
    }
    client.say(&json!({"type": "leave"})).await;
    assert_eq!(client.next_of("closed").await["reason"], "left");
}
