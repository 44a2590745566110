//! Every bound of the REST interface. Texts and numbers of lessons have theirs
//! in [`lectern_domain::text`].

use std::time::Duration;

use chrono::TimeDelta;

/// The largest body of a request, in bytes: 413 beyond.
pub const BODY: usize = 64 * 1024;
/// The longest query string, in bytes: 414 beyond.
pub const QUERY: usize = 4 * 1024;
/// How long a request may take: 503 beyond.
pub const REQUEST: Duration = Duration::from_secs(30);
/// The longest bearer token, in bytes.
pub const TOKEN: usize = 8 * 1024;
/// The longest `Idempotency-Key`, in visible ASCII characters.
pub const IDEMPOTENCY_KEY: usize = 255;
/// The longest request id that is taken over from a proxy.
pub const REQUEST_ID: usize = 64;
/// Rows of a page, where the caller does not say.
pub const PAGE: u16 = 50;
/// The most rows of a page.
pub const PAGE_MAX: u16 = 200;
/// The most ids in one question.
pub const IDS: usize = 200;
/// How far back a subscribed calendar goes, in days.
pub const SUBSCRIBED_DAYS: i64 = 90;
/// The most lessons in a subscribed calendar, from its beginning.
pub const SUBSCRIBED: i64 = 2_000;
/// The most teachers in one answer.
pub const TEACHERS: i64 = 200;
/// The longest search for slots, in days.
pub const SLOT_DAYS: i64 = 62;
/// The most lines of chat in one page.
pub const CHAT_PAGE: u16 = 200;
/// The most events of one lesson's record in one page.
pub const EVENTS_PAGE: u16 = 200;
/// The longest name of something that was done, in bytes: as the document's
/// pattern of `action` has it.
pub const ACTION: usize = 64;
/// The most presences of one lesson in one answer.
pub const PRESENCES: u16 = 1_000;
/// The most people of one room in one answer.
pub const PEOPLE_OF_ROOM: u16 = 100;
/// The most lessons in a file; a page of them is in memory at a time.
pub const EXPORT_ROWS: u16 = 20_000;
/// The longest time that analytics count, in days.
pub const ANALYTICS_DAYS: i64 = 400;
/// The most skills by which somebody's reviews are told apart.
pub const SKILLS: u16 = 50;
/// The most skills of one teacher.
pub const SKILLS_OF_ONE: usize = 50;
/// The most reviews of one author after one lesson in one answer.
pub const OWN_REVIEWS: u16 = 1_000;
/// The most reports of one review in one answer.
pub const REPORTS: u16 = 10;
/// The longest life of a service key, in days: five years.
pub const KEY_DAYS_MAX: i64 = 1826;
/// The life of a service key, in days, where nobody says.
pub const KEY_DAYS: i64 = 365;
/// The most callers whose rate is told apart. Beyond, idle ones are forgotten,
/// and if none is idle, newcomers share one allowance.
pub const CALLERS: usize = 100_000;
/// The most callers whose claims are known to be stored. Beyond, all are
/// forgotten, and stored again when they next call.
pub const REMEMBERED: usize = 100_000;
/// How long that is believed before it is stored again: so long a token of
/// somebody whom another node has erased may go on being answered.
pub const REMEMBERED_FOR: TimeDelta = TimeDelta::minutes(1);
/// The largest key set, in bytes.
pub const JWKS_BYTES: usize = 256 * 1024;
/// The most keys of a set; further ones are ignored.
pub const JWKS_KEYS: usize = 100;
/// The largest answer to who may book whom, in bytes.
pub const MATCH_BYTES: usize = 4 * 1024;
/// The most answers of that kind that are known at once. Beyond, all are
/// forgotten, and asked for again.
pub const MATCHES: usize = 10_000;
/// The most teachers whom one student may book by the list.
pub const MATCHES_OF_ONE: usize = 1_000;
/// How long fetching a key set may take.
pub const JWKS_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest leeway between two clocks that may be configured.
pub const LEEWAY: Duration = Duration::from_secs(30);
/// The largest answer that is tagged with a digest of it, in bytes.
pub const TAGGED: u64 = 4 * 1024 * 1024;
/// The most streams of notices on a node: each keeps a connection open. Beyond,
/// 503.
pub const STREAMS: usize = 5_000;
/// The most streams of notices of one person on a node: 429 beyond.
pub const STREAMS_OF_ONE: usize = 8;
/// What waits for one stream. A stream whose reader is further behind ends, and
/// the reader goes on from the last notice that arrived.
pub const STREAM_QUEUE: usize = 64;
/// The most notices that a stream reads at once of what was missed.
pub const STREAM_PAGE: i64 = 200;
/// How often a stream says that it is there, and unread notices are counted
/// anew: what was read by way of another node shows then.
pub const HEARTBEAT: Duration = Duration::from_secs(20);
/// The longest that a stream lasts: whoever has signed out hears no more for so
/// long, whatever their token said.
pub const STREAM_LIFE: Duration = Duration::from_secs(15 * 60);
/// How long clients wait before they open a stream again.
pub const STREAM_RETRY: Duration = Duration::from_secs(2);
/// How often a node with open streams looks for new notices.
pub const LOOK: Duration = Duration::from_secs(1);
/// The shortest pause between two looks, when commands wake the node.
pub const LOOK_PAUSE: Duration = Duration::from_millis(50);
/// The most notices of one look; with more the next follows at once.
pub const LOOK_BATCH: i64 = 1_000;
/// How long a gap in the order of notices may still be filled: longer than a
/// request takes.
pub const GAP_PATIENCE: Duration = Duration::from_secs(40);
/// The most notices that are known beyond a gap; then the gap is given up.
pub const KNOWN_NOTICES: usize = 10_000;
