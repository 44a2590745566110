-- When teachers are open, what they ask of those who book, slots that are kept
-- for a few minutes, and requests that wait for the teacher's answer.

-- Read and replaced as a whole, by the rules of the code alone: Postgres knows
-- nothing of wall clocks here.
CREATE TABLE availability (
    teacher        text PRIMARY KEY REFERENCES users,
    time_zone      text NOT NULL,
    weekly         jsonb NOT NULL,
    exceptions     jsonb NOT NULL,
    out_of_office  jsonb NOT NULL,
    version        bigint NOT NULL DEFAULT 1,
    updated_at     timestamptz NOT NULL DEFAULT now()
);

-- Null: what the platform says. Lengths are minutes.
CREATE TABLE policies (
    teacher                   text PRIMARY KEY REFERENCES users,
    buffer_before             integer CHECK (buffer_before BETWEEN 0 AND 1440),
    buffer_after              integer CHECK (buffer_after BETWEEN 0 AND 1440),
    minimum_notice            integer CHECK (minimum_notice BETWEEN 0 AND 129600),
    booking_window            integer CHECK (booking_window BETWEEN 1 AND 2635200),
    start_increment           integer CHECK (start_increment BETWEEN 5 AND 1440),
    -- Zero: any number, whatever the platform says.
    per_day                   integer CHECK (per_day BETWEEN 0 AND 1000),
    per_week                  integer CHECK (per_week BETWEEN 0 AND 1000),
    requires_confirmation     boolean,
    pending_blocks            boolean,
    confirm_within            integer CHECK (confirm_within BETWEEN 1 AND 43200),
    cancel_deadline           integer CHECK (cancel_deadline BETWEEN 0 AND 43200),
    join_opens                integer CHECK (join_opens BETWEEN 0 AND 1440),
    grace                     integer CHECK (grace BETWEEN 0 AND 120),
    lobby                     boolean,
    reschedule_needs_consent  boolean,
    version                   bigint NOT NULL DEFAULT 1,
    updated_at                timestamptz NOT NULL DEFAULT now()
);

-- A slot that is kept for somebody. One a person: a new one takes the place of
-- the one before. Nothing but `expires_at` says whether it is alive.
CREATE TABLE holds (
    id          uuid PRIMARY KEY,
    teacher     text NOT NULL REFERENCES users,
    holder      text NOT NULL UNIQUE REFERENCES users,
    during      tstzrange NOT NULL
        CHECK (lower_inc(during) AND NOT upper_inc(during) AND NOT isempty(during)),
    expires_at  timestamptz NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CHECK (holder <> teacher)
);
CREATE INDEX holds_by_slot ON holds USING gist (teacher, during);
CREATE INDEX holds_by_age ON holds (expires_at);

-- Until when the teacher may answer, and whether it was called off after the
-- deadline for students.
ALTER TABLE sessions
    ADD COLUMN confirm_by timestamptz,
    ADD COLUMN late_cancel boolean NOT NULL DEFAULT false;
CREATE INDEX sessions_unanswered ON sessions (confirm_by)
    WHERE confirmation = 'pending' AND status = 'scheduled';
