//! One participant with its socket.

use std::{collections::VecDeque, io::IoSliceMut, net::UdpSocket, os::fd::AsRawFd, time::Instant};

use nix::{
    errno::Errno,
    sys::socket::{MsgFlags, MultiHeaders, recvmmsg},
};
use tokio::sync::mpsc;

use super::Happened;
use crate::{
    limits::{DATAGRAM_BYTES, RECEIVE_BATCH},
    peer::{Moment, Peer, Tally},
};

/// Where datagrams are read into: one for all participants of a thread.
pub(super) struct Inbox {
    headers: MultiHeaders<()>,
    buffers: Vec<[u8; DATAGRAM_BYTES]>,
    lengths: VecDeque<usize>,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self {
            headers: MultiHeaders::preallocate(RECEIVE_BATCH, None),
            buffers: vec![[0; DATAGRAM_BYTES]; RECEIVE_BATCH],
            lengths: VecDeque::with_capacity(RECEIVE_BATCH),
        }
    }

    /// Reads up to a batch, without waiting.
    fn receive(&mut self, socket: &UdpSocket) {
        let Self { headers, buffers, lengths } = self;
        lengths.clear();
        let mut slices: Vec<_> =
            buffers.iter_mut().map(|buffer| [IoSliceMut::new(buffer)]).collect();
        let flags = MsgFlags::MSG_DONTWAIT;
        // An error is an ICMP message about what was sent, or nothing to read.
        let received: Result<_, Errno> =
            recvmmsg(socket.as_raw_fd(), headers, slices.iter_mut(), flags, None);
        if let Ok(messages) = received {
            lengths.extend(messages.map(|message| message.bytes));
        }
    }
}

pub(super) struct Member {
    pub(super) socket: UdpSocket,
    pub(super) peer: Peer,
    events: mpsc::Sender<Happened>,
    /// The deadline that stands in the worker's queue.
    pub(super) due: Option<Instant>,
}

impl Member {
    pub(super) const fn new(socket: UdpSocket, peer: Peer, events: mpsc::Sender<Happened>) -> Self {
        Self { socket, peer, events, due: None }
    }

    /// Hands the participant what has arrived. `clock` is asked once the
    /// datagrams are read: that is when they arrived.
    pub(super) fn receive(
        &mut self,
        inbox: &mut Inbox,
        clock: impl FnOnce() -> Moment,
        tally: &mut Tally,
    ) -> Moment {
        inbox.receive(&self.socket);
        let now = clock();
        for (length, buffer) in inbox.lengths.iter().zip(&inbox.buffers) {
            self.peer.handle_datagram(now, &buffer[..*length], tally);
        }
        now
    }

    /// Sends what the participant has to send, and tells what happened.
    pub(super) fn settle(&mut self, now: Instant) {
        while let Some(datagram) = self.peer.poll_transmit() {
            // A full buffer loses datagrams, as a network does.
            self.socket.send(&datagram).map(drop).unwrap_or_default();
        }
        while let Some(event) = self.peer.poll_event() {
            // Whoever waited may have gone.
            self.events.try_send((now, event)).unwrap_or_default();
        }
    }
}
