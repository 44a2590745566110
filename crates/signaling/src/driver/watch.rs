//! Compares the open rooms with the database once a second, and when it is told
//! to: whether the lesson was cancelled or moved, who is in it, and whether the
//! lease is still this node's. It is the fallback of what is told directly, and outlasts a database that is
//! away: nothing is known then, so nothing is done.

use std::{collections::HashMap, sync::Arc, time::Instant};

use lectern_domain::{id::SessionId, session::Status};
use lectern_store::rooms::{self, RoomFacts};
use tokio::{
    sync::oneshot,
    time::{MissedTickBehavior, interval, timeout},
};

use super::{Shared, hub_task::Input};
use crate::{
    hub::{LessonChange, People},
    limits,
};

pub(super) async fn run(shared: Arc<Shared>) {
    let mut ticks = interval(limits::POLL_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut blind = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = shared.look.notified() => {}
            () = shared.shutdown.cancelled() => return,
        }
        let Some(open) = open_rooms(&shared).await else { return };
        if open.is_empty() {
            continue;
        }
        let (node, epoch) = (shared.config.node, shared.config.epoch);
        let as_of = shared.clocks.now().instant;
        let asked = timeout(limits::FACTS_TIMEOUT, rooms::held(&shared.pool, &open, node, epoch));
        match asked.await {
            Ok(Ok(held)) => {
                blind = false;
                let facts = held.into_iter().map(|held| (held.session, held.facts)).collect();
                let changes = compare(&shared, &open, &facts, as_of);
                if shared.inputs.send(Input::Changes(changes)).await.is_err() {
                    return;
                }
            }
            missed => {
                if !blind {
                    tracing::warn!(?missed, "rooms.unwatched");
                }
                blind = true;
            }
        }
    }
}

async fn open_rooms(shared: &Shared) -> Option<Vec<SessionId>> {
    let (reply, answer) = oneshot::channel();
    shared.inputs.send(Input::Rooms(reply)).await.ok()?;
    answer.await.ok()
}

fn compare(
    shared: &Shared,
    open: &[SessionId],
    facts: &HashMap<SessionId, RoomFacts>,
    as_of: Instant,
) -> Vec<LessonChange> {
    let now = shared.clocks.now().wall;
    open.iter()
        .map(|room| match facts.get(room) {
            Some(facts) => LessonChange {
                room: *room,
                fence: facts.fence,
                cancelled: facts.status == Status::Cancelled,
                ends_at: facts.ends_at,
                closes_at: facts.ends_at + facts.grace.unwrap_or(shared.config.grace),
                people: Some(People::new(facts.people.iter().cloned(), as_of)),
            },
            None => LessonChange {
                room: *room,
                fence: None,
                cancelled: true,
                ends_at: now,
                closes_at: now,
                people: None,
            },
        })
        .collect()
}
