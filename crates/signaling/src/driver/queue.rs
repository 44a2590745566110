//! What waits to be written to one client.

use std::sync::Arc;

use lectern_protocol::ServerMessage;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio_util::sync::CancellationToken;

use crate::limits;

/// Something for a client's socket.
#[derive(Debug)]
pub(super) enum Frame {
    /// A message, with its number where it has one.
    Message(Option<u64>, Arc<ServerMessage>),
    /// A sign of life, which the client's own answers.
    Ping,
    /// The end, with its status code.
    Close(u16),
}

/// The client does not read as fast as it is written to: it is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooSlow;

/// The writing end. Nobody ever waits for a client.
#[derive(Debug, Clone)]
pub(super) struct ClientQueue {
    frames: mpsc::Sender<Frame>,
    dropped: CancellationToken,
}

impl ClientQueue {
    /// A queue, and the end from which it is read.
    pub(super) fn new() -> (Self, mpsc::Receiver<Frame>) {
        let (frames, receiver) = mpsc::channel(limits::CLIENT_QUEUE);
        (Self { frames, dropped: CancellationToken::new() }, receiver)
    }

    /// Puts something in the queue. Where it is full, the connection ends.
    pub(super) fn push(&self, frame: Frame) -> Result<(), TooSlow> {
        match self.frames.try_send(frame) {
            // Who has closed already needs no message.
            Ok(()) | Err(TrySendError::Closed(_)) => Ok(()),
            Err(TrySendError::Full(_)) => {
                self.dropped.cancel();
                Err(TooSlow)
            }
        }
    }

    /// Waits until the connection is to end because the client is too slow.
    pub(super) async fn dropped(&self) {
        self.dropped.cancelled().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_does_not_read_is_dropped() {
        let (queue, mut frames) = ClientQueue::new();
        for _ in 0..limits::CLIENT_QUEUE {
            assert_eq!(queue.push(Frame::Ping), Ok(()));
        }
        frames.recv().await.expect("a frame waits");
        assert_eq!(queue.push(Frame::Ping), Ok(()), "one was read");
        assert_eq!(queue.push(Frame::Ping), Err(TooSlow));
        queue.dropped().await;

        drop(frames);
        assert_eq!(queue.push(Frame::Ping), Ok(()), "who is gone needs nothing");
    }
}
