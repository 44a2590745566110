-- What people plan together: series, group lessons and proposals.

-- A lesson of a series whose time was changed by itself no longer moves with
-- the others.
ALTER TABLE sessions ADD COLUMN detached boolean NOT NULL DEFAULT false;
DROP INDEX sessions_by_series;
CREATE INDEX sessions_by_series ON sessions (series_id, scheduled_at, id)
    WHERE series_id IS NOT NULL;

-- Group lessons that students may still take a seat in.
CREATE INDEX sessions_open_groups ON sessions (teacher, scheduled_at, id)
    WHERE capacity > 1 AND status = 'scheduled';

-- Who waits for a seat in a group lesson, in the order in which they came. A
-- seat that becomes free is offered, and kept until the offer ends.
CREATE TABLE session_waitlist (
    session_id     uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    user_id        text NOT NULL REFERENCES users,
    place          bigint GENERATED ALWAYS AS IDENTITY,
    offered_until  timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (session_id, user_id)
);
CREATE INDEX session_waitlist_in_order ON session_waitlist (session_id, place);
CREATE INDEX session_waitlist_by_user ON session_waitlist (user_id);
CREATE INDEX session_waitlist_offered ON session_waitlist (offered_until)
    WHERE offered_until IS NOT NULL;

-- New times that one side of a lesson proposes to the other.
CREATE TABLE session_proposals (
    id             uuid PRIMARY KEY,
    session_id     uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    proposed_by    text NOT NULL REFERENCES users,
    during         tstzrange NOT NULL
        CHECK (lower_inc(during) AND NOT upper_inc(during) AND NOT isempty(during)),
    time_zone      text,
    local_start    text,
    state          text NOT NULL DEFAULT 'open' CHECK (state IN
        ('open', 'accepted', 'declined', 'withdrawn', 'expired', 'superseded')),
    -- The lesson's: once it has another, the proposal is void.
    sequence       integer NOT NULL,
    -- The earlier of the two starts.
    expires_at     timestamptz NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    settled_at     timestamptz,
    CHECK ((time_zone IS NULL) = (local_start IS NULL)),
    CHECK ((state = 'open') = (settled_at IS NULL))
);
-- One open proposal for a lesson.
CREATE UNIQUE INDEX session_proposals_open ON session_proposals (session_id)
    WHERE state = 'open';
CREATE INDEX session_proposals_due ON session_proposals (expires_at) WHERE state = 'open';
CREATE INDEX session_proposals_by_user ON session_proposals (proposed_by);
CREATE INDEX session_proposals_by_session ON session_proposals (session_id);

-- Who may book whom, where the platform says so with a list.
CREATE TABLE matches (
    student     text NOT NULL,
    teacher     text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (student, teacher)
);
CREATE INDEX matches_by_teacher ON matches (teacher);

-- Editions of the time-zone rules by which lessons ahead were computed anew.
CREATE TABLE zone_rules (
    version     text PRIMARY KEY,
    applied_at  timestamptz NOT NULL
);
