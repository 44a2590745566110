//! Batched system calls: recvmmsg in; GSO for runs to one participant and
//! sendmmsg for the rest out.

use std::{
    io::{self, IoSlice, IoSliceMut},
    net::{Ipv4Addr, SocketAddrV4, UdpSocket},
    os::fd::AsRawFd,
};

use nix::{
    errno::Errno,
    sys::socket::{
        ControlMessage, MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, sendmmsg, sendmsg,
    },
};

use crate::limits::{DATAGRAM_BYTES, RELAY_BATCH};

/// Datagrams that the kernel cuts from one piece, at most.
const SEGMENTS: usize = 32;

/// What has arrived.
pub(super) struct Inbox {
    headers: MultiHeaders<SockaddrIn>,
    buffers: Vec<[u8; DATAGRAM_BYTES]>,
    arrived: Vec<(u16, usize)>,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self {
            headers: MultiHeaders::preallocate(RELAY_BATCH, None),
            buffers: vec![[0; DATAGRAM_BYTES]; RELAY_BATCH],
            arrived: Vec::with_capacity(RELAY_BATCH),
        }
    }

    /// Takes up to a batch, without waiting; true when there may be more.
    pub(super) fn receive(&mut self, socket: &UdpSocket) -> io::Result<bool> {
        let Self { headers, buffers, arrived } = self;
        arrived.clear();
        let mut slices: Vec<_> =
            buffers.iter_mut().map(|buffer| [IoSliceMut::new(buffer)]).collect();
        let flags = MsgFlags::MSG_DONTWAIT;
        match recvmmsg(socket.as_raw_fd(), headers, slices.iter_mut(), flags, None) {
            Ok(messages) => arrived.extend(messages.map(|message| {
                (message.address.map_or(0, |address| address.port()), message.bytes)
            })),
            // A participant that has gone answers by ICMP.
            Err(Errno::EAGAIN | Errno::EINTR | Errno::ECONNREFUSED) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(arrived.len() == RELAY_BATCH)
    }

    /// The senders' ports and the datagrams.
    pub(super) fn datagrams(&mut self) -> impl Iterator<Item = (u16, &mut [u8])> {
        let Self { buffers, arrived, .. } = self;
        arrived.iter().zip(buffers).map(|((port, bytes), buffer)| (*port, &mut buffer[..*bytes]))
    }
}

#[derive(Debug, Clone, Copy)]
struct Queued {
    port: u16,
    start: usize,
    bytes: usize,
}

/// What is to be sent.
pub(super) struct Outbox {
    headers: MultiHeaders<SockaddrIn>,
    bytes: Vec<u8>,
    queue: Vec<Queued>,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self {
            headers: MultiHeaders::preallocate(RELAY_BATCH, None),
            bytes: Vec::new(),
            queue: Vec::new(),
        }
    }

    /// Room for a datagram to a participant, to be written in place.
    pub(super) fn push(&mut self, port: u16, bytes: usize) -> &mut [u8] {
        let start = self.bytes.len();
        self.queue.push(Queued { port, start, bytes });
        self.bytes.resize(start + bytes, 0);
        &mut self.bytes[start..]
    }

    /// Sends all, in order for each participant. A full buffer loses
    /// datagrams, as a network does.
    pub(super) fn send(&mut self, socket: &UdpSocket) {
        self.queue.sort_by_key(|queued| queued.port);
        let mut singles = Vec::with_capacity(self.queue.len());
        let mut at = 0;
        while let Some(first) = self.queue.get(at) {
            let run = run_length(&self.queue[at..]);
            if run == 1 {
                singles.push(*first);
            } else {
                self.send_run(socket, &self.queue[at..at + run]);
            }
            at += run;
        }
        for batch in singles.chunks(RELAY_BATCH) {
            self.send_singles(socket, batch);
        }
        self.queue.clear();
        self.bytes.clear();
    }

    fn send_run(&self, socket: &UdpSocket, run: &[Queued]) {
        let slices: Vec<_> = run.iter().map(|queued| IoSlice::new(self.slice(queued))).collect();
        let segment = u16::try_from(run[0].bytes).expect("a datagram's length");
        let control = [ControlMessage::UdpGsoSegments(&segment)];
        let address = address(run[0].port);
        let flags = MsgFlags::MSG_DONTWAIT;
        let sent = sendmsg(socket.as_raw_fd(), &slices, &control, flags, Some(&address));
        sent.map(drop).unwrap_or_default();
    }

    fn send_singles(&mut self, socket: &UdpSocket, batch: &[Queued]) {
        let Self { headers, bytes, .. } = self;
        let slices: Vec<_> = batch
            .iter()
            .map(|queued| [IoSlice::new(&bytes[queued.start..queued.start + queued.bytes])])
            .collect();
        let addresses: Vec<_> = batch.iter().map(|queued| Some(address(queued.port))).collect();
        let mut done = 0;
        while done < batch.len() {
            let slices = slices[done..].iter();
            let flags = MsgFlags::MSG_DONTWAIT;
            match sendmmsg(socket.as_raw_fd(), headers, slices, &addresses[done..], [], flags) {
                Ok(sent) => done += sent.count().max(1),
                // The first one could not be sent; the others may.
                Err(_) => done += 1,
            }
        }
    }

    fn slice(&self, queued: &Queued) -> &[u8] {
        &self.bytes[queued.start..queued.start + queued.bytes]
    }
}

/// How many from the first on go in one piece: to one participant and of equal
/// size, but for the last, which may be shorter.
fn run_length(queue: &[Queued]) -> usize {
    let first = queue[0];
    let mut run = 1;
    for next in queue[1..].iter().take(SEGMENTS - 1) {
        if next.port != first.port || next.bytes > first.bytes {
            break;
        }
        run += 1;
        if next.bytes < first.bytes {
            break;
        }
    }
    run
}

fn address(port: u16) -> SockaddrIn {
    SockaddrIn::from(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn runs_are_to_one_peer_and_end_with_a_shorter_one() {
        let queue = |items: &[(u16, usize)]| -> Vec<_> {
            items
                .iter()
                .map(|(port, bytes)| Queued { port: *port, start: 0, bytes: *bytes })
                .collect()
        };
        assert_eq!(run_length(&queue(&[(1, 9)])), 1);
        assert_eq!(run_length(&queue(&[(1, 9), (1, 9), (1, 4), (1, 4)])), 3);
        assert_eq!(run_length(&queue(&[(1, 4), (1, 9)])), 1);
        assert_eq!(run_length(&queue(&[(1, 9), (2, 9)])), 1);
        assert_eq!(run_length(&queue(&[(1, 9); 99])), SEGMENTS);
    }

    #[test]
    fn all_that_is_queued_arrives_in_order() {
        let bind = || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (sender, first, second) = (bind(), bind(), bind());
        let port = |socket: &UdpSocket| socket.local_addr().unwrap().port();
        let mut outbox = Outbox::new();
        let sizes = [900, 900, 900, 100, 700, 900];
        for (index, size) in (0_u8..).zip(sizes) {
            for socket in [&first, &second] {
                outbox.push(port(socket), size).fill(index);
            }
        }
        outbox.send(&sender);
        for socket in [&first, &second] {
            socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let mut buffer = [0; 2_048];
            for (index, size) in (0_u8..).zip(sizes) {
                assert_eq!(socket.recv(&mut buffer).unwrap(), size);
                assert!(buffer[..size].iter().all(|byte| *byte == index));
            }
        }
        let mut inbox = Inbox::new();
        first.send_to(b"hello", ("127.0.0.1", port(&second))).unwrap();
        assert!(!inbox.receive(&second).unwrap());
        let got: Vec<_> = inbox.datagrams().map(|(from, bytes)| (from, bytes.to_vec())).collect();
        assert_eq!(got, [(port(&first), b"hello".to_vec())]);
    }
}
