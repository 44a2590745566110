//! The load without anything between: pairs of participants whose sockets are
//! connected to each other. What a packet takes here it takes everywhere.

use super::{Load, Measured, Shape, floor::keyed};
use crate::{
    clock,
    peer::{Identity, Keys},
    relay::Plan,
    swarm::{Swarm, bind},
};

/// Runs a two-party load directly.
///
/// # Errors
/// The load is of another shape, or the system has no sockets left.
pub fn run(load: &Load, seed: u64) -> anyhow::Result<Measured> {
    load.check()?;
    anyhow::ensure!(load.shape == Shape::TwoParty, "directly, two send to each other");
    let identity = Identity::generate()?;
    let mut swarm = Swarm::start(clock::now())?;
    let mut members = Vec::new();
    let any_loopback = ([127, 0, 0, 1], 0).into();
    for room in 0..u32::try_from(load.rooms)? {
        let (one, other) = (bind(any_loopback)?, bind(any_loopback)?);
        let port = one.local_addr()?.port();
        one.connect(other.local_addr()?)?;
        other.connect(one.local_addr()?)?;
        let material = Plan::material(seed, port);
        for (seat, socket) in (0..).zip([one, other]) {
            let keys = Keys::from_material(&material, seat == 0)?;
            members.push(swarm.add(socket, keyed(&identity, keys, room * 2 + seat)?)?.0);
        }
    }
    load.start_media(&swarm, &members)?;
    load.measure(&swarm, None)
}
