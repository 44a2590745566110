-- Calendars: the secret address at which a person's lessons are subscribed to,
-- and the calendars elsewhere in which teachers are busy.

-- One row a person who ever set anything. Of the secret, 256 random bits, only
-- the SHA-256 is kept. `version` is that of both, the secret and the feeds.
CREATE TABLE calendar_feeds (
    person         text PRIMARY KEY REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE,
    secret_hash    bytea UNIQUE CHECK (octet_length(secret_hash) = 32),
    subscribed_at  timestamptz,
    -- No calendar that is named is fetched before: whoever names one after the
    -- other must not send the service to somebody's server as often.
    fetch_after    timestamptz,
    version        bigint NOT NULL DEFAULT 1,
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CHECK ((secret_hash IS NULL) = (subscribed_at IS NULL))
);

-- What is fetched. Whoever leases a feed moves `due_at` ahead and raises
-- `lease`; an outcome is kept only under the lease that it was fetched under.
CREATE TABLE busy_feeds (
    id             uuid PRIMARY KEY,
    person         text NOT NULL REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE,
    place          smallint NOT NULL,
    name           text NOT NULL DEFAULT '',
    -- A secret too: whoever knows it reads the calendar.
    url            text NOT NULL,
    -- Pending: not fetched yet. Failing: what was last fetched still counts.
    state          text NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'ok', 'failing')),
    problem        text,
    -- Events in it that make busy, as of the last time it could be read.
    events         integer NOT NULL DEFAULT 0,
    fetched_at     timestamptz,
    -- When the body was last read: recurrences are expanded no further than
    -- some time after it, so that a feed that never changes is read anew too.
    read_at        timestamptz,
    etag           text,
    last_modified  text,
    failures       integer NOT NULL DEFAULT 0,
    due_at         timestamptz NOT NULL,
    lease          bigint NOT NULL DEFAULT 0,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'failing') = (problem IS NOT NULL)),
    UNIQUE (person, url)
);
CREATE INDEX busy_feeds_due ON busy_feeds (due_at);

-- When they are busy, joined within a feed, each [start, end).
CREATE TABLE busy_spans (
    feed_id  uuid NOT NULL REFERENCES busy_feeds ON DELETE CASCADE,
    person   text NOT NULL REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE,
    during   tstzrange NOT NULL
        CHECK (lower_inc(during) AND NOT upper_inc(during) AND NOT isempty(during)),
    PRIMARY KEY (feed_id, during)
);
CREATE INDEX busy_spans_by_person ON busy_spans USING gist (person, during);
