-- Pairs meet again where both came: who had a seat in a group lesson and stayed
-- away met nobody in it.

CREATE VIEW meetings AS
SELECT s.teacher, p.user_id AS student, s.scheduled_at AS at
FROM session_participants p JOIN sessions s ON s.id = p.session_id
WHERE s.status = 'completed' AND p.role = 'student' AND p.attending AND NOT p.absent;

DROP TRIGGER participants_pairs_attending ON session_participants;
CREATE TRIGGER participants_pairs_attending AFTER UPDATE ON session_participants FOR EACH ROW
    WHEN (OLD.attending <> NEW.attending OR OLD.absent <> NEW.absent)
    EXECUTE FUNCTION mark_pair_of_participant();

-- Looks at the pairs again that have changed, the oldest change first, and says
-- how many changes that were. A change is committed together with what it is
-- about, so whoever sees it sees that as well.
CREATE OR REPLACE FUNCTION fold_pairs(most bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    folded bigint;
    marked pair_changes[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('fold_pairs')) THEN
        RETURN 0;
    END IF;
    WITH gone AS (
        DELETE FROM pair_changes
        WHERE id IN (SELECT id FROM pair_changes ORDER BY id LIMIT most)
        RETURNING *
    )
    SELECT count(*), array_agg(gone) INTO folded, marked FROM gone;
    WITH pair AS (
        SELECT DISTINCT teacher, student FROM unnest(marked)
    ), present AS (
        SELECT pair.teacher, pair.student, min(at) AS first_at,
               min(at) FILTER (WHERE n = 2) AS second_at
        FROM pair CROSS JOIN LATERAL (
            SELECT m.at, row_number() OVER (ORDER BY m.at) AS n FROM meetings m
            WHERE m.student = pair.student AND m.teacher = pair.teacher
            ORDER BY m.at LIMIT 2) taken
        GROUP BY pair.teacher, pair.student
    ), past AS (
        DELETE FROM pairs USING pair
        WHERE pairs.teacher = pair.teacher AND pairs.student = pair.student
          AND NOT EXISTS (SELECT FROM present
              WHERE present.teacher = pair.teacher AND present.student = pair.student)
    ), kept AS (
        INSERT INTO pairs SELECT * FROM present
        ON CONFLICT (teacher, student) DO UPDATE
        SET first_at = excluded.first_at, second_at = excluded.second_at
    )
    INSERT INTO figure_changes (slot, pairs, pairs_30, pairs_90)
    SELECT slot_of(first_at), sum(sign),
           coalesce(sum(sign) FILTER (WHERE second_at < first_at + interval '30 days'), 0),
           coalesce(sum(sign) FILTER (WHERE second_at < first_at + interval '90 days'), 0)
    FROM (SELECT first_at, second_at, 1 AS sign FROM present
          UNION ALL
          SELECT pairs.first_at, pairs.second_at, -1 FROM pairs JOIN pair USING (teacher, student)
         ) change
    GROUP BY slot_of(first_at);
    RETURN folded;
END
$$;

-- Counts everything again, from nothing. Writers wait meanwhile.
CREATE OR REPLACE FUNCTION rebuild_figures() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE sessions, session_participants, reviews, attendance IN SHARE MODE;
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
    PERFORM fold_figures(9223372036854775807);
END
$$;

SELECT rebuild_figures();
