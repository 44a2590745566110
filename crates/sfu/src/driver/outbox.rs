//! Datagrams that wait to be sent together.

use std::time::Instant;

use bytes::BytesMut;
use smallvec::SmallVec;

use super::{
    metrics::WorkerMeter,
    socket::{Datagram, SendScratch, Socket},
};
use crate::{
    limits::DriverLimits,
    transport::{DatagramKind, Path, Transmit},
};

#[derive(Debug)]
struct Waiting {
    path: Path,
    bytes: BytesMut,
    /// When the packet came in that this one forwards.
    forwards: Option<Instant>,
}

/// A batch; whoever fills it flushes it.
pub(super) struct Outbox {
    waiting: Vec<Waiting>,
    capacity: usize,
    scratch: SendScratch,
}

impl Outbox {
    pub(super) fn new(limits: &DriverLimits) -> Self {
        Self {
            waiting: Vec::with_capacity(limits.send_batch),
            capacity: limits.send_batch,
            scratch: SendScratch::new(limits),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= self.capacity
    }

    pub(super) fn push(&mut self, transmit: Transmit, forwards: Option<Instant>) {
        self.waiting.push(Waiting { path: transmit.path, bytes: transmit.bytes, forwards });
    }

    /// Sends all that waits. What goes to one peer is brought together, in its
    /// order, so that the kernel can be given runs.
    pub(super) fn flush(
        &mut self,
        socket: &Socket,
        meter: &mut WorkerMeter,
        clock: impl FnOnce() -> Instant,
    ) {
        if self.waiting.is_empty() {
            return;
        }
        self.waiting.sort_by_key(|waiting| waiting.path.remote);
        let outgoing: SmallVec<[Datagram<'_>; 64]> = self
            .waiting
            .iter()
            .map(|waiting| Datagram { path: waiting.path, bytes: &waiting.bytes })
            .collect();
        meter.unsent(socket.send(&outgoing, &mut self.scratch));
        drop(outgoing);
        let sent_at = clock();
        for waiting in self.waiting.drain(..) {
            meter.sent(DatagramKind::of(&waiting.bytes), waiting.bytes.len());
            if let Some(received) = waiting.forwards {
                meter.forwarded(sent_at.duration_since(received));
            }
        }
    }
}
