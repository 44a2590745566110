-- Figures: what lessons, reviews and presences come to, kept so that a year of
-- a million lessons is read in milliseconds.
--
-- They are kept by the quarter of an hour in UTC: every offset in use is a
-- multiple of one, so that days, weeks and months of any zone are sums of whole
-- rows. Which rows those are is worked out above, never here.
--
-- Nobody waits for anybody to count. A change appends what it adds and takes
-- away to `figure_changes`, in its own transaction; the sweeper folds these
-- into `figures`. Their sum is exact at every moment, under any number of
-- writers, since both are read in one snapshot.

CREATE TABLE figures (
    slot                timestamptz PRIMARY KEY,
    -- Of lessons, at their start. Minutes are those of completed ones.
    booked              integer NOT NULL DEFAULT 0,
    completed           integer NOT NULL DEFAULT 0,
    minutes             integer NOT NULL DEFAULT 0,
    -- Requests that the teacher did not accept; they were never lessons.
    declined            integer NOT NULL DEFAULT 0,
    expired             integer NOT NULL DEFAULT 0,
    -- Called off, by whom, and how long before the start.
    off_teacher         integer NOT NULL DEFAULT 0,
    off_student         integer NOT NULL DEFAULT 0,
    off_other           integer NOT NULL DEFAULT 0,
    off_after           integer NOT NULL DEFAULT 0,
    off_under_1h        integer NOT NULL DEFAULT 0,
    off_under_12h       integer NOT NULL DEFAULT 0,
    off_under_24h       integer NOT NULL DEFAULT 0,
    off_under_72h       integer NOT NULL DEFAULT 0,
    off_under_168h      integer NOT NULL DEFAULT 0,
    off_earlier         integer NOT NULL DEFAULT 0,
    -- Who did not come.
    missed_teacher      integer NOT NULL DEFAULT 0,
    missed_student      integer NOT NULL DEFAULT 0,
    missed_both         integer NOT NULL DEFAULT 0,
    -- Of reviews, when they were published.
    ones                integer NOT NULL DEFAULT 0,
    twos                integer NOT NULL DEFAULT 0,
    threes              integer NOT NULL DEFAULT 0,
    fours               integer NOT NULL DEFAULT 0,
    fives               integer NOT NULL DEFAULT 0,
    -- Of presences in rooms, when they joined.
    presences           integer NOT NULL DEFAULT 0,
    connections         integer NOT NULL DEFAULT 0,
    packets             bigint NOT NULL DEFAULT 0,
    lost                bigint NOT NULL DEFAULT 0,
    -- Of pairs of teacher and student, at their first completed lesson: how
    -- many there are, and how many had a second within so many days.
    pairs               integer NOT NULL DEFAULT 0,
    pairs_30            integer NOT NULL DEFAULT 0,
    pairs_90            integer NOT NULL DEFAULT 0
);

CREATE TABLE figure_changes (
    id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    LIKE figures INCLUDING DEFAULTS
);
CREATE INDEX figure_changes_by_slot ON figure_changes (slot);

-- When a teacher and a student had their first and second completed lesson.
CREATE TABLE pairs (
    teacher    text NOT NULL,
    student    text NOT NULL,
    first_at   timestamptz NOT NULL,
    second_at  timestamptz,
    PRIMARY KEY (teacher, student)
);
CREATE INDEX pairs_by_student ON pairs (student, first_at);

-- Pairs that have to be looked at again.
CREATE TABLE pair_changes (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    teacher  text NOT NULL,
    student  text NOT NULL
);

-- The quarter of an hour that an instant lies in.
CREATE FUNCTION slot_of(at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT date_bin(interval '15 minutes', at, timestamptz 'epoch')
$$;

CREATE FUNCTION count_presence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO figure_changes (slot, presences, connections, packets, lost)
        VALUES (slot_of(OLD.joined_at), -1, -(OLD.connected_at IS NOT NULL)::integer,
                -OLD.audio_packets_in - OLD.video_packets_in, -OLD.lost_in);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO figure_changes (slot, presences, connections, packets, lost)
        VALUES (slot_of(NEW.joined_at), 1, (NEW.connected_at IS NOT NULL)::integer,
                NEW.audio_packets_in + NEW.video_packets_in, NEW.lost_in);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER attendance_counted AFTER INSERT OR DELETE ON attendance
    FOR EACH ROW EXECUTE FUNCTION count_presence();
CREATE TRIGGER attendance_recounted AFTER UPDATE ON attendance FOR EACH ROW
    WHEN ((OLD.joined_at, OLD.connected_at IS NULL, OLD.audio_packets_in, OLD.video_packets_in,
           OLD.lost_in)
        IS DISTINCT FROM (NEW.joined_at, NEW.connected_at IS NULL, NEW.audio_packets_in,
           NEW.video_packets_in, NEW.lost_in))
    EXECUTE FUNCTION count_presence();

-- A lesson became a completed one, or is none any more, or was at another time.
CREATE FUNCTION mark_pairs_of_lesson() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pair_changes (teacher, student)
    SELECT NEW.teacher, user_id FROM session_participants
    WHERE session_id = NEW.id AND role = 'student';
    RETURN NULL;
END
$$;
CREATE TRIGGER sessions_pairs AFTER UPDATE ON sessions FOR EACH ROW
    WHEN ((OLD.status = 'completed') <> (NEW.status = 'completed')
        OR NEW.status = 'completed' AND OLD.during <> NEW.during)
    EXECUTE FUNCTION mark_pairs_of_lesson();

-- Somebody came into a completed lesson, or is out of it.
CREATE FUNCTION mark_pair_of_participant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pair_changes (teacher, student)
    SELECT s.teacher, coalesce(NEW.user_id, OLD.user_id) FROM sessions s
    WHERE s.id = coalesce(NEW.session_id, OLD.session_id) AND s.status = 'completed';
    RETURN NULL;
END
$$;
CREATE TRIGGER participants_pairs AFTER INSERT OR DELETE ON session_participants
    FOR EACH ROW EXECUTE FUNCTION mark_pair_of_participant();
CREATE TRIGGER participants_pairs_attending AFTER UPDATE ON session_participants FOR EACH ROW
    WHEN (OLD.attending <> NEW.attending)
    EXECUTE FUNCTION mark_pair_of_participant();

-- Folds the oldest changes into the figures, and says how many. One at a time:
-- who comes second finds nothing to do.
CREATE FUNCTION fold_figures(most bigint) RETURNS bigint LANGUAGE plpgsql AS $$
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
               sum(presences), sum(connections), sum(packets), sum(lost), sum(pairs),
               sum(pairs_30), sum(pairs_90)
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
    )
    SELECT count(*) INTO folded FROM gone;
    RETURN folded;
END
$$;

-- Looks at the pairs again that have changed, the oldest change first, and says
-- how many changes that were. A change is committed together with what it is
-- about, so whoever sees it sees that as well.
CREATE FUNCTION fold_pairs(most bigint) RETURNS bigint LANGUAGE plpgsql AS $$
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
            SELECT s.scheduled_at AS at, row_number() OVER (ORDER BY s.scheduled_at) AS n
            FROM session_participants p JOIN sessions s ON s.id = p.session_id
            WHERE p.user_id = pair.student AND p.role = 'student' AND p.attending
              AND s.teacher = pair.teacher AND s.status = 'completed'
            ORDER BY s.scheduled_at LIMIT 2) taken
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
