-- What a lesson and a review count as, and the first count of what was there
-- before. See 0004_insight.sql for how figures are kept.

CREATE FUNCTION lesson_figures(s sessions, sign integer) RETURNS TABLE (
    slot timestamptz, booked integer, completed integer, minutes integer,
    declined integer, expired integer,
    off_teacher integer, off_student integer, off_other integer,
    off_after integer, off_under_1h integer, off_under_12h integer, off_under_24h integer,
    off_under_72h integer, off_under_168h integer, off_earlier integer,
    missed_teacher integer, missed_student integer, missed_both integer
) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT slot_of(lower(s.during)), sign,
           completed * sign,
           completed * sign * (extract(epoch FROM upper(s.during) - lower(s.during)) / 60)::integer,
           (off AND s.confirmation = 'declined')::integer * sign,
           (off AND s.confirmation = 'expired')::integer * sign,
           (called_off AND s.cancelled_by = s.teacher)::integer * sign,
           (called_off AND s.cancelled_by IS NOT DISTINCT FROM s.student)::integer * sign,
           (called_off AND s.cancelled_by <> s.teacher
               AND s.cancelled_by IS DISTINCT FROM s.student)::integer * sign,
           (called_off AND lead < interval '0')::integer * sign,
           (called_off AND lead >= interval '0' AND lead < interval '1 hour')::integer * sign,
           (called_off AND lead >= interval '1 hour' AND lead < interval '12 hours')::integer * sign,
           (called_off AND lead >= interval '12 hours' AND lead < interval '24 hours')::integer * sign,
           (called_off AND lead >= interval '24 hours' AND lead < interval '72 hours')::integer * sign,
           (called_off AND lead >= interval '72 hours' AND lead < interval '168 hours')::integer * sign,
           (called_off AND lead >= interval '168 hours')::integer * sign,
           (missed AND s.no_show = 'teacher')::integer * sign,
           (missed AND s.no_show = 'student')::integer * sign,
           (missed AND s.no_show = 'both')::integer * sign
    FROM (SELECT (s.status = 'completed')::integer AS completed,
                 s.status = 'cancelled' AS off,
                 s.status = 'cancelled' AND s.confirmation NOT IN ('declined', 'expired')
                     AS called_off,
                 lower(s.during) - s.cancelled_at AS lead,
                 s.status = 'scheduled' AND s.no_show IS NOT NULL AS missed) AS what
$$;

CREATE FUNCTION count_lesson() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO figure_changes
            (slot, booked, completed, minutes, declined, expired, off_teacher, off_student,
             off_other, off_after, off_under_1h, off_under_12h, off_under_24h, off_under_72h,
             off_under_168h, off_earlier, missed_teacher, missed_student, missed_both)
        SELECT * FROM lesson_figures(OLD, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO figure_changes
            (slot, booked, completed, minutes, declined, expired, off_teacher, off_student,
             off_other, off_after, off_under_1h, off_under_12h, off_under_24h, off_under_72h,
             off_under_168h, off_earlier, missed_teacher, missed_student, missed_both)
        SELECT * FROM lesson_figures(NEW, 1);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER sessions_counted AFTER INSERT OR DELETE ON sessions
    FOR EACH ROW EXECUTE FUNCTION count_lesson();
CREATE TRIGGER sessions_recounted AFTER UPDATE ON sessions FOR EACH ROW
    WHEN ((OLD.during, OLD.status, OLD.confirmation, OLD.teacher, OLD.student,
           OLD.cancelled_at, OLD.cancelled_by, OLD.no_show)
        IS DISTINCT FROM (NEW.during, NEW.status, NEW.confirmation, NEW.teacher, NEW.student,
           NEW.cancelled_at, NEW.cancelled_by, NEW.no_show))
    EXECUTE FUNCTION count_lesson();

CREATE FUNCTION count_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.published_at IS NOT NULL AND OLD.hidden_at IS NULL THEN
        INSERT INTO figure_changes (slot, ones, twos, threes, fours, fives)
        VALUES (slot_of(OLD.published_at), -(OLD.rating = 1)::integer, -(OLD.rating = 2)::integer,
                -(OLD.rating = 3)::integer, -(OLD.rating = 4)::integer, -(OLD.rating = 5)::integer);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.published_at IS NOT NULL AND NEW.hidden_at IS NULL THEN
        INSERT INTO figure_changes (slot, ones, twos, threes, fours, fives)
        VALUES (slot_of(NEW.published_at), (NEW.rating = 1)::integer, (NEW.rating = 2)::integer,
                (NEW.rating = 3)::integer, (NEW.rating = 4)::integer, (NEW.rating = 5)::integer);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER reviews_counted AFTER INSERT OR DELETE ON reviews
    FOR EACH ROW EXECUTE FUNCTION count_review();
CREATE TRIGGER reviews_recounted AFTER UPDATE ON reviews FOR EACH ROW
    WHEN ((OLD.published_at, OLD.rating, OLD.hidden_at IS NULL)
        IS DISTINCT FROM (NEW.published_at, NEW.rating, NEW.hidden_at IS NULL))
    EXECUTE FUNCTION count_review();

-- Counts everything again, from nothing. Writers wait meanwhile.
CREATE FUNCTION rebuild_figures() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE sessions, session_participants, reviews, attendance IN SHARE MODE;
    -- Whoever folds is waited for.
    PERFORM pg_advisory_xact_lock(hashtext('fold_figures'));
    PERFORM pg_advisory_xact_lock(hashtext('fold_pairs'));
    DELETE FROM figures;
    DELETE FROM figure_changes;
    DELETE FROM pairs;
    DELETE FROM pair_changes;
    INSERT INTO pairs (teacher, student, first_at, second_at)
    SELECT teacher, student, min(at) FILTER (WHERE n = 1), min(at) FILTER (WHERE n = 2)
    FROM (SELECT s.teacher, p.user_id AS student, s.scheduled_at AS at,
                 row_number() OVER (PARTITION BY s.teacher, p.user_id ORDER BY s.scheduled_at) AS n
          FROM sessions s JOIN session_participants p ON p.session_id = s.id
          WHERE s.status = 'completed' AND p.role = 'student' AND p.attending) taken
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
    PERFORM fold_figures(9223372036854775807);
END
$$;

SELECT rebuild_figures();

-- Lessons to which nobody may have come, until that is decided.
CREATE INDEX sessions_unmarked ON sessions (scheduled_at)
    WHERE status = 'scheduled' AND no_show IS NULL AND confirmation = 'confirmed';
