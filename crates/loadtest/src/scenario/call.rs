//! The load before the server.

use super::{Load, Measured, Shape, Stage};
use crate::{clock, swarm::Swarm};

/// The least share of what was sent that must have come through: below it, the
/// figures are of something else than a call.
const LEAST_DELIVERED: f64 = 0.8;

/// Runs the load before the server.
///
/// # Errors
/// Somebody is not let in, or does not get what was sent.
pub fn run(load: &Load, stage: &mut Stage) -> anyhow::Result<Measured> {
    load.check()?;
    let mut swarm = Swarm::start(clock::now())?;
    let mut people = Vec::new();
    for _ in 0..load.rooms {
        people.extend(stage.fill_room(load.shape, &mut swarm)?);
    }
    let members: Vec<_> = people.iter().map(|participant| participant.member()).collect();
    load.start_media(&swarm, &members)?;
    let measured = load.measure(&swarm, Some(stage.process()))?;
    stage.empty(people, &swarm)?;
    let delivered = delivered(load.shape, &measured);
    anyhow::ensure!(
        delivered >= LEAST_DELIVERED,
        "of what was sent, only {:.1} % came through",
        delivered * 100.0
    );
    Ok(measured)
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn delivered(shape: Shape, measured: &Measured) -> f64 {
    let due = measured.tally.sent * shape.copies() as u64;
    (measured.tally.received + measured.tally.recovered) as f64 / due.max(1) as f64
}
