//! The bounds of a node's signaling, in one place. What clients must know of
//! them stands in [`lectern_protocol::limits`].

use std::time::Duration;

/// How long a dropped client may resume.
pub const RESUME_WINDOW: Duration = Duration::from_secs(lectern_protocol::limits::RESUME_SECONDS);

/// How long a participant stays whose media transport is not up.
pub const MEDIA_PATIENCE: Duration = Duration::from_secs(60);

/// How long an empty room is kept, so that its people find it again even
/// while the database is away.
pub const EMPTY_ROOM_LINGER: Duration = Duration::from_secs(60);

/// How long before the end of a lesson its room is warned, in minutes.
pub const ENDING_WARNINGS: [i64; 3] = [10, 5, 1];

/// What waits in one client's queue before the client counts as too slow.
pub const CLIENT_QUEUE: usize = 256;

/// What waits at the hub from all connections; beyond it they wait.
pub const HUB_QUEUE: usize = 4096;

/// Media commands that wait for the media plane; beyond it the hub takes no
/// more from connections until some are gone.
pub const MEDIA_BACKLOG: usize = 4096;

/// What waits to be written to the database; beyond it records are lost, and
/// counted.
pub const RECORD_QUEUE: usize = 65_536;

/// How long the media plane may take for an answer.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the database may take for the facts of a room.
pub const FACTS_TIMEOUT: Duration = Duration::from_secs(3);

/// How long the database may take for one record before it is tried again.
pub const WRITE_RECORD_TIMEOUT: Duration = Duration::from_secs(5);

/// How often the server pings a client. Silence for
/// [`lectern_protocol::limits::IDLE_SECONDS`] ends the connection.
pub const PING_INTERVAL: Duration = Duration::from_secs(15);

/// How long one frame may take to reach the client's socket.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client has to take the last message and close.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// How often rooms are compared with the database.
pub const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// How long the end waits for the media plane's last counts.
pub const COUNTS_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the end waits for what is still to be written.
pub const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);
