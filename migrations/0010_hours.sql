-- Figures by the hour, so that a year is read from a quarter of the rows.
--
-- Hours begin with those of UTC. Where a day or an offset of somebody's zone
-- begins within one, its quarters are read instead; and lessons that were held
-- are kept by the quarter, so that hours of the week are exact in zones whose
-- offset is no whole hour. See 0004_insight.sql for how figures are kept.

-- Whoever folds is waited for, and then folds into both.
SELECT pg_advisory_xact_lock(hashtext('fold_figures'));

CREATE TABLE figure_hours (
    LIKE figures INCLUDING DEFAULTS,
    -- Of lessons that were not called off, by the quarter in which they begin.
    held_00  integer NOT NULL DEFAULT 0,
    held_15  integer NOT NULL DEFAULT 0,
    held_30  integer NOT NULL DEFAULT 0,
    held_45  integer NOT NULL DEFAULT 0,
    PRIMARY KEY (slot)
);

-- The hour that an instant lies in.
CREATE FUNCTION hour_of(at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT date_bin(interval '1 hour', at, timestamptz 'epoch')
$$;

-- What is there already.
INSERT INTO figure_hours
SELECT hour_of(slot), sum(booked), sum(completed), sum(minutes), sum(declined), sum(expired),
       sum(off_teacher), sum(off_student), sum(off_other), sum(off_after), sum(off_under_1h),
       sum(off_under_12h), sum(off_under_24h), sum(off_under_72h), sum(off_under_168h),
       sum(off_earlier), sum(missed_teacher), sum(missed_student), sum(missed_both), sum(ones),
       sum(twos), sum(threes), sum(fours), sum(fives), sum(presences), sum(connections),
       sum(packets), sum(lost), sum(pairs), sum(pairs_30), sum(pairs_90),
       coalesce(sum(held) FILTER (WHERE slot = hour_of(slot) + interval '0 minutes'), 0),
       coalesce(sum(held) FILTER (WHERE slot = hour_of(slot) + interval '15 minutes'), 0),
       coalesce(sum(held) FILTER (WHERE slot = hour_of(slot) + interval '30 minutes'), 0),
       coalesce(sum(held) FILTER (WHERE slot = hour_of(slot) + interval '45 minutes'), 0)
FROM (SELECT *, booked - declined - expired - off_teacher - off_student - off_other AS held
      FROM figures) counted GROUP BY 1;

-- As before, and into the hours too.
CREATE OR REPLACE FUNCTION fold_figures(most bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    folded bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('fold_figures')) THEN
        RETURN 0;
    END IF;
    WITH gone AS (
        DELETE FROM figure_changes
        WHERE id IN (SELECT id FROM figure_changes ORDER BY id LIMIT most)
        RETURNING *
    ), added AS (
        INSERT INTO figures AS f
        SELECT slot, sum(booked), sum(completed), sum(minutes), sum(declined), sum(expired),
               sum(off_teacher), sum(off_student), sum(off_other), sum(off_after),
               sum(off_under_1h), sum(off_under_12h), sum(off_under_24h), sum(off_under_72h),
               sum(off_under_168h), sum(off_earlier), sum(missed_teacher), sum(missed_student),
               sum(missed_both), sum(ones), sum(twos), sum(threes), sum(fours), sum(fives),
               sum(presences), sum(connections), sum(packets), sum(lost), sum(pairs), sum(pairs_30),
               sum(pairs_90)
        FROM gone GROUP BY slot
        ON CONFLICT (slot) DO UPDATE SET
            booked = f.booked + excluded.booked,
            completed = f.completed + excluded.completed,
            minutes = f.minutes + excluded.minutes,
            declined = f.declined + excluded.declined,
            expired = f.expired + excluded.expired,
            off_teacher = f.off_teacher + excluded.off_teacher,
            off_student = f.off_student + excluded.off_student,
            off_other = f.off_other + excluded.off_other,
            off_after = f.off_after + excluded.off_after,
            off_under_1h = f.off_under_1h + excluded.off_under_1h,
            off_under_12h = f.off_under_12h + excluded.off_under_12h,
            off_under_24h = f.off_under_24h + excluded.off_under_24h,
            off_under_72h = f.off_under_72h + excluded.off_under_72h,
            off_under_168h = f.off_under_168h + excluded.off_under_168h,
            off_earlier = f.off_earlier + excluded.off_earlier,
            missed_teacher = f.missed_teacher + excluded.missed_teacher,
            missed_student = f.missed_student + excluded.missed_student,
            missed_both = f.missed_both + excluded.missed_both,
            ones = f.ones + excluded.ones,
            twos = f.twos + excluded.twos,
            threes = f.threes + excluded.threes,
            fours = f.fours + excluded.fours,
            fives = f.fives + excluded.fives,
            presences = f.presences + excluded.presences,
            connections = f.connections + excluded.connections,
            packets = f.packets + excluded.packets,
            lost = f.lost + excluded.lost,
            pairs = f.pairs + excluded.pairs,
            pairs_30 = f.pairs_30 + excluded.pairs_30,
            pairs_90 = f.pairs_90 + excluded.pairs_90
    ), added_to_hours AS (
        INSERT INTO figure_hours AS f
        SELECT hour_of(slot), sum(booked), sum(completed), sum(minutes), sum(declined),
               sum(expired), sum(off_teacher), sum(off_student), sum(off_other), sum(off_after),
               sum(off_under_1h), sum(off_under_12h), sum(off_under_24h), sum(off_under_72h),
               sum(off_under_168h), sum(off_earlier), sum(missed_teacher), sum(missed_student),
               sum(missed_both), sum(ones), sum(twos), sum(threes), sum(fours), sum(fives),
               sum(presences), sum(connections), sum(packets), sum(lost), sum(pairs), sum(pairs_30),
               sum(pairs_90),
               coalesce(sum(held) FILTER (WHERE slot = hour_of(slot) + interval '0 minutes'), 0),
               coalesce(sum(held) FILTER (WHERE slot = hour_of(slot) + interval '15 minutes'), 0),
               coalesce(sum(held) FILTER (WHERE slot = hour_of(slot) + interval '30 minutes'), 0),
               coalesce(sum(held) FILTER (WHERE slot = hour_of(slot) + interval '45 minutes'), 0)
        FROM (SELECT *, booked - declined - expired - off_teacher - off_student - off_other AS held
              FROM gone) counted GROUP BY 1
        ON CONFLICT (slot) DO UPDATE SET
            booked = f.booked + excluded.booked,
            completed = f.completed + excluded.completed,
            minutes = f.minutes + excluded.minutes,
            declined = f.declined + excluded.declined,
            expired = f.expired + excluded.expired,
            off_teacher = f.off_teacher + excluded.off_teacher,
            off_student = f.off_student + excluded.off_student,
            off_other = f.off_other + excluded.off_other,
            off_after = f.off_after + excluded.off_after,
            off_under_1h = f.off_under_1h + excluded.off_under_1h,
            off_under_12h = f.off_under_12h + excluded.off_under_12h,
            off_under_24h = f.off_under_24h + excluded.off_under_24h,
            off_under_72h = f.off_under_72h + excluded.off_under_72h,
            off_under_168h = f.off_under_168h + excluded.off_under_168h,
            off_earlier = f.off_earlier + excluded.off_earlier,
            missed_teacher = f.missed_teacher + excluded.missed_teacher,
            missed_student = f.missed_student + excluded.missed_student,
            missed_both = f.missed_both + excluded.missed_both,
            ones = f.ones + excluded.ones,
            twos = f.twos + excluded.twos,
            threes = f.threes + excluded.threes,
            fours = f.fours + excluded.fours,
            fives = f.fives + excluded.fives,
            presences = f.presences + excluded.presences,
            connections = f.connections + excluded.connections,
            packets = f.packets + excluded.packets,
            lost = f.lost + excluded.lost,
            pairs = f.pairs + excluded.pairs,
            pairs_30 = f.pairs_30 + excluded.pairs_30,
            pairs_90 = f.pairs_90 + excluded.pairs_90,
            held_00 = f.held_00 + excluded.held_00,
            held_15 = f.held_15 + excluded.held_15,
            held_30 = f.held_30 + excluded.held_30,
            held_45 = f.held_45 + excluded.held_45
    )
    SELECT count(*) INTO folded FROM gone;
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
