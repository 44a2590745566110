//! Where the driver asks for the time and for randomness.

use std::{sync::Arc, time::Instant};

use lectern_domain::{clock::Clock, id::ParticipantId};
use rand::RngExt as _;

use crate::hub::Now;

/// Both clocks of a node.
#[derive(Debug, Clone)]
pub(super) struct Clocks {
    wall: Arc<dyn Clock>,
}

impl Clocks {
    pub(super) fn new(wall: Arc<dyn Clock>) -> Self {
        Self { wall }
    }

    #[expect(clippy::disallowed_methods, reason = "the driver tells the hub the time")]
    pub(super) fn now(&self) -> Now {
        Now { instant: Instant::now(), wall: self.wall.now() }
    }
}

/// A presence to be, and the secret of its resume token.
#[expect(clippy::disallowed_methods, reason = "the driver draws what the hub is handed")]
pub(super) fn draw_presence() -> (ParticipantId, u128) {
    let mut rng = rand::rng();
    (ParticipantId(rng.random()), rng.random())
}
