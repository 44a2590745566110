-- Fills a database with lessons of the year that has passed, for the benchmark
-- of history and analytics. `lessons` says how many; 1,000,000 by default. Each
-- teacher has 2,000 of them, one in each stretch of 260 minutes, and so no two
-- overlap. Triggers do not fire: figures are counted at the end, in one go.
\set ON_ERROR_STOP on
\if :{?lessons} \else \set lessons 1000000 \endif
SET session_replication_role = replica;
SET synchronous_commit = off;

CREATE TEMP TABLE plan AS
SELECT n, teacher, round, (n * 2654435761) % 4294967296 AS die,
       now() - interval '362 days' + round * interval '260 minutes' AS opens
FROM (SELECT n, n / 2000 AS teacher, n % 2000 AS round
      FROM generate_series(0, :lessons::bigint - 1) AS n) lesson;
ALTER TABLE plan ADD COLUMN id uuid, ADD COLUMN during tstzrange, ADD COLUMN student bigint,
    ADD COLUMN fate text;
UPDATE plan SET
    id = lpad(to_hex(n), 32, '0')::uuid,
    -- Students of one round are all different: the shift is the same for all.
    student = (teacher + round % 5) % (:lessons / 2000) * 100 + die / 65536 % 100,
    during = tstzrange(
        date_bin(interval '15 minutes', opens, 'epoch')
            + (1 + die % 13) * interval '15 minutes',
        date_bin(interval '15 minutes', opens, 'epoch')
            + (1 + die % 13) * interval '15 minutes' + interval '45 minutes'),
    fate = CASE WHEN die / 256 % 100 < 84 THEN 'completed'
                WHEN die / 256 % 100 < 94 THEN 'cancelled'
                WHEN die / 256 % 100 < 96 THEN 'declined'
                ELSE 'missed' END;

INSERT INTO users (id, name, teaches)
SELECT 'teacher-' || n, 'Teacher ' || n, true
FROM generate_series(0, :lessons / 2000 - 1) AS n;
INSERT INTO users (id, name)
SELECT 'student-' || n, 'Student ' || n
FROM generate_series(0, :lessons / 20 - 1) AS n;

INSERT INTO sessions
    (id, title, skill, teacher, student, during, status, confirmation, blocking, started_at,
     finished_at, cancelled_at, cancelled_by, cancel_reason, no_show, no_show_decided_at,
     created_by, created_at, updated_at)
SELECT id, 'Lesson ' || n, (ARRAY['Portuguese', 'Physics', 'Chess', 'Piano'])[1 + teacher % 4],
       'teacher-' || teacher, 'student-' || student, during,
       CASE fate WHEN 'missed' THEN 'scheduled' WHEN 'declined' THEN 'cancelled' ELSE fate END,
       CASE fate WHEN 'declined' THEN 'declined' ELSE 'confirmed' END,
       fate NOT IN ('cancelled', 'declined'),
       CASE fate WHEN 'completed' THEN lower(during) END,
       CASE fate WHEN 'completed' THEN upper(during) END,
       CASE WHEN fate IN ('cancelled', 'declined')
            THEN lower(during) - die % 14400 * interval '1 minute' END,
       CASE WHEN fate = 'declined' OR die % 3 = 0 THEN 'teacher-' || teacher
            ELSE 'student-' || student END,
       CASE WHEN fate IN ('cancelled', 'declined') THEN '' END,
       CASE WHEN fate = 'missed' THEN (ARRAY['teacher', 'student', 'both'])[1 + die % 3] END,
       CASE WHEN fate = 'missed' THEN upper(during) END,
       'student-' || student, lower(during) - interval '10 days', upper(during)
FROM plan ORDER BY during;

INSERT INTO session_participants (session_id, user_id, role, during, blocking)
SELECT id, 'teacher-' || teacher, 'teacher', during, fate NOT IN ('cancelled', 'declined')
FROM plan ORDER BY teacher, round;
INSERT INTO session_participants (session_id, user_id, role, during, blocking)
SELECT id, 'student-' || student, 'student', during, fate NOT IN ('cancelled', 'declined')
FROM plan ORDER BY student, round;

-- Whether a lesson is one of a group does not matter to what is read of seats.
INSERT INTO returned_seats (session_id, user_id, teacher, returned_by, returned_at, starts_at)
SELECT id, 'student-' || student, 'teacher-' || teacher,
       (ARRAY['student', 'student', 'teacher', 'other'])[1 + die % 4],
       lower(during) - die % 14400 * interval '1 minute', lower(during)
FROM plan WHERE die % 25 = 0;

INSERT INTO attendance
    (session_id, participant, user_id, role, node_id, joined_at, connected_at, left_at,
     left_reason, audio_packets_in, video_packets_in, packets_out, lost_in)
SELECT id, lpad(to_hex(2 * n + side), 16, '0'),
       CASE side WHEN 0 THEN 'teacher-' || teacher ELSE 'student-' || student END,
       CASE side WHEN 0 THEN 'teacher' ELSE 'student' END,
       id, lower(during), lower(during) + interval '1 second', upper(during), 'left',
       135000, 324000, 459000, die % 2000
FROM plan, generate_series(0, 1) AS side WHERE fate = 'completed'
ORDER BY during;

INSERT INTO reviews
    (id, session_id, reviewer_id, reviewee_id, rating, comment, published_at, created_at)
SELECT md5('review ' || n || side)::uuid, id,
       CASE side WHEN 0 THEN 'student-' || student ELSE 'teacher-' || teacher END,
       CASE side WHEN 0 THEN 'teacher-' || teacher ELSE 'student-' || student END,
       5 - (die / 16 % 5) * (die / 32 % 2), 'Patient, and well prepared.',
       upper(during) + interval '1 day', upper(during) + interval '1 hour'
FROM plan, generate_series(0, 1) AS side WHERE fate = 'completed' AND die % 10 < 3;

RESET session_replication_role;
SELECT rebuild_figures();
-- What autovacuum and the checkpointer do within minutes.
VACUUM ANALYZE;
CHECKPOINT;
