//! What is wrong with single frames.

use futures_util::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use lectern_loadtest::client::Ticket;
use lectern_protocol::SUBPROTOCOL;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

use super::joins::{FINGERPRINT, offer};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A WebSocket of somebody who says what they like.
pub(crate) struct Client {
    sink: SplitSink<Socket, Message>,
    stream: SplitStream<Socket>,
}

/// What the server says.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    Message(Value),
    /// A close frame with its status, or the end of the connection.
    Close(Option<u16>),
}

impl Client {
    pub(crate) async fn open(url: &str) -> Self {
        let mut request = url.into_client_request().expect("a URL");
        let protocol = HeaderValue::from_static(SUBPROTOCOL);
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (socket, _) = connect_async(request).await.expect("a WebSocket");
        let (sink, stream) = socket.split();
        Self { sink, stream }
    }

    /// Sends a frame and takes what the server says next. It may say it before
    /// it has taken all of the frame, and never take the rest.
    pub(super) async fn ask(&mut self, frame: impl Into<Message>) -> Said {
        let Self { sink, stream } = self;
        let (_, said) = tokio::join!(sink.send(frame.into()), next(stream));
        said
    }

    pub(crate) async fn say(&mut self, frame: &Value) {
        self.sink.send(Message::text(frame.to_string())).await.expect("the server reads");
    }

    pub(crate) async fn next(&mut self) -> Said {
        next(&mut self.stream).await
    }

    /// The next message of a type; others are of no interest.
    pub(crate) async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            match self.next().await {
                Said::Message(message) if message["type"] == kind => return message,
                Said::Message(message) if message["type"] == "error" => panic!("{message}"),
                Said::Message(_) => {}
                Said::Close(status) => panic!("closed with {status:?} before {kind}"),
            }
        }
    }
}

async fn next(stream: &mut SplitStream<Socket>) -> Said {
    loop {
        match stream.next().await {
            Some(Ok(Message::Text(text))) => {
                return Said::Message(serde_json::from_str(&text).expect("JSON"));
            }
            Some(Ok(Message::Close(frame))) => {
                return Said::Close(frame.map(|frame| frame.code.into()));
            }
            Some(Ok(_)) => {}
            None | Some(Err(_)) => return Said::Close(None),
        }
    }
}

/// Sends a first frame that must be refused with this code and status.
pub(crate) async fn refused(url: &str, frame: impl Into<Message>, code: &str, status: u16) {
    let mut client = Client::open(url).await;
    match client.ask(frame).await {
        Said::Message(message) => {
            let said = (&message["type"], &message["code"], &message["fatal"]);
            assert_eq!(said, (&json!("error"), &json!(code), &json!(true)), "{message}");
        }
        other => panic!("instead of {code}: {other:?}"),
    }
    assert_eq!(client.next().await, Said::Close(Some(status)), "{code}");
}

/// First frames that are no messages.
pub(super) async fn none_joins(url: &str) {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let texts = [
        "",
        "{",
        "nonsense",
        "\u{0}",
        "null",
        "[]",
        r#"{"type":"join"}"#,
        r#"{"type":"join","token":7,"offer":"v=0"}"#,
        r#"{"type":"join","token":"a","token":"b","offer":"v=0"}"#,
        r#"{"type":"join","token":"a","offer":"v=0","admin":true}"#,
        r#"{"type":"joined"}"#,
        &deep,
    ];
    for text in texts {
        refused(url, text, "bad_message", 1008).await;
    }
    refused(url, vec![0; 1000], "bad_message", 1008).await;
    refused(url, r#"{"type":"leave"}"#, "not_joined", 1008).await;
    let resume = json!({"type": "resume", "resume": "of nobody", "seq": 1});
    refused(url, resume.to_string(), "resume_failed", 1008).await;
}

/// Whoever is in the room is told what was wrong, and stays; after the end
/// nothing is answered any more.
pub(super) async fn joined_and_rude(ticket: &Ticket) {
    let mut client = Client::open(&ticket.url).await;
    let join = json!({"type": "join", "token": ticket.token, "offer": offer(FINGERPRINT).to_sdp()});
    client.say(&join).await;
    client.next_of("joined").await;
    let view = json!({"type": "view", "slots": [{"mid": "nowhere"}]});
    let mute = json!({"type": "media", "source": "camera", "muted": false});
    for (frame, codes) in [
        (json!(7), ["bad_message", "bad_message"]),
        (json!({"type": "chat", "id": "1", "text": "\u{7}"}), ["bad_message", "bad_message"]),
        (join, ["already_joined", "already_joined"]),
        (view, ["not_found", "not_found"]),
        (mute, ["forbidden", "not_found"]),
    ] {
        client.say(&frame).await;
        let error = client.next_of("error").await;
        let code = error["code"].as_str().unwrap_or_default();
        assert!(codes.contains(&code), "{error} after {frame}");
        assert_eq!(error["fatal"], false, "{error}");
    }
    client.say(&json!({"type": "leave"})).await;
    for id in 0..20 {
        client.say(&json!({"type": "ping", "id": id})).await;
    }
    let closed = client.next_of("closed").await;
    assert_eq!(closed["reason"], "left");
    assert_eq!(client.next().await, Said::Close(Some(1000)));
    assert_eq!(client.next().await, Said::Close(None));
}

/// Frames behind a close frame, which a library would not send: the answer is
/// the close frame alone, and the end.
pub(super) async fn after_the_close(api: &str) {
    let host = api.strip_prefix("http://").expect("a URL");
    let mut socket = TcpStream::connect(host).await.expect("the server listens");
    let request = format!(
        "GET /signal HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
         Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.expect("the server reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.expect("the server answers"));
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    // Masked with zeros: a close frame, then text frames and one of no kind.
    let mut frames = vec![0x88, 0x80, 0, 0, 0, 0];
    for kind in [0x81, 0x81, 0x83] {
        frames.extend_from_slice(&[kind, 0x82, 0, 0, 0, 0, b'{', b'}']);
    }
    socket.write_all(&frames).await.expect("the server reads");
    let mut rest = Vec::new();
    // A reset is an end as well.
    let _ = socket.read_to_end(&mut rest).await;
    assert!(matches!(rest[..], [] | [0x88, 0] | [0x88, 2, _, _]), "{rest:x?}");
}
