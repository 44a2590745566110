-- What group lessons come to: seats that were given back, and hours. See
-- 0004_insight.sql for how figures are kept.

-- Seats that somebody had and has no more. The lesson goes on without them, so
-- no lesson says so.
CREATE TABLE returned_seats (
    session_id   uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    user_id      text NOT NULL REFERENCES users,
    teacher      text NOT NULL REFERENCES users,
    -- Whose it was, who teaches, or somebody else, such as an admin.
    returned_by  text NOT NULL CHECK (returned_by IN ('teacher', 'student', 'other')),
    returned_at  timestamptz NOT NULL,
    -- When the lesson was to begin, as it stood then.
    starts_at    timestamptz NOT NULL,
    -- A seat that is taken again was not given back: its row goes.
    PRIMARY KEY (session_id, user_id)
);
CREATE INDEX returned_seats_by_user ON returned_seats (user_id, starts_at)
    INCLUDE (returned_by, returned_at);
CREATE INDEX returned_seats_by_teacher ON returned_seats (teacher, starts_at)
    INCLUDE (returned_by, returned_at);

-- The minutes of completed lessons that were groups', and seats given back by
-- whom, and how long before the lesson.
ALTER TABLE figures
    ADD COLUMN group_minutes     integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_teacher     integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_student     integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_other       integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_after       integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_1h    integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_12h   integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_24h   integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_72h   integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_168h  integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_earlier     integer NOT NULL DEFAULT 0;
ALTER TABLE figure_changes
    ADD COLUMN group_minutes     integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_teacher     integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_student     integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_other       integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_after       integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_1h    integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_12h   integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_24h   integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_72h   integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_168h  integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_earlier     integer NOT NULL DEFAULT 0;
ALTER TABLE figure_hours
    ADD COLUMN group_minutes     integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_teacher     integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_student     integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_other       integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_after       integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_1h    integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_12h   integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_24h   integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_72h   integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_under_168h  integer NOT NULL DEFAULT 0,
    ADD COLUMN seats_earlier     integer NOT NULL DEFAULT 0;

CREATE FUNCTION returned_figures(r returned_seats, sign integer) RETURNS TABLE (
    slot timestamptz, seats_teacher integer, seats_student integer, seats_other integer,
    seats_after integer, seats_under_1h integer, seats_under_12h integer,
    seats_under_24h integer, seats_under_72h integer, seats_under_168h integer,
    seats_earlier integer
) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT slot_of(r.starts_at),
           (r.returned_by = 'teacher')::integer * sign,
           (r.returned_by = 'student')::integer * sign,
           (r.returned_by = 'other')::integer * sign,
           (lead < interval '0')::integer * sign,
           (lead >= interval '0' AND lead < interval '1 hour')::integer * sign,
           (lead >= interval '1 hour' AND lead < interval '12 hours')::integer * sign,
           (lead >= interval '12 hours' AND lead < interval '24 hours')::integer * sign,
           (lead >= interval '24 hours' AND lead < interval '72 hours')::integer * sign,
           (lead >= interval '72 hours' AND lead < interval '168 hours')::integer * sign,
           (lead >= interval '168 hours')::integer * sign
    FROM (SELECT r.starts_at - r.returned_at AS lead) AS what
$$;

CREATE FUNCTION count_returned_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO figure_changes
            (slot, seats_teacher, seats_student, seats_other, seats_after, seats_under_1h,
             seats_under_12h, seats_under_24h, seats_under_72h, seats_under_168h, seats_earlier)
        SELECT * FROM returned_figures(OLD, -1);
    ELSE
        INSERT INTO figure_changes
            (slot, seats_teacher, seats_student, seats_other, seats_after, seats_under_1h,
             seats_under_12h, seats_under_24h, seats_under_72h, seats_under_168h, seats_earlier)
        SELECT * FROM returned_figures(NEW, 1);
    END IF;
    RETURN NULL;
END
$$;
-- Of a row only the people change, by another name for whoever is erased.
CREATE TRIGGER returned_seats_counted AFTER INSERT OR DELETE ON returned_seats
    FOR EACH ROW EXECUTE FUNCTION count_returned_seat();

-- Those that people gave back before. Of those that were taken away, the record
-- did not say whose they were.
INSERT INTO returned_seats (session_id, user_id, teacher, returned_by, returned_at, starts_at)
SELECT DISTINCT ON (s.id, u.id) s.id, u.id, s.teacher, 'student', e.at,
       (e.details ->> 'scheduledAt')::timestamptz
FROM audit_events e
JOIN sessions s ON s.id = e.session_id
JOIN users u ON u.id = CASE e.actor_kind WHEN 'user' THEN e.actor
                                         WHEN 'service' THEN e.details ->> 'onBehalfOf' END
WHERE e.action = 'seat_given_back' AND e.details ? 'scheduledAt'
  AND NOT EXISTS (SELECT FROM session_participants p
                  WHERE p.session_id = s.id AND p.user_id = u.id)
ORDER BY s.id, u.id, e.at DESC;

-- Of one lesson; those of two people have none.
CREATE FUNCTION group_minutes(s sessions) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (s.capacity > 1)::integer * f.minutes FROM lesson_figures(s, 1) f
$$;

CREATE FUNCTION count_group() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND group_minutes(OLD) <> 0 THEN
        INSERT INTO figure_changes (slot, group_minutes)
        VALUES (slot_of(lower(OLD.during)), -group_minutes(OLD));
    END IF;
    IF TG_OP <> 'DELETE' AND group_minutes(NEW) <> 0 THEN
        INSERT INTO figure_changes (slot, group_minutes)
        VALUES (slot_of(lower(NEW.during)), group_minutes(NEW));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER groups_begun_counted AFTER INSERT ON sessions FOR EACH ROW
    WHEN (NEW.capacity > 1) EXECUTE FUNCTION count_group();
CREATE TRIGGER groups_gone_counted AFTER DELETE ON sessions FOR EACH ROW
    WHEN (OLD.capacity > 1) EXECUTE FUNCTION count_group();
CREATE TRIGGER groups_recounted AFTER UPDATE ON sessions FOR EACH ROW
    WHEN ((OLD.capacity > 1 OR NEW.capacity > 1)
        AND (OLD.during, OLD.status, OLD.capacity) IS DISTINCT FROM
            (NEW.during, NEW.status, NEW.capacity))
    EXECUTE FUNCTION count_group();

INSERT INTO figure_changes (slot, group_minutes)
SELECT slot_of(lower(s.during)), sum(group_minutes(s)) FROM sessions s
WHERE s.capacity > 1 AND s.status = 'completed' GROUP BY 1;

-- As in 0013_covering.sql, with the capacity.
DROP INDEX sessions_taught;
CREATE INDEX sessions_taught ON sessions (teacher, scheduled_at)
    INCLUDE (during, student, status, confirmation, cancelled_at, cancelled_by, no_show, capacity);

-- As before, of whatever columns there are: a new one is folded like the others.
CREATE OR REPLACE FUNCTION fold_figures(most bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    folded bigint;
    counts text;
    sums text;
    added text;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('fold_figures')) THEN
        RETURN 0;
    END IF;
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
           string_agg(format('sum(%I)', attname), ', ' ORDER BY attnum),
           string_agg(format('%1$I = f.%1$I + excluded.%1$I', attname), ', ' ORDER BY attnum)
    INTO counts, sums, added
    FROM pg_attribute
    WHERE attrelid = 'figures'::regclass AND attnum > 0 AND NOT attisdropped
      AND attname <> 'slot';
    EXECUTE format($fold$
        WITH gone AS (
            DELETE FROM figure_changes
            WHERE id IN (SELECT id FROM figure_changes ORDER BY id LIMIT $1)
            RETURNING *,
                booked - declined - expired - off_teacher - off_student - off_other AS held
        ), added AS (
            INSERT INTO figures AS f (slot, %1$s)
            SELECT slot, %2$s FROM gone GROUP BY slot
            ON CONFLICT (slot) DO UPDATE SET %3$s
        ), added_to_hours AS (
            INSERT INTO figure_hours AS f (slot, %1$s, held_00, held_15, held_30, held_45)
            SELECT hour_of(slot), %2$s,
                coalesce(sum(held) FILTER (WHERE slot = hour_of(slot)), 0),
                coalesce(sum(held) FILTER (WHERE slot = hour_of(slot) + interval '15 minutes'), 0),
                coalesce(sum(held) FILTER (WHERE slot = hour_of(slot) + interval '30 minutes'), 0),
                coalesce(sum(held) FILTER (WHERE slot = hour_of(slot) + interval '45 minutes'), 0)
            FROM gone GROUP BY 1
            ON CONFLICT (slot) DO UPDATE SET %3$s,
                held_00 = f.held_00 + excluded.held_00,
                held_15 = f.held_15 + excluded.held_15,
                held_30 = f.held_30 + excluded.held_30,
                held_45 = f.held_45 + excluded.held_45
        )
        SELECT count(*) FROM gone
    $fold$, counts, sums, added) INTO folded USING most;
    RETURN folded;
END
$$;

-- Counts everything again, from nothing. Writers wait meanwhile.
CREATE OR REPLACE FUNCTION rebuild_figures() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE sessions, session_participants, reviews, attendance, returned_seats IN SHARE MODE;
    -- Whoever folds is waited for.
    PERFORM pg_advisory_xact_lock(hashtext('fold_figures'));
    PERFORM pg_advisory_xact_lock(hashtext('fold_pairs'));
    DELETE FROM figures;
    DELETE FROM figure_hours;
    DELETE FROM figure_changes;
    DELETE FROM pairs;
    DELETE FROM pair_changes;
    INSERT INTO pairs (teacher, student, first_at, second_at)
    SELECT teacher, student, min(at) FILTER (WHERE n = 1), min(at) FILTER (WHERE n = 2)
    FROM (SELECT teacher, student, at,
                 row_number() OVER (PARTITION BY teacher, student ORDER BY at) AS n
          FROM meetings) taken
    WHERE n <= 2 GROUP BY teacher, student;
    INSERT INTO figure_changes
        (slot, booked, completed, minutes, declined, expired, off_teacher, off_student,
         off_other, off_after, off_under_1h, off_under_12h, off_under_24h, off_under_72h,
         off_under_168h, off_earlier, missed_teacher, missed_student, missed_both)
    SELECT f.slot, sum(f.booked), sum(f.completed), sum(f.minutes), sum(f.declined),
           sum(f.expired), sum(f.off_teacher), sum(f.off_student), sum(f.off_other),
           sum(f.off_after), sum(f.off_under_1h), sum(f.off_under_12h), sum(f.off_under_24h),
           sum(f.off_under_72h), sum(f.off_under_168h), sum(f.off_earlier),
           sum(f.missed_teacher), sum(f.missed_student), sum(f.missed_both)
    FROM sessions s CROSS JOIN LATERAL lesson_figures(s, 1) f GROUP BY f.slot;
    INSERT INTO figure_changes (slot, ones, twos, threes, fours, fives)
    SELECT slot_of(published_at), count(*) FILTER (WHERE rating = 1),
           count(*) FILTER (WHERE rating = 2), count(*) FILTER (WHERE rating = 3),
           count(*) FILTER (WHERE rating = 4), count(*) FILTER (WHERE rating = 5)
    FROM reviews WHERE published_at IS NOT NULL AND hidden_at IS NULL GROUP BY 1;
    INSERT INTO figure_changes (slot, presences, connections, packets, lost)
    SELECT slot_of(joined_at), count(*), count(connected_at),
           sum(audio_packets_in + video_packets_in), sum(lost_in)
    FROM attendance GROUP BY 1;
    INSERT INTO figure_changes (slot, pairs, pairs_30, pairs_90)
    SELECT slot_of(first_at), count(*),
           count(*) FILTER (WHERE second_at < first_at + interval '30 days'),
           count(*) FILTER (WHERE second_at < first_at + interval '90 days')
    FROM pairs GROUP BY 1;
    INSERT INTO figure_changes (slot, group_minutes)
    SELECT slot_of(lower(s.during)), sum(group_minutes(s)) FROM sessions s
    WHERE s.capacity > 1 AND s.status = 'completed' GROUP BY 1;
    INSERT INTO figure_changes
        (slot, seats_teacher, seats_student, seats_other, seats_after, seats_under_1h,
         seats_under_12h, seats_under_24h, seats_under_72h, seats_under_168h, seats_earlier)
    SELECT f.slot, sum(f.seats_teacher), sum(f.seats_student), sum(f.seats_other),
           sum(f.seats_after), sum(f.seats_under_1h), sum(f.seats_under_12h),
           sum(f.seats_under_24h), sum(f.seats_under_72h), sum(f.seats_under_168h),
           sum(f.seats_earlier)
    FROM returned_seats r CROSS JOIN LATERAL returned_figures(r, 1) f GROUP BY f.slot;
    PERFORM fold_figures(9223372036854775807);
END
$$;
