//! The commands: which scenarios, in which order, into which files.

use std::{fs, path::Path, time::Duration};

use anyhow::Context as _;
use lectern_loadtest::{
    measure::{
        histogram::Histogram,
        result::{Row, table},
    },
    report,
    scenario::{
        Load, Measured, Shape, Stage, Target, booking, call as server, direct, floor as relay,
        insight as questions, join, memory, pgbench,
    },
};

use crate::args::{Bench, BookingArgs, Insight, LoadArgs, OutputArgs, TargetArgs};

/// The run is the same each time: keys, SSRCs and tie-breakers follow from it.
const SEED: u64 = 0x5eed_1ec7;

/// One load before a server.
pub(crate) fn call(
    target: &TargetArgs,
    load: &LoadArgs,
    output: &OutputArgs,
) -> anyhow::Result<()> {
    let mut stage = stage(target)?;
    print_one(&server::run(&load.load(), &mut stage)?, output)
}

/// One load before the bare relay.
pub(crate) fn floor(
    cpus: Option<&str>,
    load: &LoadArgs,
    output: &OutputArgs,
) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    print_one(&relay::run(&load.load(), &program, cpus, SEED)?, output)
}

/// Bookings, in turns with pgbench.
pub(crate) fn book(
    target: &TargetArgs,
    booking: &BookingArgs,
    seconds: u64,
    output: &OutputArgs,
) -> anyhow::Result<()> {
    print_rows(&booking_rows(booking, seconds, &stage(target)?)?, output)
}

/// History and analytics over a database that is full.
pub(crate) fn insight(args: &Insight) -> anyhow::Result<()> {
    let asked = questions::run(&stage(&args.target)?, args.lessons, args.times)?;
    print_rows(&report::insight(&asked), &args.output)
}

fn stage(target: &TargetArgs) -> anyhow::Result<Stage> {
    Stage::new(&Target::read(&target.ready_file)?, target.platform(), SEED)
}

fn print_one(measured: &Measured, output: &OutputArgs) -> anyhow::Result<()> {
    print_rows(&report::alone(measured), output)
}

fn print_rows(rows: &[Row], output: &OutputArgs) -> anyhow::Result<()> {
    if let Some(path) = &output.json {
        write(path, rows)?;
    }
    print!("{}", table(rows));
    Ok(())
}

/// All benchmarks of media, each into a file of its own.
pub(crate) fn bench(args: &Bench) -> anyhow::Result<()> {
    fs::create_dir_all(&args.results)?;
    let mut stage = stage(&args.target)?;
    let mut all = Vec::new();
    let mut keep = |name: &str, rows: Vec<Row>| -> anyhow::Result<()> {
        write(&args.results.join(name), &rows)?;
        eprint!("{}", table(&rows));
        all.extend(rows);
        Ok(())
    };
    // Memory first: what other load has left free would hide what is taken.
    keep("memory.json", memory_rows(args, &mut stage)?)?;
    let times = join::run(&mut stage, args.joins, args.media.plan())?;
    keep("join.json", report::joining(&times))?;
    keep("forwarding.json", forwarding_rows(args, &mut stage)?)?;
    let text = table(&all);
    fs::write(args.results.join("table.txt"), &text)?;
    print!("{text}");
    Ok(())
}

fn memory_rows(args: &Bench, stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let load = Load {
        shape: Shape::TwoParty,
        rooms: args.memory_participants.div_ceil(2),
        plan: args.media.plan(),
        duration: Duration::from_secs(args.seconds),
    };
    memory::run(&load, stage).map(report::memory)
}

fn forwarding_rows(args: &Bench, stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let program = std::env::current_exe()?;
    let wide = Shape::FanOut { receivers: args.receivers };
    let wide_name = format!("one to {}", args.receivers);
    let mut rows = Vec::new();
    let quiet = direct::run(&args.load(Shape::TwoParty), SEED)?;
    for (shape, name) in [(Shape::TwoParty, "two-party"), (wide, wide_name.as_str())] {
        let load = args.load(shape);
        let mut both: Option<(Measured, Measured)> = None;
        for _ in 0..args.rounds.max(1) {
            let floor = relay::run(&load, &program, args.cpus.as_deref(), SEED)?;
            let call = server::run(&load, stage)?;
            both = Some(match both {
                Some((calls, floors)) => (calls.and(&call), floors.and(&floor)),
                None => (call, floor),
            });
        }
        let (call, floor) = both.context("at least one round")?;
        rows.extend(report::forwarding(name, &call, &floor));
        rows.extend(report::latency(name, &call, &floor, &quiet));
    }
    Ok(rows)
}

fn booking_rows(args: &BookingArgs, seconds: u64, stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let duration = Duration::from_secs(seconds);
    let parts = args.pgbench.as_ref().zip(args.statements.as_ref()).zip(args.database.as_ref());
    let (mut turns, mut times) = (Vec::new(), Histogram::default());
    for _ in 0..args.turns.max(1) {
        let booked = booking::run(stage, args.clients, duration)?;
        let statements = parts.map(|((program, script), database)| {
            pgbench::run(program, script, database, args.clients, duration)
        });
        times.merge(&booked.times);
        let statements = statements.transpose()?;
        turns.push(booking::Turn { over_http: booked.rate(), statements });
    }
    Ok(report::booking(&turns, &times))
}

impl Bench {
    /// As many rooms as make the wanted rate of forwarded packets.
    fn load(&self, shape: Shape) -> Load {
        let senders = (0..shape.participants()).filter(|seat| shape.sends(*seat)).count();
        let of_room = (self.media.packet_rate() * senders * shape.copies()).max(1);
        Load {
            shape,
            rooms: self.packets.div_ceil(of_room),
            plan: self.media.plan(),
            duration: Duration::from_secs(self.seconds),
        }
    }
}

fn write(path: &Path, rows: &[Row]) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(rows)? + "\n";
    fs::write(path, text).with_context(|| format!("write {}", path.display()))
}
