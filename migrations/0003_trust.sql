-- Trust: keys of the platform's servers, reviews that nobody can see too early,
-- complaints and what became of them, people's right to go, and a record that
-- the service itself cannot change.

-- Keys with which the platform's own servers call. Of the secret, 256 random
-- bits, only the SHA-256 is kept.
CREATE TABLE api_keys (
    id            uuid PRIMARY KEY,
    name          text NOT NULL,
    secret_hash   bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    scopes        text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_by    text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz,
    -- To the hour: it is written once an hour at most.
    last_used_at  timestamptz
);
CREATE INDEX api_keys_by_age ON api_keys (created_at, id);

-- Reviews: the lesson's skill as it was, an opinion of the reviewee's level in
-- it, what the reviewee answered, and what an admin took from view. A review
-- counts while it is published and not hidden.
ALTER TABLE reviews
    ADD COLUMN skill           text NOT NULL DEFAULT '',
    ADD COLUMN skill_level     smallint CHECK (skill_level BETWEEN 1 AND 5),
    ADD COLUMN reply           text,
    ADD COLUMN replied_at      timestamptz,
    ADD COLUMN hidden_at       timestamptz,
    ADD COLUMN hidden_reason   text,
    -- What makes it look as if it were not meant honestly; for admins.
    ADD COLUMN flags           text[] NOT NULL DEFAULT '{}',
    ADD CHECK ((reply IS NULL) = (replied_at IS NULL));
UPDATE reviews r SET skill = s.skill FROM sessions s WHERE s.id = r.session_id;
CREATE INDEX reviews_unpublished ON reviews (session_id) WHERE published_at IS NULL;
CREATE INDEX reviews_hidden ON reviews (created_at, id) WHERE hidden_at IS NOT NULL;
CREATE INDEX reviews_flagged ON reviews (created_at, id) WHERE cardinality(flags) > 0;
CREATE INDEX reviews_by_pair ON reviews (reviewee_id, reviewer_id, created_at);
CREATE INDEX reviews_by_reviewer ON reviews (reviewer_id, created_at);
CREATE INDEX sessions_finished ON sessions (finished_at) WHERE status = 'completed';

-- The same numbers as review_aggregates, by skill, in the same transaction. The
-- key is the skill in small letters; `name` is how it was last written.
CREATE TABLE review_skill_aggregates (
    user_id      text NOT NULL REFERENCES users,
    skill        text NOT NULL,
    name         text NOT NULL,
    ones         bigint NOT NULL DEFAULT 0,
    twos         bigint NOT NULL DEFAULT 0,
    threes       bigint NOT NULL DEFAULT 0,
    fours        bigint NOT NULL DEFAULT 0,
    fives        bigint NOT NULL DEFAULT 0,
    level_sum    bigint NOT NULL DEFAULT 0,
    level_count  bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, skill)
);
INSERT INTO review_skill_aggregates (user_id, skill, name, ones, twos, threes, fours, fives)
SELECT reviewee_id, lower(skill), max(skill),
       count(*) FILTER (WHERE rating = 1), count(*) FILTER (WHERE rating = 2),
       count(*) FILTER (WHERE rating = 3), count(*) FILTER (WHERE rating = 4),
       count(*) FILTER (WHERE rating = 5)
FROM reviews WHERE published_at IS NOT NULL AND skill <> ''
GROUP BY reviewee_id, lower(skill);

-- Who finds a review unfair, and why.
CREATE TABLE review_reports (
    review_id    uuid NOT NULL REFERENCES reviews,
    reporter_id  text NOT NULL REFERENCES users,
    reason       text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (review_id, reporter_id)
);

-- Complaints about lessons, and what an admin decided.
CREATE TABLE disputes (
    id               uuid PRIMARY KEY,
    session_id       uuid NOT NULL REFERENCES sessions,
    opened_by        text NOT NULL REFERENCES users,
    reason           text NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    outcome          text CHECK (outcome IN
        ('complete', 'cancel', 'teacher-no-show', 'student-no-show', 'nothing')),
    decided_by       text,
    decided_at       timestamptz,
    decision_reason  text,
    CHECK ((outcome IS NULL) = (decided_at IS NULL)),
    CHECK ((outcome IS NULL) = (decided_by IS NULL)),
    UNIQUE (session_id, opened_by)
);
CREATE INDEX disputes_by_age ON disputes (created_at, id);
CREATE INDEX disputes_open ON disputes (created_at, id) WHERE decided_at IS NULL;

-- Accounts that look like one person's.
CREATE INDEX users_by_email ON users (lower(email)) WHERE email IS NOT NULL;
CREATE INDEX users_by_phone ON users (phone) WHERE phone IS NOT NULL;

-- The record is kept from the service itself. Whoever migrates owns the tables;
-- the service works as `lectern_app`, which may add to the record and read it,
-- and may not change it, empty it, or touch its triggers. A trigger alone would
-- bind only those who do not drop it.
--
-- The role belongs to the whole cluster. Where the owner may not make roles, an
-- administrator makes it beforehand (CREATE ROLE lectern_app NOLOGIN; GRANT
-- lectern_app TO the owner); without it the trigger is what is left, and
-- `lectern doctor` says so.
DO $$
BEGIN
    IF to_regrole('lectern_app') IS NULL THEN
        CREATE ROLE lectern_app NOLOGIN;
    END IF;
EXCEPTION
    -- Another database of this cluster was faster.
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'lectern_app cannot be made: the record is protected by its trigger alone';
END
$$;

DO $$
BEGIN
    IF to_regrole('lectern_app') IS NOT NULL
        AND NOT pg_has_role(current_user, 'lectern_app', 'MEMBER') THEN
        EXECUTE format('GRANT lectern_app TO %I', current_user);
    END IF;
EXCEPTION
    WHEN insufficient_privilege OR invalid_grant_operation THEN
        RAISE NOTICE 'not a member of lectern_app: the record is protected by its trigger alone';
END
$$;

-- The one way by which the record grows shorter, run with its owner's rights.
-- Whatever the caller says, nothing younger than the period goes: three years,
-- by the database's own clock.
CREATE FUNCTION prune_audit_events(before timestamptz, most bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    pruned bigint;
BEGIN
    PERFORM set_config('lectern.retention', 'on', true);
    DELETE FROM audit_events WHERE id IN (
        SELECT id FROM audit_events
        WHERE at < least(before, clock_timestamp() - interval '1095 days')
        ORDER BY at LIMIT most);
    GET DIAGNOSTICS pruned = ROW_COUNT;
    PERFORM set_config('lectern.retention', '', true);
    RETURN pruned;
END
$$;
REVOKE EXECUTE ON FUNCTION prune_audit_events(timestamptz, bigint) FROM PUBLIC;

-- What the service may do: everything with rows, nothing with tables. Tables of
-- later migrations follow by the default. The record and the list of migrations
-- are the exceptions. The owner calls this again whenever it migrates, since
-- the role may have been made in the meantime.
CREATE FUNCTION admit_service() RETURNS void LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF to_regrole('lectern_app') IS NULL
        OR has_table_privilege('lectern_app', 'audit_events', 'INSERT') THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA public TO lectern_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lectern_app;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lectern_app;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lectern_app;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO lectern_app;
    REVOKE UPDATE, DELETE ON audit_events FROM lectern_app;
    IF to_regclass('_sqlx_migrations') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON _sqlx_migrations FROM lectern_app;
    END IF;
    GRANT EXECUTE ON FUNCTION prune_audit_events(timestamptz, bigint) TO lectern_app;
END
$$;
REVOKE EXECUTE ON FUNCTION admit_service() FROM PUBLIC;
SELECT admit_service();
