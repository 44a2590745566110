//! The table of settings.

/// One setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its key in the file: dots stand for tables.
    pub(crate) key: &'static str,
    /// What applies when nobody sets it; empty: nothing.
    pub(crate) default: &'static str,
    /// Never printed.
    pub(crate) secret: bool,
    /// One sentence for `lectern config`.
    pub(crate) about: &'static str,
}

impl Setting {
    /// The environment variable: `auth.secret` is `LECTERN_AUTH_SECRET`. The
    /// database goes by the name that everybody else gives it.
    pub(crate) fn variable(&self) -> String {
        if self.key == "database_url" {
            return "DATABASE_URL".to_owned();
        }
        format!("LECTERN_{}", self.key.replace('.', "_").to_uppercase())
    }
}

const fn public(key: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { key, default, secret: false, about }
}

const fn secret(key: &'static str, about: &'static str) -> Setting {
    Setting { key, default: "", secret: true, about }
}

/// All settings, in the order in which `lectern config` prints them.
pub(crate) const SETTINGS: &[Setting] = &[
    public(
        "listen",
        "127.0.0.1:8080",
        "Address of the API, the WebSocket and the web app; port 0 picks a free one.",
    ),
    public(
        "metrics_listen",
        "127.0.0.1:9464",
        "Address of /metrics; whoever reaches it reads everything there.",
    ),
    public(
        "public_url",
        "",
        "How people reach `listen` from outside, as http(s)://host[:port]; by default its own address.",
    ),
    public(
        "trusted_proxies",
        "",
        "Comma-separated addresses of proxies whose X-Forwarded-For is believed.",
    ),
    public(
        "allowed_origins",
        "",
        "Comma-separated origins (https://host[:port]), beside the public one, whose pages may use the API and the WebSocket.",
    ),
    public("data_dir", ".lectern", "Folder of the embedded Postgres and of generated secrets."),
    secret("database_url", "Your own Postgres; the embedded one serves where this is not set."),
    public("database_connections", "20", "Most connections to Postgres, 2 to 200."),
    public(
        "postgres_bin",
        "",
        "Folder of the embedded Postgres's programs; by default the newest of this machine.",
    ),
    public(
        "media.listen",
        "0.0.0.0:7880",
        "UDP address of the first media worker; others take the next ports.",
    ),
    public(
        "media.advertise",
        "",
        "Comma-separated addresses, or address:port, at which people reach the media ports; by default those of this machine.",
    ),
    public("media.workers", "0", "Media workers, one thread and port each; 0: one a core."),
    secret(
        "auth.secret",
        "Secret of the platform's HS256, HS384 or HS512 tokens, at least 32 bytes; while it changes, two, separated by a comma.",
    ),
    public("auth.jwks_url", "", "Where the platform publishes its public keys (RFC 7517)."),
    public(
        "auth.algorithms",
        "",
        "Comma-separated algorithms that are accepted; by default all that the keys are for.",
    ),
    public("auth.issuer", "", "Required `iss` of tokens."),
    public("auth.audience", "", "Required `aud` of tokens."),
    public("auth.name_claim", "name", "Claim with the person's name."),
    public("auth.role_claim", "role", "Claim whose value `admin` makes an admin."),
    secret(
        "room_keys",
        "Comma-separated keys of room tokens; the first signs, all are accepted. By default one is generated in `data_dir`.",
    ),
    public(
        "join.opens_minutes",
        "15",
        "How long before its start a lesson may be entered, 0 to 1440 minutes.",
    ),
    public(
        "join.grace_minutes",
        "15",
        "How long after its end a lesson may be entered and goes on, 0 to 120 minutes.",
    ),
    public(
        "policy.buffer_before_minutes",
        "0",
        "Time before each lesson, 0 to 1440 minutes; like all of `policy`, where a teacher says nothing else.",
    ),
    public("policy.buffer_after_minutes", "0", "Time after each lesson, 0 to 1440 minutes."),
    public(
        "policy.minimum_notice_minutes",
        "0",
        "How long before its start a lesson is booked at the latest, 0 to 129600 minutes.",
    ),
    public(
        "policy.booking_window_minutes",
        "2635200",
        "How long before its start a lesson is booked at the earliest, 1 to 2635200 minutes.",
    ),
    public(
        "policy.start_increment_minutes",
        "15",
        "Lessons start on multiples of this within a teacher's hours, 5 to 1440 minutes.",
    ),
    public(
        "policy.per_day",
        "",
        "Most lessons of a teacher in a day, 1 to 1000; by default any number.",
    ),
    public(
        "policy.per_week",
        "",
        "Most lessons of a teacher in a week, 1 to 1000; by default any number.",
    ),
    public("policy.requires_confirmation", "false", "Whether teachers answer each booking."),
    public("policy.pending_blocks", "true", "Whether a booking takes its slot before the answer."),
    public(
        "policy.confirm_within_minutes",
        "1440",
        "How long a booking waits for the answer, 1 to 43200 minutes.",
    ),
    public(
        "policy.cancel_deadline_minutes",
        "0",
        "How long before its start a student may cancel at the latest, 0 to 43200 minutes; 0: until its end.",
    ),
    public(
        "policy.lobby",
        "false",
        "Whether people are to wait until the teacher is there; kept, and not yet kept to by rooms.",
    ),
    public(
        "policy.reschedule_needs_consent",
        "false",
        "Whether a student asks before a lesson is moved.",
    ),
    public(
        "match.mode",
        "off",
        "Who may book whom: off (anybody), list (PUT /api/matches/:userId), hook (match.url is asked).",
    ),
    public("match.url", "", "Is asked by POST with {student, teacher}; answers {allowed}."),
    secret(
        "match.secret",
        "Signs what match.url is asked, as Standard Webhooks does; whsec_ and base64, or any text.",
    ),
    public("match.timeout_ms", "2000", "How long match.url may take, 100 to 10000 milliseconds."),
    public(
        "match.on_failure",
        "refuse",
        "Where match.url does not answer: refuse (503) or allow the booking.",
    ),
    public(
        "feeds.allow_private",
        "false",
        "Whether people's calendars are also fetched from private addresses, other ports and by plain HTTP: true or false. For intranets and tests; whoever can sign in can then reach what this machine reaches.",
    ),
    public(
        "reviews.window_days",
        "14",
        "How long after a lesson reviews may be written; then they are published, 1 to 365 days.",
    ),
    public(
        "disputes.chat_texts",
        "false",
        "Whether admins read what was written in the rooms of others, and not only when: true or false.",
    ),
    public(
        "sign_in.url",
        "",
        "The platform's page where people sign in; the web app sends them there, with the page to come back to as `returnTo`.",
    ),
    public(
        "sign_in.hours",
        "12",
        "How long somebody stays signed in who came with a code (POST /api/sign-in-codes), 1 to 720 hours.",
    ),
    public("rate_limit.per_second", "50", "Requests a second of one caller, in the long run."),
    public("rate_limit.burst", "200", "Requests of one caller at once."),
    public("ice_servers", "[]", "JSON list of RTCIceServer dictionaries for clients."),
    public("region", "", "Region of this node."),
    public(
        "drain_seconds",
        "0",
        "How long lessons may go on after SIGTERM before their rooms close, 0 to 86400 seconds.",
    ),
    public("log", "info", "Log filter, as in `info,lectern_sfu=debug`."),
];
