//! What strangers send to the media port.

use std::{
    net::{SocketAddr, UdpSocket},
    time::Duration,
};

use super::call::lost_by_sockets;
use crate::support::Server;

/// Datagrams with each first byte.
const ROUNDS: u64 = 12;
const LONGEST: usize = 1_400;
const PATIENCE: Duration = Duration::from_secs(30);

/// Datagrams that begin in all ways there are: none is answered, and each is
/// counted.
pub(super) async fn strangers(server: &Server, media: SocketAddr) {
    let before = dropped(server).await;
    let lost_before = lost_by_sockets(media.port());
    let stranger = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
    stranger.set_nonblocking(true).expect("a socket can be");
    let mut random = 0x5EED_u64;
    let mut sent = 0;
    for round in 0..ROUNDS {
        for first in 0..=u8::MAX {
            let datagram = datagram(first, round, &mut random);
            stranger.send_to(&datagram, media).expect("the loopback takes it");
            sent += 1;
        }
        // The socket's buffer is finite: the server is to see all of it.
        let mut seen = 0;
        for _ in 0..PATIENCE.as_millis() / 10 {
            let lost = lost_by_sockets(media.port()) - lost_before;
            seen = dropped(server).await - before + lost;
            if seen >= sent {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(seen >= sent, "{seen} of {sent} datagrams were seen");
    }
    let mut buffer = [0; 2048];
    let answer = stranger.recv_from(&mut buffer);
    assert!(answer.is_err(), "a stranger was answered: {answer:?}");
}

/// A datagram that begins as one of the protocols does: well formed at its
/// beginning in some rounds, noise in others.
fn datagram(first: u8, round: u64, random: &mut u64) -> Vec<u8> {
    let length = 2 + (next(random) as usize + usize::from(first)) % (LONGEST - 2);
    let mut bytes: Vec<u8> = (0..length).map(|_| next(random)).collect();
    bytes[0] = first;
    let head: &[u8] = match (first, round % 2) {
        // A Binding request with a username and no integrity.
        (0, 0) => b"\0\x01\0\x0c\x21\x12\xa4\x42abcdefghijkl\0\x06\0\x08ab:cdefg",
        // A handshake record of DTLS 1.2 with a ClientHello.
        (22, 0) => b"\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x19\x01\0\0\x0d\0\0\0\0\0\0\0\0\x0d",
        // RTP, and a sender report, of a stream that there is.
        (0x80, 0) => b"\x80\x60\0\x01\0\0\0\x01\0\0\0\x02",
        (0x81, 0) => b"\x81\xc8\0\x0c\0\0\0\x02",
        _ => return bytes,
    };
    if first == 0 {
        return head.to_vec();
    }
    bytes.splice(..bytes.len().min(head.len()), head.iter().copied());
    bytes
}

/// A small generator (xorshift): which bytes they are is of no matter.
fn next(random: &mut u64) -> u8 {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    (*random >> 32) as u8
}

/// What the server has dropped of those it does not know.
async fn dropped(server: &Server) -> u64 {
    let mut count = 0;
    for reason in ["unknown", "stranger", "bad_check"] {
        count += metric(server, &format!("lectern_sfu_dropped_total{{reason=\"{reason}\"")).await;
    }
    count
}

/// The sum of the metrics whose lines begin like this; 0: there is none yet.
pub(super) async fn metric(server: &Server, beginning: &str) -> u64 {
    let answer = server.client.get(server.metrics()).send().await.expect("it answers");
    let text = answer.text().await.expect("metrics are text");
    let lines = text.lines().filter(|line| line.starts_with(beginning));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}
