-- People's records, and their right to be forgotten.

ALTER TABLE users
    -- Rises with every change; the ETag.
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    -- Whoever this was has been erased: the id is a pseudonym, drawn for them.
    ADD COLUMN erased_at timestamptz;

-- Who was erased, so that nobody brings them back by mistake: the SHA-256 of
-- the platform's id. Neither when nor under which pseudonym stands here, so
-- that it leads from an id to no lesson.
CREATE TABLE erased_ids (
    digest  bytea PRIMARY KEY CHECK (octet_length(digest) = 32)
);

-- Refuses a person who was erased, and whoever goes by a pseudonym. Waits for
-- an erasure that is under way, and keeps one from beginning before the
-- caller's transaction ends.
CREATE FUNCTION refuse_erased(person text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('erased ' || person, 0));
    IF EXISTS (SELECT FROM erased_ids WHERE digest = sha256(convert_to(person, 'UTF8')))
        OR starts_with(person, 'erased-')
            AND EXISTS (SELECT FROM users WHERE id = person AND erased_at IS NOT NULL) THEN
        RAISE EXCEPTION 'this person was erased'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_not_erased';
    END IF;
END
$$;

CREATE FUNCTION refuse_row_of_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One field a branch: a row has only its own table's.
    IF TG_TABLE_NAME = 'users' THEN
        PERFORM refuse_erased(NEW.id);
    ELSIF TG_TABLE_NAME = 'audit_events' THEN
        PERFORM refuse_erased(NEW.actor);
    ELSE
        PERFORM refuse_erased(NEW.user_id);
    END IF;
    RETURN NEW;
END
$$;
-- What else names a person refers to users, and so fails without them.
CREATE TRIGGER users_not_erased BEFORE INSERT ON users
    FOR EACH ROW EXECUTE FUNCTION refuse_row_of_erased();
CREATE TRIGGER audit_events_not_erased BEFORE INSERT ON audit_events
    FOR EACH ROW WHEN (NEW.actor_kind IN ('user', 'admin'))
    EXECUTE FUNCTION refuse_row_of_erased();
CREATE TRIGGER attendance_not_erased BEFORE INSERT ON attendance
    FOR EACH ROW EXECUTE FUNCTION refuse_row_of_erased();
CREATE TRIGGER chat_messages_not_erased BEFORE INSERT ON chat_messages
    FOR EACH ROW EXECUTE FUNCTION refuse_row_of_erased();

-- By what a person's rows are found.
CREATE INDEX audit_events_by_actor ON audit_events (actor, id)
    WHERE actor_kind IN ('user', 'admin');
CREATE INDEX audit_events_about ON audit_events
    ((coalesce(details ->> 'user', details ->> 'student', details ->> 'onBehalfOf')))
    WHERE details ?| ARRAY['user', 'student', 'onBehalfOf'];
CREATE INDEX chat_messages_by_user ON chat_messages (user_id, id);
CREATE INDEX disputes_by_user ON disputes (opened_by, id);
-- Whoever booked or called off a lesson that is not theirs: keys and admins.
CREATE INDEX sessions_made_by_others ON sessions (created_by)
    WHERE created_by <> teacher AND created_by IS DISTINCT FROM student;
CREATE INDEX sessions_cancelled_by_others ON sessions (cancelled_by)
    WHERE cancelled_by <> teacher AND cancelled_by IS DISTINCT FROM student;

-- Whether a text names one of these words.
CREATE FUNCTION mentions(said text, words text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT FROM unnest(words) AS word WHERE strpos(lower(said), lower(word)) > 0)
$$;

-- By what texts of others name a person. Shorter ones stand in any text.
CREATE FUNCTION names_of(person text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT word), '{}')
    FROM (SELECT person AS word
          UNION ALL
          SELECT unnest(ARRAY[name, email, phone]) FROM users WHERE id = person) words
    WHERE length(word) >= 3
$$;

-- The second way by which the record changes.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('lectern.retention', true) = 'on'
        OR TG_OP = 'UPDATE' AND current_setting('lectern.erasure', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'audit events are append only' USING ERRCODE = 'insufficient_privilege';
END
$$;

-- Puts a pseudonym in a person's place in the record, for good, and answers
-- it. Run with its owner's rights; the service has none to change the record.
-- It is drawn here: nothing that somebody did can be made to look as if
-- another had done it, or as if it had not been done. That it was called
-- stands in the record.
--
-- What used to be written beside ids goes as well: names and titles, and an
-- admin's reason where it names the person.
CREATE FUNCTION erase_from_record(person text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    pseudonym text := 'erased-' || replace(gen_random_uuid()::text, '-', '');
    words text[] := names_of(person);
    changed bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('erased ' || person, 0));
    PERFORM set_config('lectern.erasure', 'on', true);
    UPDATE audit_events
    SET actor = CASE WHEN actor = person AND actor_kind IN ('user', 'admin')
                     THEN pseudonym ELSE actor END,
        details = coalesce((
            SELECT jsonb_object_agg(key, CASE WHEN value = to_jsonb(person)
                                              THEN to_jsonb(pseudonym) ELSE value END)
            FROM jsonb_each(details)
            WHERE key NOT IN ('title', 'actor', 'actorName')
              AND NOT (key = 'reason' AND mentions(value #>> '{}', words))), '{}')
    WHERE id IN (
        SELECT id FROM audit_events WHERE actor = person AND actor_kind IN ('user', 'admin')
        UNION ALL
        SELECT id FROM audit_events
        WHERE details ?| ARRAY['user', 'student', 'onBehalfOf']
          AND coalesce(details ->> 'user', details ->> 'student', details ->> 'onBehalfOf') = person
        UNION ALL
        SELECT a.id FROM session_participants p JOIN audit_events a ON a.session_id = p.session_id
        WHERE p.user_id = person
          AND (a.details ?| ARRAY['title', 'actor', 'actorName']
               OR mentions(a.details ->> 'reason', words)));
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM set_config('lectern.erasure', '', true);
    INSERT INTO erased_ids (digest) VALUES (sha256(convert_to(person, 'UTF8')))
    ON CONFLICT DO NOTHING;
    INSERT INTO audit_events (at, actor_kind, action, details)
    VALUES (clock_timestamp(), 'system', 'record_pseudonymised',
            jsonb_build_object('user', pseudonym, 'events', changed));
    RETURN pseudonym;
END
$$;
REVOKE EXECUTE ON FUNCTION erase_from_record(text) FROM PUBLIC;

-- Lets an id that was erased be somebody's again, and says whether it was. The
-- record says so; nothing of who it was before comes back.
CREATE FUNCTION admit_again(person text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('erased ' || person, 0));
    DELETE FROM erased_ids WHERE digest = sha256(convert_to(person, 'UTF8'));
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO audit_events (at, actor_kind, action, details)
    VALUES (clock_timestamp(), 'system', 'person_admitted_again',
            jsonb_build_object('user', person));
    RETURN true;
END
$$;
REVOKE EXECUTE ON FUNCTION admit_again(text) FROM PUBLIC;

-- The same as in 0003_trust.sql, with what is new here.
CREATE OR REPLACE FUNCTION admit_service() RETURNS void
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF to_regrole('lectern_app') IS NULL
        OR has_table_privilege('lectern_app', 'audit_events', 'INSERT')
            AND has_function_privilege('lectern_app', 'erase_from_record(text)', 'EXECUTE') THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA public TO lectern_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lectern_app;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lectern_app;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lectern_app;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO lectern_app;
    REVOKE UPDATE, DELETE ON audit_events FROM lectern_app;
    REVOKE INSERT, UPDATE, DELETE ON erased_ids FROM lectern_app;
    IF to_regclass('_sqlx_migrations') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON _sqlx_migrations FROM lectern_app;
    END IF;
    GRANT EXECUTE ON FUNCTION prune_audit_events(timestamptz, bigint) TO lectern_app;
    GRANT EXECUTE ON FUNCTION erase_from_record(text), admit_again(text) TO lectern_app;
END
$$;
SELECT admit_service();
