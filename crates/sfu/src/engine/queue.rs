//! What waits to be taken by the driver.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use smallvec::SmallVec;

use super::{EngineEvent, Output, PeerKey, RtpOutput};
use crate::negotiated::Ssrc;

/// A header with the usual extensions, and a VP8 descriptor, fit in place.
const HEAD_BYTES: usize = 56;
/// Payloads are kept in pieces of memory of this size, so that most of them
/// need no allocation of their own.
const CHUNK_BYTES: usize = 64 * 1024;

/// A packet's header, and the first bytes of its payload.
pub(super) type HeadBytes = SmallVec<[u8; HEAD_BYTES]>;

/// A packet as one receiver gets it.
#[derive(Debug, Clone)]
pub(super) struct Packet {
    pub(super) head: HeadBytes,
    pub(super) header_len: usize,
    pub(super) payload: Bytes,
}

impl Packet {
    pub(super) fn len(&self) -> usize {
        self.head.len() + self.payload.len()
    }
}

#[derive(Debug)]
enum Queued {
    Rtp { to: PeerKey, ssrc: Ssrc, sequence: u16, packet: Packet },
    Rtcp { to: PeerKey, bytes: Vec<u8> },
    Event(EngineEvent),
}

/// The outputs since the driver last drained them, and the one it looks at.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<Queued>,
    lent: Option<Queued>,
    limit: usize,
    overflows: u64,
}

impl Queue {
    pub(super) const fn new(limit: usize) -> Self {
        Self { waiting: VecDeque::new(), lent: None, limit, overflows: 0 }
    }

    /// Outputs that were dropped.
    pub(super) const fn overflows(&self) -> u64 {
        self.overflows
    }

    pub(super) fn rtp(&mut self, to: PeerKey, ssrc: Ssrc, sequence: u16, packet: Packet) {
        self.push(Queued::Rtp { to, ssrc, sequence, packet });
    }

    pub(super) fn rtcp(&mut self, to: PeerKey, bytes: Vec<u8>) {
        self.push(Queued::Rtcp { to, bytes });
    }

    pub(super) fn event(&mut self, event: EngineEvent) {
        self.push(Queued::Event(event));
    }

    fn push(&mut self, queued: Queued) {
        if self.waiting.len() < self.limit {
            self.waiting.push_back(queued);
        } else {
            self.overflows += 1;
        }
    }

    pub(super) fn poll(&mut self) -> Option<Output<'_>> {
        self.lent = None;
        let next = self.waiting.pop_front()?;
        Some(match self.lent.insert(next) {
            Queued::Rtp { to, ssrc, sequence, packet } => Output::Rtp(RtpOutput {
                to: *to,
                ssrc: *ssrc,
                sequence: *sequence,
                header_len: packet.header_len,
                head: &packet.head,
                payload: &packet.payload,
            }),
            Queued::Rtcp { to, bytes } => Output::Rtcp { to: *to, bytes },
            Queued::Event(event) => Output::Event(event.clone()),
        })
    }
}

/// Keeps payloads for as long as somebody refers to them.
#[derive(Debug, Default)]
pub(super) struct Payloads {
    chunk: BytesMut,
}

impl Payloads {
    /// Copies a payload.
    pub(super) fn keep(&mut self, payload: &[u8]) -> Bytes {
        // Memory that nobody refers to any more is used again.
        if self.chunk.capacity() < payload.len() && !self.chunk.try_reclaim(CHUNK_BYTES) {
            self.chunk = BytesMut::with_capacity(CHUNK_BYTES.max(payload.len()));
        }
        self.chunk.extend_from_slice(payload);
        self.chunk.split().freeze()
    }
}
