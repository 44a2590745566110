//! How long it takes to be in a lesson where somebody already speaks.

use super::{SEATS, Stage};
use crate::{client::Entry, clock, measure::histogram::Histogram, peer::SendPlan, swarm::Swarm};

/// From the opening of the WebSocket to each step.
#[derive(Debug, Clone, Default)]
pub struct JoinTimes {
    /// The answer.
    pub answer: Histogram,
    /// The transport is up.
    pub connected: Histogram,
    /// A key frame of the other has come whole.
    pub first_frame: Histogram,
}

/// Joins this many lessons, one after another; in each the teacher sends.
///
/// # Errors
/// Somebody is not let in, or sees nothing.
pub fn run(stage: &mut Stage, lessons: usize, plan: SendPlan) -> anyhow::Result<JoinTimes> {
    let mut swarm = Swarm::start(clock::now())?;
    let mut times = JoinTimes::default();
    for _ in 0..lessons {
        let mut tickets = stage.lesson(2)?.into_iter();
        let (Some(teacher), Some(student)) = (tickets.next(), tickets.next()) else {
            anyhow::bail!("a lesson of two has two tickets");
        };
        let how = Entry { seats: SEATS, sends: true, plan: Some(plan) };
        let mut teacher = stage.enter(teacher, how, &mut swarm)?;
        stage.block_on(teacher.connected())?;
        let mut student = stage.enter(student, how, &mut swarm)?;
        times.answer.record(student.answered());
        times.connected.record(stage.block_on(student.connected())?);
        times.first_frame.record(stage.block_on(student.first_key_frame())?);
        stage.empty(vec![student, teacher], &swarm)?;
    }
    Ok(times)
}
