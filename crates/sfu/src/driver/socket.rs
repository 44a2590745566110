//! A worker's UDP socket, read and written in batches.

use std::{
    fmt,
    io::{self, IoSlice, IoSliceMut},
    net::{IpAddr, SocketAddr, UdpSocket},
    os::fd::{AsFd, AsRawFd, BorrowedFd},
};

use nix::{
    cmsg_space,
    errno::Errno,
    libc::{in_addr, in_pktinfo, in6_addr, in6_pktinfo},
    sys::socket::{ControlMessage, MsgFlags, MultiHeaders, SockaddrStorage, sendmmsg},
};
use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use smallvec::SmallVec;
use socket2::{Domain, Protocol, Type};

use crate::{limits::DriverLimits, transport::Path};

/// The largest UDP payload, which a batch of coalesced datagrams can fill.
const COALESCED_BYTES: usize = 64 * 1024;

/// A datagram to send.
#[derive(Debug, Clone, Copy)]
pub(super) struct Datagram<'a> {
    pub(super) path: Path,
    pub(super) bytes: &'a [u8],
}

pub(super) struct Socket {
    io: UdpSocket,
    state: UdpSocketState,
    address: SocketAddr,
    max_segments: usize,
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("address", &self.address).finish_non_exhaustive()
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.io.as_fd()
    }
}

impl Socket {
    /// Binds an address; an unspecified IPv6 one takes IPv4 as well.
    pub(super) fn bind(listen: SocketAddr, limits: &DriverLimits) -> io::Result<Self> {
        let socket =
            socket2::Socket::new(Domain::for_address(listen), Type::DGRAM, Some(Protocol::UDP))?;
        if listen.is_ipv6() {
            socket.set_only_v6(!listen.ip().is_unspecified())?;
        }
        // The kernel cuts them to its own maximum.
        socket.set_recv_buffer_size(limits.socket_buffer_bytes)?;
        socket.set_send_buffer_size(limits.socket_buffer_bytes)?;
        socket.bind(&listen.into())?;
        let io = UdpSocket::from(socket);
        let state = UdpSocketState::new(UdpSockRef::from(&io))?;
        let (address, max_segments) = (io.local_addr()?, state.max_gso_segments());
        Ok(Self { io, state, address, max_segments })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether answers must say which local address they leave from.
    fn is_wildcard(&self) -> bool {
        self.address.ip().is_unspecified()
    }

    /// Takes what has arrived, up to a batch. Empty when there is nothing.
    pub(super) fn receive(&self, inbox: &mut Inbox) -> io::Result<usize> {
        inbox.count = 0;
        let mut slices: SmallVec<[IoSliceMut<'_>; BATCH_SIZE]> =
            inbox.buffer.chunks_mut(COALESCED_BYTES).map(IoSliceMut::new).collect();
        match self.state.recv(UdpSockRef::from(&self.io), &mut slices, &mut inbox.metas) {
            Ok(count) => inbox.count = count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        for meta in &mut inbox.metas[..inbox.count] {
            meta.addr.set_ip(meta.addr.ip().to_canonical());
            meta.dst_ip = meta.dst_ip.filter(|_| self.is_wildcard()).map(|ip| ip.to_canonical());
        }
        Ok(inbox.count)
    }

    /// Sends datagrams in order; runs of equal size to one peer in one piece,
    /// which the kernel cuts. Returns how many were not sent: UDP may lose
    /// them, and a full socket buffer is a way of losing.
    pub(super) fn send(&self, outgoing: &[Datagram<'_>], scratch: &mut SendScratch) -> usize {
        let mut unsent = 0;
        let mut singles = 0..0;
        let mut at = 0;
        while at < outgoing.len() {
            let run = self.run_length(&outgoing[at..]);
            if run == 1 && self.joins(&outgoing[singles.clone()], &outgoing[at]) {
                singles.end = at + 1;
            } else {
                unsent += self.send_singles(&outgoing[singles], scratch);
                if run == 1 {
                    singles = at..at + 1;
                } else {
                    unsent += self.send_run(&outgoing[at..at + run], scratch);
                    singles = at + run..at + run;
                }
            }
            at += run;
        }
        unsent + self.send_singles(&outgoing[singles], scratch)
    }

    /// Whether a datagram can go in one call with those before it: messages of
    /// one call share their source address.
    fn joins(&self, before: &[Datagram<'_>], datagram: &Datagram<'_>) -> bool {
        before.last().is_none_or(|last| last.path.local == datagram.path.local)
    }

    /// How many datagrams from the first on can go in one piece: to one peer,
    /// of equal size but for the last, which may be shorter.
    fn run_length(&self, outgoing: &[Datagram<'_>]) -> usize {
        let (path, size) = (outgoing[0].path, outgoing[0].bytes.len());
        let mut total = size;
        let mut run = 1;
        for next in outgoing[1..].iter().take(self.max_segments.saturating_sub(1)) {
            total += next.bytes.len();
            if next.path != path || next.bytes.len() > size || total >= COALESCED_BYTES - 64 {
                break;
            }
            run += 1;
            if next.bytes.len() < size {
                break;
            }
        }
        run
    }

    fn send_run(&self, run: &[Datagram<'_>], scratch: &mut SendScratch) -> usize {
        scratch.contents.clear();
        for datagram in run {
            scratch.contents.extend_from_slice(datagram.bytes);
        }
        let transmit = Transmit {
            destination: self.outward(run[0].path.remote),
            ecn: None,
            contents: &scratch.contents,
            segment_size: Some(run[0].bytes.len()),
            src_ip: run[0].path.local,
        };
        match self.state.try_send(UdpSockRef::from(&self.io), &transmit) {
            Ok(()) => 0,
            Err(_) => run.len(),
        }
    }

    fn send_singles(&self, mut singles: &[Datagram<'_>], scratch: &mut SendScratch) -> usize {
        let mut unsent = 0;
        while !singles.is_empty() {
            let batch = &singles[..singles.len().min(scratch.capacity)];
            match self.send_batch(batch, scratch) {
                Ok(sent) => singles = &singles[sent..],
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN | Errno::ENOBUFS) => return unsent + singles.len(),
                // The first one cannot be sent; those after it may be.
                Err(_) => {
                    unsent += 1;
                    singles = &singles[1..];
                }
            }
        }
        unsent
    }

    fn send_batch(
        &self,
        batch: &[Datagram<'_>],
        scratch: &mut SendScratch,
    ) -> Result<usize, Errno> {
        type Batch<T> = SmallVec<[T; 16]>;
        let slices: Batch<[IoSlice<'_>; 1]> =
            batch.iter().map(|datagram| [IoSlice::new(datagram.bytes)]).collect();
        let addresses: Batch<Option<SockaddrStorage>> =
            batch.iter().map(|datagram| Some(self.outward(datagram.path.remote).into())).collect();
        let (v4, v6);
        let source = match batch[0].path.local {
            Some(local) if self.address.is_ipv4() => {
                v4 = v4_source(local);
                v4.as_ref().map(ControlMessage::Ipv4PacketInfo)
            }
            Some(local) => {
                v6 = v6_source(local);
                Some(ControlMessage::Ipv6PacketInfo(&v6))
            }
            None => None,
        };
        // Headers are made for one shape of control message: a socket that is
        // bound to one address never has any, and a wildcard always has one.
        let headers = scratch.headers_for(self);
        let sent = sendmmsg(
            self.io.as_raw_fd(),
            headers,
            slices.iter(),
            addresses,
            source.as_slice(),
            MsgFlags::MSG_DONTWAIT,
        )?;
        Ok(sent.count())
    }

    /// An IPv6 socket speaks to IPv4 peers under mapped addresses.
    fn outward(&self, remote: SocketAddr) -> SocketAddr {
        match (self.address, remote.ip()) {
            (SocketAddr::V6(_), IpAddr::V4(ip)) => (ip.to_ipv6_mapped(), remote.port()).into(),
            _ => remote,
        }
    }
}

fn v4_source(local: IpAddr) -> Option<in_pktinfo> {
    let IpAddr::V4(local) = local else {
        return None;
    };
    Some(in_pktinfo {
        ipi_ifindex: 0,
        ipi_spec_dst: in_addr { s_addr: u32::from_ne_bytes(local.octets()) },
        ipi_addr: in_addr { s_addr: 0 },
    })
}

fn v6_source(local: IpAddr) -> in6_pktinfo {
    let local = match local {
        IpAddr::V4(local) => local.to_ipv6_mapped(),
        IpAddr::V6(local) => local,
    };
    in6_pktinfo { ipi6_addr: in6_addr { s6_addr: local.octets() }, ipi6_ifindex: 0 }
}

/// What a worker reads into.
pub(super) struct Inbox {
    buffer: Vec<u8>,
    metas: [RecvMeta; BATCH_SIZE],
    count: usize,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self {
            buffer: vec![0; BATCH_SIZE * COALESCED_BYTES],
            metas: [RecvMeta::default(); BATCH_SIZE],
            count: 0,
        }
    }

    /// The datagrams of the last read, in the order of their arrival. They may
    /// be opened where they lie.
    pub(super) fn datagrams(&mut self) -> impl Iterator<Item = (Path, &mut [u8])> {
        let chunks = self.buffer.chunks_mut(COALESCED_BYTES);
        self.metas[..self.count].iter().zip(chunks).flat_map(|(meta, chunk)| {
            let path = Path { local: meta.dst_ip, remote: meta.addr };
            let stride = meta.stride.max(1);
            chunk[..meta.len].chunks_mut(stride).map(move |bytes| (path, bytes))
        })
    }
}

/// What a worker writes from.
pub(super) struct SendScratch {
    contents: Vec<u8>,
    headers: Option<MultiHeaders<SockaddrStorage>>,
    capacity: usize,
}

impl SendScratch {
    pub(super) fn new(limits: &DriverLimits) -> Self {
        Self { contents: Vec::new(), headers: None, capacity: limits.send_batch }
    }

    fn headers_for(&mut self, socket: &Socket) -> &mut MultiHeaders<SockaddrStorage> {
        let capacity = self.capacity;
        self.headers.get_or_insert_with(|| {
            let control = match (socket.is_wildcard(), socket.address) {
                (false, _) => None,
                (true, SocketAddr::V4(_)) => Some(cmsg_space!(in_pktinfo)),
                (true, SocketAddr::V6(_)) => Some(cmsg_space!(in6_pktinfo)),
            };
            MultiHeaders::preallocate(capacity, control)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn bound(listen: &str) -> Socket {
        Socket::bind(listen.parse().unwrap(), &DriverLimits::default()).unwrap()
    }

    fn receiver() -> UdpSocket {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        socket
    }

    fn take(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
        let mut buffer = [0; 2048];
        let (length, from) = socket.recv_from(&mut buffer).unwrap();
        (buffer[..length].to_vec(), from)
    }

    #[test]
    fn datagrams_of_any_shape_arrive_in_order() {
        for listen in ["127.0.0.1:0", "0.0.0.0:0", "[::]:0"] {
            let socket = bound(listen);
            let local = socket.is_wildcard().then(|| [127, 0, 0, 1].into());
            let peers = [receiver(), receiver()];
            let sizes =
                [(0, 900), (0, 900), (0, 900), (0, 40), (1, 50), (0, 60), (1, 1200), (1, 1200)];
            let datagrams: Vec<(usize, Vec<u8>)> = sizes
                .iter()
                .enumerate()
                .map(|(number, (peer, size))| (*peer, vec![number as u8; *size]))
                .collect();
            let outgoing: Vec<Datagram<'_>> = datagrams
                .iter()
                .map(|(peer, bytes)| Datagram {
                    path: Path { local, remote: peers[*peer].local_addr().unwrap() },
                    bytes,
                })
                .collect();
            let mut scratch = SendScratch::new(&DriverLimits::default());
            assert_eq!(socket.send(&outgoing, &mut scratch), 0, "{listen}");
            for (peer, bytes) in &datagrams {
                let (received, from) = take(&peers[*peer]);
                assert_eq!(&received, bytes, "{listen}");
                let port = socket.address().port();
                assert_eq!(from, SocketAddr::from(([127, 0, 0, 1], port)), "{listen}");
            }
        }
    }

    #[test]
    fn what_arrives_has_the_addresses_that_the_peer_used() {
        for listen in ["127.0.0.1:0", "0.0.0.0:0", "[::]:0"] {
            let socket = bound(listen);
            let peer = receiver();
            let port = socket.address().port();
            for number in 0..3 {
                peer.send_to(&[number; 100], ("127.0.0.1", port)).unwrap();
            }
            let mut inbox = Inbox::new();
            let mut received = Vec::new();
            let waker = super::super::waker::Waker::new().unwrap();
            while received.len() < 3 {
                waker.wait(&socket, None).unwrap();
                socket.receive(&mut inbox).unwrap();
                for (path, bytes) in inbox.datagrams() {
                    assert_eq!(path.remote, peer.local_addr().unwrap(), "{listen}");
                    let local = socket.is_wildcard().then(|| IpAddr::from([127, 0, 0, 1]));
                    assert_eq!(path.local, local, "{listen}");
                    received.push(bytes[0]);
                }
            }
            assert_eq!(received, [0, 1, 2]);
            assert_eq!(socket.receive(&mut inbox).unwrap(), 0);
        }
    }

    #[test]
    fn one_that_cannot_be_sent_does_not_hold_up_the_others() {
        let socket = bound("127.0.0.1:0");
        let peer = receiver();
        let remote = peer.local_addr().unwrap();
        let good = Path { local: None, remote };
        let bad = Path { local: None, remote: "[2001:db8::1]:9".parse().unwrap() };
        let outgoing = [(bad, 1), (good, 2), (bad, 3), (good, 4)].map(|(path, number)| {
            let bytes: &[u8] = [&[1][..], &[2], &[3], &[4]][number - 1];
            Datagram { path, bytes }
        });
        let mut scratch = SendScratch::new(&DriverLimits::default());
        assert_eq!(socket.send(&outgoing, &mut scratch), 2);
        assert_eq!((take(&peer).0, take(&peer).0), (vec![2], vec![4]));
    }
}
