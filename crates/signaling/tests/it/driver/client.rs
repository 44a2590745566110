//! A client of the protocol, without media.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use lectern_domain::id::ParticipantId;
use lectern_protocol::{ClientMessage, CloseReason, ErrorCode, Numbered, ServerMessage, Slot};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest as _,
        http::{HeaderValue, StatusCode},
    },
};

use super::server::OFFER;

/// One WebSocket.
#[derive(Debug)]
pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    seq: u64,
}

/// What a client learned as it joined.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) participant: ParticipantId,
    pub(crate) slots: Vec<Slot>,
    pub(crate) resume: String,
    pub(crate) chat: Vec<String>,
    pub(crate) people: Vec<String>,
}

/// Opens a WebSocket with the headers given, or says why not.
pub(crate) async fn connect(
    address: SocketAddr,
    headers: &[(&'static str, &str)],
) -> Result<Client, (StatusCode, String)> {
    let url = format!("ws://{address}/signal");
    let mut request = url.into_client_request().expect("the URL is one");
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).expect("the header is one");
        request.headers_mut().insert(*name, value);
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(Client { socket, seq: 0 }),
        Err(Error::Http(response)) => {
            let body = response.body().clone().unwrap_or_default();
            Err((response.status(), String::from_utf8(body).expect("the answer is a text")))
        }
        Err(error) => panic!("no answer of HTTP: {error}"),
    }
}

impl Client {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let headers = [("sec-websocket-protocol", "lectern.v1")];
        connect(address, &headers).await.expect("the handshake is accepted")
    }

    /// Opens a WebSocket and joins.
    pub(crate) async fn join(address: SocketAddr, token: &str) -> (Self, Joined) {
        let mut client = Self::open(address).await;
        let (token, offer) = (token.to_owned(), OFFER.to_owned());
        client.say(ClientMessage::Join { token, offer, sources: None }).await;
        match client.next().await {
            ServerMessage::Joined { participant, slots, resume, chat, roster, .. } => {
                let chat = chat.into_iter().map(|message| message.text).collect();
                let people = roster.into_iter().map(|entry| entry.name).collect();
                (client, Joined { participant, slots, resume, chat, people })
            }
            other => panic!("instead of `joined`: {other:?}"),
        }
    }

    pub(crate) async fn say(&mut self, message: ClientMessage) {
        self.say_text(&serde_json::to_string(&message).expect("a message is JSON")).await;
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        self.send(Message::text(text)).await;
    }

    /// Sends a frame. A server that has closed already is no failure here: what
    /// it said can still be read.
    pub(crate) async fn send(&mut self, message: Message) {
        let _ = self.socket.send(message).await;
    }

    /// The next message, whose number must follow.
    pub(crate) async fn next(&mut self) -> ServerMessage {
        let Numbered { seq, message } = self.next_numbered().await;
        if let Some(seq) = seq {
            assert_eq!(seq, self.seq + 1, "{message:?}");
            self.seq = seq;
        }
        message
    }

    pub(crate) async fn next_numbered(&mut self) -> Numbered {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text).expect("the server speaks the protocol");
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("instead of a message: {other:?}"),
            }
        }
    }

    /// Skips messages up to the first of which `pick` makes something.
    pub(crate) async fn until<T>(&mut self, pick: impl Fn(&ServerMessage) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(&self.next().await) {
                return found;
            }
        }
    }

    /// The fatal error and the status code that end the connection.
    pub(crate) async fn rejection(&mut self) -> (ErrorCode, u16) {
        let code = self
            .until(|message| match message {
                ServerMessage::Error { code, fatal: true, .. } => Some(*code),
                _ => None,
            })
            .await;
        (code, self.close_status().await)
    }

    /// The reason of `closed`, after which the connection must end.
    pub(crate) async fn closed(&mut self) -> CloseReason {
        let reason = self
            .until(|message| match message {
                ServerMessage::Closed { reason } => Some(*reason),
                _ => None,
            })
            .await;
        assert_eq!(self.close_status().await, reason.close_status());
        reason
    }

    async fn close_status(&mut self) -> u16 {
        match self.socket.next().await {
            Some(Ok(Message::Close(Some(frame)))) => frame.code.into(),
            other => panic!("instead of a close frame: {other:?}"),
        }
    }

    /// Writes in the chat and waits until it is there.
    pub(crate) async fn chat(&mut self, id: &str) {
        self.say(ClientMessage::Chat { id: id.into(), text: format!("text of {id}") }).await;
        self.read(id).await;
    }

    /// Waits for a chat message.
    pub(crate) async fn read(&mut self, id: &str) {
        self.until(|message| match message {
            ServerMessage::Chat { message } if message.id == id => Some(()),
            _ => None,
        })
        .await;
    }
}
