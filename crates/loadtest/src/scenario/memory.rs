//! What a participant costs in memory, connected and in a call.

use std::thread;

use super::{Load, Stage};
use crate::{clock, measure::slope::slope, swarm::Swarm};

/// Points of the line through memory over participants.
const STEPS: usize = 8;

/// Bytes of memory for each participant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryUse {
    /// The slope over connected participants who send nothing.
    pub connected: f64,
    /// The same, and what was added when all sent.
    pub in_call: f64,
}

/// Fills the rooms step by step, then lets all send for the load's duration.
///
/// # Errors
/// Somebody is not let in.
#[expect(clippy::cast_precision_loss, reason = "counts and bytes far below 2^53")]
pub fn run(load: &Load, stage: &mut Stage) -> anyhow::Result<MemoryUse> {
    load.check()?;
    let mut swarm = Swarm::start(clock::now())?;
    // What is made once, at the first lesson, is nobody's share.
    let first = stage.fill_room(load.shape, &mut swarm)?;
    stage.empty(first, &swarm)?;
    let mut people = Vec::new();
    let mut points = Vec::new();
    for step in 1..=STEPS {
        while people.len() < load.participants() * step / STEPS {
            people.extend(stage.fill_room(load.shape, &mut swarm)?);
        }
        points.push((people.len() as f64, stage.process().memory()? as f64));
    }
    let connected = slope(&points).unwrap_or(0.0);
    let quiet = stage.process().memory()?;
    let members: Vec<_> = people.iter().map(|participant| participant.member()).collect();
    load.start_media(&swarm, &members)?;
    thread::sleep(load.duration);
    let busy = stage.process().memory()?;
    let added = busy.saturating_sub(quiet) as f64 / people.len() as f64;
    stage.empty(people, &swarm)?;
    Ok(MemoryUse { connected, in_call: connected + added })
}
