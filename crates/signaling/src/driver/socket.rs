//! One WebSocket, from its first message to its end.

use std::{
    pin::pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use lectern_protocol::{ClientMessage, CloseReason, ErrorCode, ServerMessage, limits as bounds};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval_at, sleep, timeout, timeout_at},
};

use super::{
    Shared,
    admission::{Admission, admit},
    doors::Pass,
    hub_task::Input,
    queue::{ClientQueue, Frame, TooSlow},
    rate::{Rate, Verdict},
};
use crate::{hub::ConnectionId, limits};

/// Serves a WebSocket until its end, and tells the hub of it.
pub(super) async fn serve(shared: Arc<Shared>, pass: Pass, socket: WebSocket) {
    shared.metrics.connections.inc();
    let id = ConnectionId(shared.next_connection.fetch_add(1, Ordering::Relaxed));
    let (sink, stream) = socket.split();
    let (queue, frames) = ClientQueue::new();
    let rate = Rate::new(shared.clocks.now().instant);
    let mut reader =
        Reader { shared: &shared, id, stream, queue: queue.clone(), pass, rate, known: false };

    {
        let mut write = pin!(write(&shared, sink, frames));
        let end = tokio::select! {
            end = reader.run() => Some(end),
            () = &mut write => None,
            () = queue.dropped() => Some(End::Gone),
        };
        match end {
            Some(End::Gone) => {}
            Some(End::Refused { code }) => {
                // The farewell may wait behind other messages, but not long.
                let _ = timeout(limits::CLOSE_TIMEOUT, write).await;
                reader.linger(code).await;
            }
            None => reader.linger(ErrorCode::NotJoined).await,
        }
    }
    if reader.known {
        // A hub that is gone has no connections.
        let _ = shared.inputs.send(Input::Gone { connection: id }).await;
    }
    shared.metrics.connections.dec();
}

/// Why nothing more is read.
enum End {
    /// The client is gone.
    Gone,
    /// The client was told that it has to go.
    Refused { code: ErrorCode },
}

/// The reading half.
struct Reader<'a> {
    shared: &'a Arc<Shared>,
    id: ConnectionId,
    stream: SplitStream<WebSocket>,
    queue: ClientQueue,
    pass: Pass,
    rate: Rate,
    /// Whether the hub knows of the connection.
    known: bool,
}

impl Reader<'_> {
    async fn run(&mut self) -> End {
        let first = Instant::from_std(self.shared.clocks.now().instant)
            + Duration::from_secs(bounds::FIRST_MESSAGE_SECONDS);
        loop {
            let text = if self.known {
                let idle = Duration::from_secs(bounds::IDLE_SECONDS);
                timeout(idle, self.next()).await.unwrap_or(Next::End(End::Gone))
            } else {
                self.next_before(first).await
            };
            let text = match text {
                Next::Text(text) => text,
                Next::Signal => continue,
                Next::End(end) => return end,
            };
            if let Err(end) = self.take(&text).await {
                return end;
            }
        }
    }

    /// What comes before the deadline of the first message.
    async fn next_before(&mut self, deadline: Instant) -> Next {
        let stopping = self.shared.shutdown.clone();
        tokio::select! {
            next = timeout_at(deadline, self.next()) => match next {
                Ok(next) => next,
                Err(_) => Next::End(self.refuse(ErrorCode::NotJoined, "nobody joined in time")),
            },
            () = stopping.cancelled() => {
                Next::End(self.refuse(ErrorCode::Unavailable, "the node stops"))
            }
        }
    }

    async fn next(&mut self) -> Next {
        let message = match self.stream.next().await {
            None => return Next::End(End::Gone),
            Some(Ok(message)) => message,
            Some(Err(error)) if is_too_large(&error) => {
                return Next::End(self.refuse(ErrorCode::TooLarge, "a frame has at most 512 kB"));
            }
            Some(Err(_)) => return Next::End(End::Gone),
        };
        let bytes = match &message {
            Message::Text(text) => text.len(),
            Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
            Message::Close(_) => return Next::Signal,
        };
        match self.rate.judge(self.shared.clocks.now().instant, bytes) {
            Verdict::Take => {}
            Verdict::Refuse => return self.complain(ErrorCode::RateLimited, "too many messages"),
            Verdict::End => {
                return Next::End(self.refuse(ErrorCode::RateLimited, "too many messages"));
            }
        }
        match message {
            Message::Text(text) => Next::Text(text.as_str().to_owned()),
            Message::Binary(_) => self.complain(ErrorCode::BadMessage, "messages are text frames"),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => Next::Signal,
        }
    }

    /// Takes one text frame.
    async fn take(&mut self, text: &str) -> Result<(), End> {
        let message = match ClientMessage::parse(text) {
            Ok(message) => message,
            Err(error) => {
                return match self.complain(error.code(), &error.to_string()) {
                    Next::End(end) => Err(end),
                    Next::Text(_) | Next::Signal => Ok(()),
                };
            }
        };
        self.shared.metrics.received(&message);
        let connection = self.id;
        let input = if self.known {
            Input::Message { connection, message }
        } else {
            let admission = Admission { shared: self.shared, connection, queue: &self.queue };
            match admit(admission, &mut self.pass, message).await {
                Ok(input) => input,
                Err((code, text)) => return Err(self.refuse(code, &text)),
            }
        };
        self.known = true;
        self.shared
            .inputs
            .send(input)
            .await
            .map_err(|_| self.refuse(ErrorCode::Unavailable, "the node stops"))
    }

    /// Says that something was not done. Before the client has joined, that is
    /// the end.
    fn complain(&self, code: ErrorCode, text: &str) -> Next {
        if !self.known {
            return Next::End(self.refuse(code, text));
        }
        match self.error(code, text, false) {
            Ok(()) => Next::Signal,
            Err(TooSlow) => Next::End(End::Gone),
        }
    }

    /// Says why the connection ends, and ends it.
    fn refuse(&self, code: ErrorCode, text: &str) -> End {
        let told = self
            .error(code, text, true)
            .and_then(|()| self.queue.push(Frame::Close(code.close_status())));
        match told {
            Ok(()) => End::Refused { code },
            Err(TooSlow) => End::Gone,
        }
    }

    fn error(&self, code: ErrorCode, text: &str, fatal: bool) -> Result<(), TooSlow> {
        let message = ServerMessage::Error { code, message: text.to_owned(), fatal };
        self.queue.push(Frame::Message(None, Arc::new(message)))
    }

    /// Gives the client time to read the farewell: a socket that is closed
    /// while bytes wait to be read is reset, and the farewell lost with it.
    async fn linger(&mut self, code: ErrorCode) {
        if code == ErrorCode::TooLarge {
            // The rest of the frame cannot be told from the next one.
            return sleep(limits::CLOSE_TIMEOUT).await;
        }
        let rest = async { while let Some(Ok(_)) = self.stream.next().await {} };
        let _ = timeout(limits::CLOSE_TIMEOUT, rest).await;
    }
}

/// What came from the client.
enum Next {
    Text(String),
    /// Nothing to be handed on.
    Signal,
    End(End),
}

/// The library says so in words alone.
fn is_too_large(error: &axum::Error) -> bool {
    error.to_string().starts_with("Space limit exceeded")
}

/// The writing half: ends after the close frame, or when the client is gone.
async fn write(
    shared: &Shared,
    mut sink: SplitSink<WebSocket, Message>,
    mut frames: mpsc::Receiver<Frame>,
) {
    let first = Instant::from_std(shared.clocks.now().instant) + limits::PING_INTERVAL;
    let mut pings = interval_at(first, limits::PING_INTERVAL);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let frame = tokio::select! {
            frame = frames.recv() => frame,
            _ = pings.tick() => Some(Frame::Ping),
        };
        let (message, last) = match frame {
            Some(Frame::Message(seq, message)) => {
                shared.metrics.sent(&message);
                (Message::Text(message.to_text(seq).into()), false)
            }
            Some(Frame::Ping) => (Message::Ping(Vec::new().into()), false),
            Some(Frame::Close(code)) => (close(code), true),
            None => (close(CloseReason::Left.close_status()), true),
        };
        let sent = timeout(limits::WRITE_TIMEOUT, sink.send(message)).await;
        if last || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

fn close(code: u16) -> Message {
    Message::Close(Some(CloseFrame { code, reason: "".into() }))
}
