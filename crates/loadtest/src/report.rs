//! From what scenarios measured to the rows of the results.

use std::time::Duration;

use crate::{
    measure::{histogram::Histogram, result::Row},
    scenario::{Measured, booking::Turn, insight::Asked, join::JoinTimes, memory::MemoryUse},
};

/// The bare relay, as the reference's name.
const RELAY: &str = "relay";

/// The server beside the relay, under the same load.
pub fn forwarding(name: &str, server: &Measured, relay: &Measured) -> Vec<Row> {
    let beside = |metric: &str, unit, of: fn(&Measured) -> f64| {
        Row::beside(format!("{metric}, {name}"), of(server), unit, RELAY, of(relay))
    };
    vec![
        beside("CPU per forwarded packet", "µs", Measured::cpu_per_packet),
        beside("forwarded packets", "1/s", Measured::packet_rate),
        beside("lost packets", "ppm", Measured::lost_per_million),
    ]
}

/// What the server and the relay add to the time from sending to arrival;
/// `direct` has nothing between.
pub fn latency(name: &str, server: &Measured, relay: &Measured, direct: &Measured) -> Vec<Row> {
    [("p50", 0.5), ("p99", 0.99)]
        .map(|(label, share)| {
            let added = |measured: &Measured| measured.latency(share) - direct.latency(share);
            let metric = format!("added latency {label}, {name}");
            Row::beside(metric, added(server), "µs", RELAY, added(relay))
        })
        .into()
}

/// How long joining takes.
pub fn joining(times: &JoinTimes) -> Vec<Row> {
    let steps = [
        ("answer", &times.answer),
        ("connected", &times.connected),
        ("first frame", &times.first_frame),
    ];
    let mut rows = Vec::new();
    for (step, times) in steps {
        for (label, share) in [("p50", 0.5), ("p99", 0.99)] {
            let metric = format!("WebSocket open to {step} {label}");
            rows.push(Row::alone(metric, milliseconds(times.quantile(share)), "ms"));
        }
    }
    rows
}

/// What a participant costs in memory.
pub fn memory(found: MemoryUse) -> Vec<Row> {
    [("connected", found.connected), ("in a call", found.in_call)]
        .map(|(state, bytes)| {
            Row::alone(format!("memory per participant, {state}"), bytes / 1_000.0, "kB")
        })
        .into()
}

/// Bookings over HTTP, beside the statements alone where pgbench was there: the
/// median of the turns, and how far these lie apart.
pub fn booking(turns: &[Turn], times: &Histogram) -> Vec<Row> {
    let metric = "bookings over HTTP";
    let rate = median(turns.iter().map(|turn| turn.over_http));
    let statements: Option<Vec<f64>> = turns.iter().map(|turn| turn.statements).collect();
    let mut rows = match &statements {
        Some(statements) => {
            let statements = median(statements.iter().copied());
            vec![Row::beside(metric, rate, "1/s", "pgbench", statements)]
        }
        None => vec![Row::alone(metric, rate, "1/s")],
    };
    let mut ratios: Vec<f64> =
        turns.iter().filter_map(|turn| Some(turn.over_http / turn.statements?)).collect();
    ratios.sort_by(f64::total_cmp);
    if let (Some(least), Some(most)) = (ratios.first(), ratios.last()) {
        rows.push(Row::alone("bookings over HTTP, least ratio of a turn", *least, "pgbench"));
        rows.push(Row::alone("bookings over HTTP, greatest ratio of a turn", *most, "pgbench"));
    }
    for (label, share) in [("p50", 0.5), ("p99", 0.99)] {
        let time = milliseconds(times.quantile(share));
        rows.push(Row::alone(format!("booking over HTTP {label}"), time, "ms"));
    }
    rows
}

/// The middle one; of two, the lower.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

/// How long history and analytics took.
pub fn insight(asked: &[Asked]) -> Vec<Row> {
    let rows = asked.iter().flat_map(|asked| {
        [("p50", 0.5), ("p99", 0.99)].map(|(label, share)| {
            let time = milliseconds(asked.times.quantile(share));
            Row::alone(format!("{} {label}", asked.name), time, "ms")
        })
    });
    rows.collect()
}

fn milliseconds(duration: Option<Duration>) -> f64 {
    duration.map_or(0.0, |duration| duration.as_secs_f64() * 1e3)
}

/// One load, beside nothing.
pub fn alone(measured: &Measured) -> Vec<Row> {
    let mut rows = vec![
        Row::alone("CPU per forwarded packet", measured.cpu_per_packet(), "µs"),
        Row::alone("forwarded packets", measured.packet_rate(), "1/s"),
        Row::alone("lost packets", measured.lost_per_million(), "ppm"),
    ];
    for (label, share) in [("p50", 0.5), ("p99", 0.99)] {
        let metric = format!("latency {label}");
        rows.push(Row::alone(metric, measured.latency(share), "µs"));
    }
    rows
}
