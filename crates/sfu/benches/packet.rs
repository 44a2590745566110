//! Media packets on their way through a worker, without its sockets: opened,
//! forwarded to one receiver, sealed. `bench/packet` runs this under valgrind
//! and counts what a packet costs.
//!
//! `packet SRTP PACKETS`, where SRTP is `ours`, or `rtc-srtp` to compare with,
//! or `none`: packets are made and go nowhere.

mod call;

use std::{env, sync::Arc, time::Instant};

use lectern_sfu::{
    engine::Output,
    limits::TransportLimits,
    transport::{Profile, Side, Srtp, SrtpKeys},
};
use rtc_crypto::RTCCryptoProvider;
use rtc_rtp::header::Header;
use rtc_srtp::{
    config::Config, context::Context, option::srtp_replay_protection,
    protection_profile::ProtectionProfile,
};

use call::{Call, PACKET_BYTES};

/// Enough to see that it works, where nobody counts.
const PACKETS: usize = 100;

fn main() {
    // Cargo adds options of its own.
    let mut arguments = env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let name = arguments.next().unwrap_or_else(|| "ours".to_owned());
    let packets = arguments.next().map_or(PACKETS, |count| count.parse().expect("a number"));
    let provider = rtc_crypto::default_provider().expect("a provider");
    let mut camera = ours(Side::Client, &provider);
    let mut server = match name.as_str() {
        "ours" => Some(Server::Ours(ours(Side::Server, &provider))),
        "rtc-srtp" => Some(Server::theirs(provider.as_ref())),
        "none" => None,
        other => panic!("{other} is none of ours, rtc-srtp, none"),
    };

    let mut call = Call::new(1);
    let (mut wire, mut outbox) = (Vec::new(), Vec::new());
    let mut sent = 0;
    for _ in 0..packets {
        let now = call.next_packet();
        wire.clear();
        wire.extend_from_slice(&call.packet);
        camera.seal_rtp(&mut wire, 0).expect("a packet");
        if let Some(server) = &mut server {
            outbox.clear();
            relay(&mut call, server, now, &mut wire, &mut outbox);
            sent += outbox.len();
        }
    }
    assert!(server.is_none() || sent >= packets * PACKET_BYTES, "packets are missing");
}

/// What a worker does with a packet.
fn relay(
    call: &mut Call,
    server: &mut Server,
    now: Instant,
    wire: &mut [u8],
    outbox: &mut Vec<u8>,
) {
    server.open(wire, |packet| call.engine.handle_rtp(now, call.sender, packet));
    call.run_timers();
    while let Some(output) = call.engine.poll_output() {
        if let Output::Rtp(packet) = output {
            server.seal(packet.head, packet.payload, outbox);
        }
    }
}

fn material() -> Vec<u8> {
    (0..SrtpKeys::material_bytes(Profile::AeadAes128Gcm)).map(|n| n as u8).collect()
}

fn ours(side: Side, provider: &Arc<dyn RTCCryptoProvider>) -> Srtp {
    let keys = SrtpKeys::from_material(Profile::AeadAes128Gcm, &material(), side).expect("keys");
    Srtp::new(keys, Arc::clone(provider), TransportLimits::default()).expect("a session")
}

/// The server's side of SRTP.
enum Server {
    Ours(Srtp),
    Theirs { receiving: Box<Context>, sending: Box<Context> },
}

impl Server {
    fn theirs(provider: &dyn RTCCryptoProvider) -> Self {
        let profile = ProtectionProfile::AeadAes128Gcm;
        let mut config = Config { profile, ..Config::default() };
        config.set_session_keys_from_keying_material(&material(), false).expect("keys");
        let keys = &config.keys;
        let context = |key: &[u8], salt: &[u8], window| {
            Box::new(Context::new(key, salt, profile, window, None, provider.crypto()).expect("ok"))
        };
        let window = srtp_replay_protection(TransportLimits::default().srtp_replay_window);
        Self::Theirs {
            receiving: context(&keys.remote_master_key, &keys.remote_master_salt, Some(window)),
            sending: context(&keys.local_master_key, &keys.local_master_salt, None),
        }
    }

    fn open(&mut self, wire: &mut [u8], then: impl FnOnce(&[u8])) {
        match self {
            Self::Ours(srtp) => then(srtp.open_rtp(wire).expect("it is authentic")),
            Self::Theirs { receiving, .. } => {
                let opened = receiving.decrypt_rtp_with_header(wire, &header(wire));
                then(&opened.expect("it is authentic"));
            }
        }
    }

    fn seal(&mut self, head: &[u8], payload: &[u8], outbox: &mut Vec<u8>) {
        let start = outbox.len();
        outbox.extend_from_slice(head);
        outbox.extend_from_slice(payload);
        match self {
            Self::Ours(srtp) => srtp.seal_rtp(outbox, start).expect("a packet"),
            Self::Theirs { sending, .. } => {
                let packet = &outbox[start..];
                let sealed = sending.encrypt_rtp_with_header(packet, &header(packet));
                let sealed = sealed.expect("a packet");
                outbox.truncate(start);
                outbox.extend_from_slice(&sealed);
            }
        }
    }
}

/// What rtc-srtp must know of a header with extensions and no contributors.
fn header(packet: &[u8]) -> Header {
    Header {
        version: 2,
        extension: packet[0] & 0x10 != 0,
        sequence_number: u16::from_be_bytes([packet[2], packet[3]]),
        ssrc: u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]),
        extensions_padding: 4 * usize::from(packet[15]),
        ..Header::default()
    }
}
