//! Datagrams that wait to be sent together.

use std::{ops::Range, time::Instant};

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
    /// Where its bytes lie; later ones lie behind.
    bytes: Range<usize>,
    /// When the packet came in that this one forwards.
    forwards: Option<Instant>,
}

/// A batch; whoever fills it flushes it.
pub(super) struct Outbox {
    waiting: Vec<Waiting>,
    /// The bytes of all that waits: memory that is used again and again.
    bytes: Vec<u8>,
    capacity: usize,
    scratch: SendScratch,
}

impl Outbox {
    pub(super) fn new(limits: &DriverLimits) -> Self {
        Self {
            waiting: Vec::with_capacity(limits.send_batch),
            bytes: Vec::new(),
            capacity: limits.send_batch,
            scratch: SendScratch::new(limits),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= self.capacity
    }

    pub(super) fn push(&mut self, transmit: &Transmit) {
        self.push_sealed(&[&transmit.bytes], None, |_, _| Some(transmit.path));
    }

    /// Puts a datagram together from its parts and has it sealed where it lies.
    /// `seal` gets the bytes and where the datagram begins, and says where it
    /// goes; without that, it is not sent. Returns whether it is.
    pub(super) fn push_sealed(
        &mut self,
        parts: &[&[u8]],
        forwards: Option<Instant>,
        seal: impl FnOnce(&mut Vec<u8>, usize) -> Option<Path>,
    ) -> bool {
        let start = self.bytes.len();
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        match seal(&mut self.bytes, start) {
            Some(path) => {
                let bytes = start..self.bytes.len();
                self.waiting.push(Waiting { path, bytes, forwards });
                true
            }
            None => {
                self.bytes.truncate(start);
                false
            }
        }
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
        // An unstable sort needs no memory; their places keep the order.
        self.waiting.sort_unstable_by_key(|waiting| (waiting.path.remote, waiting.bytes.start));
        let bytes = &self.bytes;
        let outgoing: SmallVec<[Datagram<'_>; 64]> = self
            .waiting
            .iter()
            .map(|waiting| Datagram { path: waiting.path, bytes: &bytes[waiting.bytes.clone()] })
            .collect();
        meter.unsent(socket.send(&outgoing, &mut self.scratch));
        drop(outgoing);
        let sent_at = clock();
        for waiting in self.waiting.drain(..) {
            let datagram = &self.bytes[waiting.bytes];
            meter.sent(DatagramKind::of(datagram), datagram.len());
            if let Some(received) = waiting.forwards {
                meter.forwarded(sent_at.duration_since(received));
            }
        }
        self.bytes.clear();
    }
}
