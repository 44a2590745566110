//! What the command line takes.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, ValueEnum};
use lectern_loadtest::{
    client::Platform,
    peer::SendPlan,
    rtp::source::{AudioPlan, VideoPlan},
    scenario::{Load, Shape},
};

/// Headless participants that load a Lectern server on this machine and
/// measure it.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) enum Command {
    /// Runs all benchmarks of media and writes their results.
    Bench(Bench),
    /// Books free hours, in turns with pgbench.
    Book {
        #[command(flatten)]
        target: TargetArgs,
        #[command(flatten)]
        booking: BookingArgs,
        /// Seconds of each turn.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Asks a full server for history and analytics.
    Insight(Insight),
    /// Puts one load before a server.
    Call {
        #[command(flatten)]
        target: TargetArgs,
        #[command(flatten)]
        load: LoadArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Puts one load before the bare relay.
    Floor {
        /// CPUs that the relay runs on, as taskset(1) has them.
        #[arg(long)]
        cpus: Option<String>,
        #[command(flatten)]
        load: LoadArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Runs the bare relay; the others start it.
    #[command(hide = true)]
    Relay,
}

/// All benchmarks of media.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) media: MediaArgs,
    /// The folder of the results.
    #[arg(long)]
    pub(crate) results: PathBuf,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 10)]
    pub(crate) seconds: u64,
    /// Times that server and relay take turns.
    #[arg(long, default_value_t = 2)]
    pub(crate) rounds: u32,
    /// Forwarded packets a second, about, in the measurements of CPU.
    #[arg(long, default_value_t = 12_000)]
    pub(crate) packets: usize,
    /// Receivers of each sender in the wide rooms.
    #[arg(long, default_value_t = 10)]
    pub(crate) receivers: usize,
    /// Lessons that are joined one after another.
    #[arg(long, default_value_t = 100)]
    pub(crate) joins: usize,
    /// Participants over which memory is measured.
    #[arg(long, default_value_t = 80)]
    pub(crate) memory_participants: usize,
    /// CPUs that the relay runs on, as taskset(1) has them: those of the
    /// server.
    #[arg(long)]
    pub(crate) cpus: Option<String>,
}

/// Bookings.
#[derive(Debug, Args)]
pub(crate) struct BookingArgs {
    /// Clients that book at once.
    #[arg(long, default_value_t = 16)]
    pub(crate) clients: usize,
    /// Times that HTTP and pgbench take turns.
    #[arg(long, default_value_t = 5)]
    pub(crate) turns: u32,
    /// The pgbench program; without it bookings stand alone.
    #[arg(long, requires_all = ["database", "statements"])]
    pub(crate) pgbench: Option<PathBuf>,
    /// The server's database, for pgbench.
    #[arg(long)]
    pub(crate) database: Option<String>,
    /// The statements of a booking, for pgbench.
    #[arg(long)]
    pub(crate) statements: Option<PathBuf>,
}

/// History and analytics.
#[derive(Debug, Args)]
pub(crate) struct Insight {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// The lessons that `bench/insight.sql` has made.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) lessons: u64,
    /// How often each question is asked.
    #[arg(long, default_value_t = 100)]
    pub(crate) times: u64,
}

/// The server.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// The file that `lectern serve --ready-file` wrote.
    #[arg(long)]
    pub(crate) ready_file: PathBuf,
    /// The secret of the platform's tokens (HS256).
    #[arg(long, env = "LECTERN_AUTH_SECRET", hide_env_values = true)]
    auth_secret: String,
    /// `iss` of the platform's tokens.
    #[arg(long, env = "LECTERN_AUTH_ISSUER")]
    auth_issuer: Option<String>,
    /// `aud` of the platform's tokens.
    #[arg(long, env = "LECTERN_AUTH_AUDIENCE")]
    auth_audience: Option<String>,
}

impl TargetArgs {
    pub(crate) fn platform(&self) -> Platform {
        Platform {
            secret: self.auth_secret.clone(),
            issuer: self.auth_issuer.clone(),
            audience: self.auth_audience.clone(),
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ShapeName {
    /// Two who send to each other.
    TwoParty,
    /// One who sends to many.
    FanOut,
}

/// One load.
#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// Who sends to whom.
    #[arg(long, value_enum, default_value = "two-party")]
    shape: ShapeName,
    /// Receivers of each sender, in a fan-out.
    #[arg(long, default_value_t = 10)]
    receivers: usize,
    /// Rooms at once.
    #[arg(long, default_value_t = 10)]
    rooms: usize,
    /// Seconds that are measured.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    #[command(flatten)]
    media: MediaArgs,
}

impl LoadArgs {
    pub(crate) fn load(&self) -> Load {
        let shape = match self.shape {
            ShapeName::TwoParty => Shape::TwoParty,
            ShapeName::FanOut => Shape::FanOut { receivers: self.receivers },
        };
        let duration = Duration::from_secs(self.seconds);
        Load { shape, rooms: self.rooms, plan: self.media.plan(), duration }
    }
}

/// What each sender sends.
#[derive(Debug, Args)]
pub(crate) struct MediaArgs {
    /// Bytes of an audio payload, 50 a second; 0: no audio.
    #[arg(long, default_value_t = 80)]
    audio_bytes: usize,
    /// Video frames a second; 0: no video.
    #[arg(long, default_value_t = 30)]
    frames: u32,
    /// Packets of a video frame.
    #[arg(long, default_value_t = 4)]
    frame_packets: usize,
    /// Packets of a key frame.
    #[arg(long, default_value_t = 12)]
    key_frame_packets: usize,
    /// Bytes of a video payload.
    #[arg(long, default_value_t = 1_100, value_parser = video_bytes)]
    video_bytes: usize,
}

/// A packet must fit a datagram of 1,500 bytes with its headers.
fn video_bytes(text: &str) -> Result<usize, String> {
    let bytes: usize = text.parse().map_err(|error| format!("{error}"))?;
    if (100..=1_200).contains(&bytes) { Ok(bytes) } else { Err("100 to 1,200 bytes".to_owned()) }
}

impl MediaArgs {
    pub(crate) fn plan(&self) -> SendPlan {
        let audio = AudioPlan { payload_bytes: self.audio_bytes };
        let video = VideoPlan {
            frames_per_second: self.frames,
            packets_per_frame: self.frame_packets,
            packets_per_key_frame: self.key_frame_packets,
            payload_bytes: self.video_bytes,
        };
        SendPlan {
            audio: (self.audio_bytes > 0).then_some(audio),
            video: (self.frames > 0).then_some(video),
        }
    }

    /// Packets that one sender sends a second.
    pub(crate) fn packet_rate(&self) -> usize {
        let audio = if self.audio_bytes > 0 { 50 } else { 0 };
        audio + self.frames as usize * self.frame_packets
    }
}

/// Where results go.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Writes the rows there, as JSON.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}
