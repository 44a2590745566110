//! Many rooms live through joins, leaves, drops, resumes, mutes, pins, failing
//! and crashing media, all drawn from a seed. After every step the clients'
//! own view of their room is compared with everybody else's and with what the
//! media plane was told.
//!
//! A failure prints its seed; `SEED=n` runs that one alone, and `SEEDS=n` more
//! of them than usual.

mod check;
mod client;
mod media;
mod world;

use std::{collections::BTreeSet, env};

use world::World;

const SEEDS: u64 = 120;
const STEPS: usize = 400;

#[test]
fn rooms_stay_consistent() {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEEDS").unwrap_or(SEEDS),
    };
    let mut seen = BTreeSet::new();
    for seed in seeds.clone() {
        let told = Told(seed);
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.step();
        }
        world.wind_up();
        seen.append(&mut world.seen);
        drop(told);
    }
    if seeds.count() > 1 {
        let missing: Vec<_> = EXPECTED.iter().filter(|kind| !seen.contains(**kind)).collect();
        assert!(missing.is_empty(), "the simulation has become too tame for {missing:?}");
    }
}

/// What has to happen somewhere, or the simulation shows less than it seems.
const EXPECTED: [&str; 23] = [
    "joined",
    "resumed",
    "answer",
    "participant",
    "slots",
    "chat",
    "speaking",
    "ending",
    "closed left",
    "closed ended",
    "closed cancelled",
    "closed replaced",
    "closed media_lost",
    "closed shutdown",
    "error already_joined",
    "error bad_offer",
    "error forbidden",
    "error full",
    "error lesson_over",
    "error not_found",
    "error rate_limited",
    "error resume_failed",
    "error token_revoked",
];

/// Says the seed when a check fails.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the simulation failed with SEED={}", self.0);
        }
    }
}
