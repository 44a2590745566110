//! A video packet's way through the engine, from decrypted in to ready to be
//! sealed out, to one receiver and to ten.

mod call;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lectern_sfu::engine::Output;

use call::{Call, PACKET_BYTES};

/// Returns how many bytes came out.
fn forward_one(call: &mut Call) -> usize {
    let now = call.next_packet();
    call.engine.handle_rtp(now, call.sender, &call.packet);
    call.run_timers();
    let mut sent = 0;
    while let Some(output) = call.engine.poll_output() {
        if let Output::Rtp(packet) = output {
            sent += black_box(packet).len();
        }
    }
    sent
}

fn forward(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    for receivers in [1, 10] {
        group.throughput(Throughput::Elements(receivers));
        group.bench_with_input(
            BenchmarkId::new("forward", receivers),
            &receivers,
            |bencher, receivers| {
                let mut call = Call::new(*receivers);
                bencher.iter(|| black_box(forward_one(&mut call)));
                assert!(forward_one(&mut call) >= PACKET_BYTES, "nothing was forwarded");
            },
        );
    }
    group.finish();
}

criterion_group!(benches, forward);
criterion_main!(benches);
