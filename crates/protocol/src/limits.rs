//! Every bound of the protocol, in one place. PROTOCOL.md repeats them for
//! those who write clients.

/// The longest frame that a client may send, in bytes. Extensions that change
/// a frame's length are not negotiated, so this bounds the message as well.
pub const FRAME_BYTES: usize = 512 * 1024;

/// The deepest nesting of arrays and objects in a client's message.
pub const JSON_DEPTH: usize = 8;

/// The longest room token, in bytes.
pub const TOKEN_BYTES: usize = 4096;

/// The longest resume token, in bytes.
pub const RESUME_BYTES: usize = 64;

/// The most media sections in an offer, and so the most entries in
/// `join.sources` and `view.slots`.
pub const SECTIONS: usize = 160;

/// The longest chat text, in Unicode scalar values.
pub const CHAT_CHARS: usize = 4000;

/// The longest id that a client gives a chat message, in bytes.
pub const CHAT_ID_BYTES: usize = 64;

/// The chat messages in `joined`: the latest that were written.
pub const CHAT_HISTORY: usize = 200;

/// The bytes of text that the chat in `joined` may carry.
pub const CHAT_HISTORY_BYTES: usize = 128 * 1024;

/// The messages per second that a client may send on average.
pub const MESSAGES_PER_SECOND: u32 = 20;

/// The messages that a client may send at once.
pub const MESSAGE_BURST: u32 = 60;

/// A message counts once for each of these many bytes that it begins.
pub const MESSAGE_UNIT_BYTES: usize = 16 * 1024;

/// The messages over the rate that are refused before the connection ends.
pub const RATE_STRIKES: u32 = 100;

/// The numbered messages that are kept for a client that may resume.
pub const REPLAY_MESSAGES: usize = 256;

/// The bytes of numbered messages that are kept for a client that may resume.
pub const REPLAY_BYTES: usize = 1024 * 1024;

/// The seconds for which a dropped client may resume.
pub const RESUME_SECONDS: u64 = 30;

/// The seconds that a client has for its first message.
pub const FIRST_MESSAGE_SECONDS: u64 = 10;

/// The seconds of silence after which a connection counts as dropped. The
/// server pings more often than this, and clients answer by themselves.
pub const IDLE_SECONDS: u64 = 45;
