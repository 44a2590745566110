//! The relay's loop.

use std::{
    io::{self, BufRead, Write},
    net::{Ipv4Addr, UdpSocket},
    os::fd::AsFd,
};

use anyhow::Context as _;
use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::socket::{setsockopt, sockopt},
};
use rtc_crypto::RTCCrypto;

use super::{
    Plan,
    aead::{Context, TAG_BYTES},
    batch::{Inbox, Outbox},
};
use crate::{limits::PARTICIPANTS, peer::Keys, rtp::header::Parsed};

/// Asked for; the kernel cuts it to its own maximum.
const SOCKET_BUFFER_BYTES: usize = 8 * 1024 * 1024;

const KEY_BYTES: usize = 16;

struct Member {
    port: u16,
    receive: Context,
    send: Context,
}

/// Who sends from which port, and who gets it.
struct Rooms {
    rooms: Vec<Vec<Member>>,
    /// For each port: the room and the seat in it.
    seats: Vec<Option<(usize, usize)>>,
}

impl Rooms {
    fn new(plan: &Plan, crypto: &dyn RTCCrypto) -> anyhow::Result<Self> {
        let participants: usize = plan.rooms.iter().map(Vec::len).sum();
        anyhow::ensure!(participants <= PARTICIPANTS, "at most {PARTICIPANTS} participants");
        let mut seats = vec![None; 1 << 16];
        let mut rooms = Vec::new();
        for (room, ports) in plan.rooms.iter().enumerate() {
            let mut members = Vec::new();
            for (seat, port) in ports.iter().enumerate() {
                seats[usize::from(*port)] = Some((room, seat));
                members.push(Member::new(plan.seed, *port, crypto)?);
            }
            rooms.push(members);
        }
        Ok(Self { rooms, seats })
    }

    fn forward(&mut self, port: u16, packet: &mut [u8], outbox: &mut Outbox) -> Option<()> {
        let (room, seat) = self.seats[usize::from(port)]?;
        let members = &mut self.rooms[room];
        let parsed = Parsed::read(packet)?;
        let (index, length) = members[seat].receive.open(packet, &parsed)?;
        for (other, member) in members.iter().enumerate() {
            if other != seat {
                let out = outbox.push(member.port, length + TAG_BYTES);
                out[..length].copy_from_slice(&packet[..length]);
                member.send.seal(out, &parsed, index)?;
            }
        }
        Some(())
    }
}

impl Member {
    fn new(seed: u64, port: u16, crypto: &dyn RTCCrypto) -> anyhow::Result<Self> {
        let material: [u8; Keys::MATERIAL_BYTES] = Plan::material(seed, port);
        let (keys, salts) = material.split_at(2 * KEY_BYTES);
        let (client_key, server_key) = keys.split_at(KEY_BYTES);
        let (client_salt, server_salt) = salts.split_at(salts.len() / 2);
        Ok(Self {
            port,
            receive: Context::new(client_key, client_salt, crypto)?,
            send: Context::new(server_key, server_salt, crypto)?,
        })
    }
}

/// Reads a [`Plan`] from standard input, writes the relay's port to standard
/// output, and forwards until standard input ends.
///
/// # Errors
/// The plan cannot be read, or the socket fails.
pub fn run() -> anyhow::Result<()> {
    let stdin = io::stdin();
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    let plan: Plan = serde_json::from_str(&line).context("the plan of the relay")?;
    let provider = rtc_crypto::default_provider()?;
    let mut rooms = Rooms::new(&plan, provider.crypto())?;
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    setsockopt(&socket, sockopt::RcvBuf, &SOCKET_BUFFER_BYTES)?;
    setsockopt(&socket, sockopt::SndBuf, &SOCKET_BUFFER_BYTES)?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", socket.local_addr()?.port())?;
    stdout.flush()?;

    let (mut inbox, mut outbox) = (Inbox::new(), Outbox::new());
    loop {
        let mut waiting = [
            PollFd::new(socket.as_fd(), PollFlags::POLLIN),
            PollFd::new(stdin.as_fd(), PollFlags::POLLIN),
        ];
        poll(&mut waiting, PollTimeout::NONE)?;
        if waiting[1].any().unwrap_or(true) {
            return Ok(());
        }
        loop {
            let more = inbox.receive(&socket)?;
            for (port, packet) in inbox.datagrams() {
                // What is not authentic is dropped without a word.
                rooms.forward(port, packet, &mut outbox).unwrap_or_default();
            }
            outbox.send(&socket);
            if !more {
                break;
            }
        }
    }
}
