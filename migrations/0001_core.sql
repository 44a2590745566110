-- The core schema: lessons, who is in them, what was said and what is owed.
--
-- Forward only, expand and contract: a migration never breaks the version of
-- the server that ran before it. Instants are UTC. No SQL here or elsewhere
-- converts between time zones: Postgres has a time-zone database of its own.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- The platform's people, as far as Lectern needs to know them.
CREATE TABLE users (
    id          text PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 128),
    name        text NOT NULL DEFAULT '',
    email       text,
    phone       text,
    locale      text NOT NULL DEFAULT 'en',
    time_zone   text NOT NULL DEFAULT 'UTC',
    -- What students find them by, if they teach.
    teaches     boolean NOT NULL DEFAULT false,
    headline    text NOT NULL DEFAULT '',
    skills      text[] NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX users_teaching ON users (name, id) WHERE teaches;

CREATE TABLE sessions (
    id               uuid PRIMARY KEY,
    title            text NOT NULL,
    description      text NOT NULL DEFAULT '',
    skill            text NOT NULL DEFAULT '',
    teacher          text NOT NULL REFERENCES users,
    student          text REFERENCES users,
    -- [start, end): what people booked, without buffers.
    during           tstzrange NOT NULL
        CHECK (lower_inc(during) AND NOT upper_inc(during) AND NOT isempty(during)),
    scheduled_at     timestamptz NOT NULL GENERATED ALWAYS AS (lower(during)) STORED,
    ends_at          timestamptz NOT NULL GENERATED ALWAYS AS (upper(during)) STORED,
    status           text NOT NULL DEFAULT 'scheduled'
        CHECK (status IN ('scheduled', 'in-progress', 'completed', 'cancelled')),
    confirmation     text NOT NULL DEFAULT 'confirmed'
        CHECK (confirmation IN ('pending', 'confirmed', 'declined', 'expired')),
    -- Whether the lesson takes its people's time. A cancelled one does not.
    blocking         boolean NOT NULL DEFAULT true,
    -- The wall-clock intent, where there was one.
    time_zone        text,
    local_start      text,
    capacity         integer NOT NULL DEFAULT 1 CHECK (capacity BETWEEN 1 AND 1000),
    provider         text NOT NULL DEFAULT 'lectern',
    series_id        uuid,
    -- Rises with every change; the ETag.
    version          bigint NOT NULL DEFAULT 1,
    -- Rises with every change of time; SEQUENCE of RFC 5545.
    sequence         integer NOT NULL DEFAULT 0,
    -- When teacher and student were first connected at once: it took place.
    started_at       timestamptz,
    finished_at      timestamptz,
    cancelled_at     timestamptz,
    cancelled_by     text,
    cancel_reason    text,
    created_by       text NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CHECK (status <> 'cancelled' OR NOT blocking),
    CHECK (status <> 'cancelled' OR (cancelled_at IS NOT NULL AND cancelled_by IS NOT NULL)),
    CHECK (status NOT IN ('in-progress', 'completed') OR started_at IS NOT NULL),
    CHECK (status <> 'completed' OR finished_at IS NOT NULL),
    CHECK ((time_zone IS NULL) = (local_start IS NULL)),
    CHECK (student IS NULL OR student <> teacher),
    -- What the participants' rows follow.
    UNIQUE (id, during, blocking)
);
CREATE INDEX sessions_by_start ON sessions (scheduled_at, id);
CREATE INDEX sessions_in_progress ON sessions (ends_at) WHERE status = 'in-progress';
CREATE INDEX sessions_by_series ON sessions (series_id) WHERE series_id IS NOT NULL;

-- Who is in a lesson. The key to sessions cascades, so that one UPDATE of a
-- lesson's time re-checks every participant, and two lessons of one person can
-- never overlap, whatever the code above does.
CREATE TABLE session_participants (
    session_id  uuid NOT NULL,
    user_id     text NOT NULL REFERENCES users,
    role        text NOT NULL CHECK (role IN ('teacher', 'student')),
    during      tstzrange NOT NULL,
    blocking    boolean NOT NULL,
    -- False on the waitlist, and for who has left a group lesson.
    attending   boolean NOT NULL DEFAULT true,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (session_id, user_id),
    FOREIGN KEY (session_id, during, blocking)
        REFERENCES sessions (id, during, blocking) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT session_participants_no_overlap
        EXCLUDE USING gist (user_id WITH =, during WITH &&) WHERE (blocking AND attending)
);
CREATE INDEX session_participants_by_user ON session_participants (user_id, lower(during), session_id);

CREATE TABLE reviews (
    id            uuid PRIMARY KEY,
    session_id    uuid NOT NULL REFERENCES sessions,
    reviewer_id   text NOT NULL REFERENCES users,
    reviewee_id   text NOT NULL REFERENCES users,
    rating        smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
    comment       text NOT NULL DEFAULT '',
    -- Null until both have written or the window has closed.
    published_at  timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CHECK (reviewer_id <> reviewee_id),
    UNIQUE (session_id, reviewer_id, reviewee_id)
);
CREATE INDEX reviews_by_age ON reviews (created_at, id);
CREATE INDEX reviews_published ON reviews (reviewee_id, published_at DESC, id DESC) WHERE published_at IS NOT NULL;

-- Published reviews in numbers, kept in the transaction that publishes.
CREATE TABLE review_aggregates (
    user_id  text PRIMARY KEY REFERENCES users,
    ones     bigint NOT NULL DEFAULT 0,
    twos     bigint NOT NULL DEFAULT 0,
    threes   bigint NOT NULL DEFAULT 0,
    fours    bigint NOT NULL DEFAULT 0,
    fives    bigint NOT NULL DEFAULT 0
);

-- In-app notices.
CREATE TABLE notifications (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id     text NOT NULL REFERENCES users,
    kind        text NOT NULL,
    session_id  uuid REFERENCES sessions ON DELETE CASCADE,
    payload     jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    read_at     timestamptz
);
CREATE INDEX notifications_by_user ON notifications (user_id, created_at DESC, id DESC);
CREATE INDEX notifications_by_age ON notifications (created_at);
CREATE INDEX notifications_unread ON notifications (user_id) WHERE read_at IS NULL;

-- What is owed to the outside, written in the transaction that owes it and
-- claimed with FOR UPDATE SKIP LOCKED. The key goes to the provider as its
-- idempotency key.
CREATE TABLE outbox (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key           text NOT NULL UNIQUE,
    kind          text NOT NULL,
    session_id    uuid REFERENCES sessions ON DELETE CASCADE,
    payload       jsonb NOT NULL DEFAULT '{}',
    due_at        timestamptz NOT NULL DEFAULT now(),
    attempts      integer NOT NULL DEFAULT 0,
    leased_until  timestamptz,
    done_at       timestamptz,
    dead_at       timestamptz,
    last_error    text,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_by_age ON outbox (due_at);
CREATE INDEX outbox_due ON outbox (due_at) WHERE done_at IS NULL AND dead_at IS NULL;

-- Who did what. Append only: a trigger refuses anything else but the pruning
-- of what is past its retention, which says so for its transaction.
CREATE TABLE audit_events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT now(),
    actor       text,
    actor_kind  text NOT NULL CHECK (actor_kind IN ('user', 'admin', 'service', 'system')),
    action      text NOT NULL,
    session_id  uuid,
    details     jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_events_by_age ON audit_events (at);
CREATE INDEX audit_events_by_session ON audit_events (session_id, id) WHERE session_id IS NOT NULL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('lectern.retention', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'audit events are append only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_events_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE chat_messages (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session_id  uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    user_id     text NOT NULL,
    name        text NOT NULL,
    -- The sender's own id: a message that is sent twice is kept once.
    client_id   text NOT NULL,
    body        text NOT NULL,
    sent_at     timestamptz NOT NULL,
    UNIQUE (session_id, user_id, client_id)
);
CREATE INDEX chat_messages_by_age ON chat_messages (sent_at);
CREATE INDEX chat_messages_by_session ON chat_messages (session_id, id);

-- Each presence in a room, by the media plane's own account.
CREATE TABLE attendance (
    session_id        uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    -- Sixteen hexadecimal digits, as on the wire.
    participant       text NOT NULL,
    user_id           text NOT NULL,
    role              text NOT NULL CHECK (role IN ('teacher', 'student', 'observer', 'service')),
    node_id           uuid NOT NULL,
    joined_at         timestamptz NOT NULL,
    -- When the media transport came up; null: it never did.
    connected_at      timestamptz,
    left_at           timestamptz,
    left_reason       text,
    audio_packets_in  bigint NOT NULL DEFAULT 0,
    video_packets_in  bigint NOT NULL DEFAULT 0,
    packets_out       bigint NOT NULL DEFAULT 0,
    lost_in           bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (session_id, participant)
);
CREATE INDEX attendance_by_age ON attendance (joined_at);
CREATE INDEX attendance_by_user ON attendance (user_id, joined_at DESC);

-- Processes that hold rooms, and the leases under which they do. A lease is
-- alive while its node's epoch is. Takeover raises the fence.
CREATE TABLE media_nodes (
    id            uuid PRIMARY KEY,
    epoch         bigint NOT NULL,
    url           text NOT NULL,
    region        text NOT NULL DEFAULT '',
    state         text NOT NULL CHECK (state IN ('active', 'draining', 'gone')),
    load          real NOT NULL DEFAULT 0,
    heartbeat_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE room_leases (
    session_id   uuid PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    node_id      uuid NOT NULL REFERENCES media_nodes,
    node_epoch   bigint NOT NULL,
    fence        bigint NOT NULL,
    acquired_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX room_leases_by_node ON room_leases (node_id);

-- Answers to requests that carried an Idempotency-Key, replayed to repeats.
CREATE TABLE idempotency_keys (
    caller        text NOT NULL,
    key           text NOT NULL,
    request_hash  bytea NOT NULL,
    status        smallint,
    headers       jsonb,
    body          bytea,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
