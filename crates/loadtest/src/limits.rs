//! Every bound of the load generator, in one place: it must stop by itself and
//! must not grow with what the server sends.

use std::time::Duration;

/// The most participants of one run.
pub const PARTICIPANTS: usize = 2_000;

/// The longest time for which media flows in one step of a run.
pub const LOAD_SECONDS: u64 = 600;

/// The largest datagram that is read or written, in bytes.
pub const DATAGRAM_BYTES: usize = 2_048;

/// Datagrams that one system call reads from a participant's socket.
pub const RECEIVE_BATCH: usize = 16;

/// Datagrams that one system call of the relay reads or writes.
pub const RELAY_BATCH: usize = 64;

/// Streams that a participant measures; packets of further SSRCs are counted
/// and dropped.
pub const STREAMS_PER_PEER: usize = 64;

/// Sent video packets that can be sent again (a power of two).
pub const HISTORY_PACKETS: usize = 256;

/// Packets of one stream that are asked for again at once; more are given up.
pub const MISSING_PACKETS: usize = 256;

/// Times that one packet is asked for again.
pub const NACK_TRIES: u8 = 5;

/// The time in which a transport must be up.
pub const CONNECT_TIME: Duration = Duration::from_secs(10);

/// Commands that wait for the media thread.
pub const COMMANDS: usize = 1_024;

/// Bytes of a response body that are read.
pub const RESPONSE_BYTES: usize = 1024 * 1024;
