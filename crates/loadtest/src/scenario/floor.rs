//! The load before the bare relay.

use std::{collections::BTreeMap, path::Path};

use super::{Load, Measured};
use crate::{
    clock,
    peer::{Identity, Keys, MediaSetup, Peer, TransportSetup},
    relay::{Child, Plan},
    rtp::track::{ExtensionIds, TrackSetup},
    sdp::PAYLOAD_TYPES,
    swarm::{Swarm, bind},
};

/// Runs the load before a relay that `program`, this program, is started as,
/// on these CPUs.
///
/// # Errors
/// The relay does not start, or the system has no sockets left.
pub fn run(load: &Load, program: &Path, cpus: Option<&str>, seed: u64) -> anyhow::Result<Measured> {
    load.check()?;
    let any_loopback = ([127, 0, 0, 1], 0).into();
    let sockets: Vec<_> =
        (0..load.participants()).map(|_| bind(any_loopback)).collect::<Result<_, _>>()?;
    let ports: Vec<_> = sockets
        .iter()
        .map(|socket| socket.local_addr().map(|address| address.port()))
        .collect::<Result<_, _>>()?;
    let rooms = ports.chunks(load.shape.participants()).map(<[u16]>::to_vec).collect();
    let relay = Child::start(program, cpus, &Plan { seed, rooms })?;

    let identity = Identity::generate()?;
    let mut swarm = Swarm::start(clock::now())?;
    let mut members = Vec::new();
    for ((index, socket), port) in (0_u32..).zip(sockets).zip(&ports) {
        socket.connect(relay.address())?;
        let peer = keyed(&identity, Plan::keys(seed, *port)?, index)?;
        members.push(swarm.add(socket, peer)?.0);
    }
    load.start_media(&swarm, &members)?;
    load.measure(&swarm, Some(relay.process()))
}

/// A participant whose keys are agreed on, with streams that nobody else has.
pub(super) fn keyed(identity: &Identity, keys: Keys, index: u32) -> anyhow::Result<Peer> {
    let track = |mid: &str, ssrc, payload_type, clock_rate| TrackSetup {
        mid: mid.to_owned(),
        ssrc,
        payload_type,
        rtx: None,
        // What the server's answer makes the participants send, too.
        extensions: ExtensionIds { abs_send_time: Some(2), ..ExtensionIds::default() },
        clock_rate,
    };
    let first = index * 2 + 1;
    let setup = MediaSetup {
        audio: Some(track("0", first, PAYLOAD_TYPES.audio, 48_000)),
        video: Some(track("1", first + 1, PAYLOAD_TYPES.video, 90_000)),
        payload_types: PAYLOAD_TYPES,
        repairs: BTreeMap::new(),
        control: false,
        cname: String::new(),
    };
    Ok(Peer::new(clock::now(), identity.clone(), TransportSetup::Keyed(keys), setup)?)
}
