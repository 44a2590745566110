//! The WebSocket of one participant.

use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use lectern_protocol::{ClientMessage, Numbered, SUBPROTOCOL, ServerMessage, limits::FRAME_BYTES};
use tokio::{net::TcpStream, sync::oneshot, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{
        Message,
        client::IntoClientRequest as _,
        http::{HeaderValue, header::SEC_WEBSOCKET_PROTOCOL},
        protocol::WebSocketConfig,
    },
};

/// How long the server may take for an answer, and for a farewell.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open WebSocket.
#[derive(Debug)]
pub(super) struct Signaling {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Signaling {
    /// Opens the WebSocket.
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        let mut request = url.into_client_request()?;
        let protocol = HeaderValue::from_static(SUBPROTOCOL);
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        // A roster of many is longer than an offer may be.
        let config = WebSocketConfig::default().max_message_size(Some(4 * FRAME_BYTES));
        let opening = connect_async_with_config(request, Some(config), true);
        let (socket, _) = timeout(PATIENCE, opening).await.context("the WebSocket hangs")??;
        Ok(Self { socket })
    }

    /// Sends the offer; the answer.
    pub(super) async fn join(&mut self, token: String, offer: String) -> anyhow::Result<String> {
        self.send(&ClientMessage::Join { token, offer, sources: None }).await?;
        loop {
            let message =
                timeout(PATIENCE, self.next()).await.context("the join is not answered")??;
            match message.context("the server closed the WebSocket")? {
                ServerMessage::Joined { answer, .. } => return Ok(answer),
                ServerMessage::Error { code, message, .. } => {
                    bail!("the join was refused: {}: {message}", code.as_str())
                }
                _ => {}
            }
        }
    }

    /// Reads on, so that pings are answered and nothing queues up at the
    /// server, until told to leave. An error is the server's: it ended first.
    pub(super) async fn stay(mut self, mut leave: oneshot::Receiver<()>) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                _ = &mut leave => break,
                message = self.next() => match message? {
                    Some(ServerMessage::Closed { reason }) => {
                        bail!("the server closed the room: {}", reason.as_str())
                    }
                    Some(_) => {}
                    None => bail!("the server closed the WebSocket"),
                },
            }
        }
        self.send(&ClientMessage::Leave {}).await?;
        // `closed` is the last message.
        let farewell = async { while !matches!(self.next().await, Ok(None) | Err(_)) {} };
        timeout(PATIENCE, farewell).await.context("the server does not close")
    }

    async fn send(&mut self, message: &ClientMessage) -> anyhow::Result<()> {
        Ok(self.socket.send(Message::text(serde_json::to_string(message)?)).await?)
    }

    /// The next message; `None` when the server has closed.
    async fn next(&mut self) -> anyhow::Result<Option<ServerMessage>> {
        while let Some(frame) = self.socket.next().await {
            match frame? {
                Message::Text(text) => {
                    let numbered: Numbered = serde_json::from_str(&text)
                        .context("the server's message is not one of the protocol")?;
                    return Ok(Some(numbered.message));
                }
                Message::Close(_) => return Ok(None),
                _ => {}
            }
        }
        Ok(None)
    }
}
