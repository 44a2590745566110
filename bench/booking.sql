-- The statements of one booking, as crates/store sends them, for pgbench.
-- `n` counts the bookings of a client, `run` tells runs apart; like the HTTP
-- clients, each pair of teacher and student has 50 lessons, one an hour, far
-- enough ahead that all reminders are owed. No text may hold a colon before a
-- letter or digit: pgbench takes that for a variable.
\set n :n + 1
\set pair :n / 50
\set hour 48 + :n % 50
BEGIN;
SELECT pg_advisory_xact_lock(people.key)
FROM (SELECT DISTINCT hashtextextended(id, 0) AS key
      FROM unnest(ARRAY[
        concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int),
        concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int)
      ]) AS id ORDER BY key) people;
SELECT u.time_zone, a.time_zone, a.weekly, a.exceptions, a.out_of_office,
       p.buffer_before, p.buffer_after, p.minimum_notice, p.booking_window,
       p.start_increment, p.per_day, p.per_week, p.requires_confirmation,
       p.pending_blocks, p.confirm_within, p.cancel_deadline, p.join_opens, p.grace,
       p.lobby, p.reschedule_needs_consent, p.version
FROM (VALUES (concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int))) AS wanted (id)
LEFT JOIN users u ON u.id = wanted.id
LEFT JOIN availability a ON a.teacher = wanted.id
LEFT JOIN policies p ON p.teacher = wanted.id;
SELECT lower(taken.during), upper(taken.during), taken.kind
FROM (SELECT to_timestamp(:run::bigint) + :hour::int * interval '1 hour' AS start) AS time,
LATERAL (
    SELECT p.during,
           CASE WHEN p.user_id <> concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)
                THEN 'student'
                WHEN p.role = 'teacher' THEN 'lesson' ELSE 'busy' END AS kind
    FROM unnest(ARRAY[
            concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int),
            concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)]) AS person (id)
    CROSS JOIN LATERAL (
        SELECT p.during, p.role, p.user_id
        FROM session_participants p
        WHERE p.user_id = person.id AND p.blocking AND p.attending
          AND lower(p.during) > time.start - interval '1 day'
          AND lower(p.during) < time.start + interval '1 hour'
          AND p.during && tstzrange(time.start, time.start + interval '1 hour', '[)')
          AND p.session_id IS DISTINCT FROM NULL
        OFFSET 0
    ) p
    UNION ALL
    SELECT h.during, 'hold'
    FROM holds h
    WHERE h.teacher = concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)
      AND h.during && tstzrange(time.start, time.start + interval '1 hour', '[)')
      AND h.expires_at > now()
      AND h.holder <> concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int)
    UNION ALL
    SELECT b.during, 'busy'
    FROM busy_spans b
    WHERE b.person = concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)
      AND b.during && tstzrange(time.start, time.start + interval '1 hour', '[)')
) taken;
WITH used AS (
    DELETE FROM holds
    WHERE teacher = concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)
      AND holder = ANY(ARRAY[
        concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int), concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int)])
    RETURNING id, expires_at > now() AS alive
), introduced AS (
    INSERT INTO users (id, created_at, updated_at)
    SELECT p.id, now(), now()
    FROM unnest(ARRAY[
        concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int),
        concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)
    ]) WITH ORDINALITY AS p (id, n) ORDER BY p.n
    ON CONFLICT (id) DO NOTHING
), lesson AS (
    INSERT INTO sessions
        (id, title, description, skill, teacher, student, during, time_zone, local_start,
         created_by, created_at, updated_at, confirmation, confirm_by, blocking, capacity,
         series_id)
    SELECT concat(lpad(to_hex(:run::bigint), 8, '0'), '-', lpad(to_hex(:client_id::int), 4, '0'),
              '-7000-8000-', lpad(to_hex(:n::int), 12, '0'))::uuid,
           'Load test', '', '',
           concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int),
           concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int),
           tstzrange(start, start + interval '1 hour', '[)'), NULL, NULL,
           concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int),
           now(), now(), 'confirmed', NULL, true, 1, NULL
    FROM (SELECT to_timestamp(:run::bigint) + :hour::int * interval '1 hour' AS start) AS time
), seated AS (
    INSERT INTO session_participants (session_id, user_id, role, during, blocking, created_at)
    SELECT concat(lpad(to_hex(:run::bigint), 8, '0'), '-', lpad(to_hex(:client_id::int), 4, '0'),
              '-7000-8000-', lpad(to_hex(:n::int), 12, '0'))::uuid,
           p.id, p.role, tstzrange(start, start + interval '1 hour', '[)'), true, now()
    FROM (SELECT to_timestamp(:run::bigint) + :hour::int * interval '1 hour' AS start) AS time,
         unnest(ARRAY[
            concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int),
            concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)
         ], ARRAY['student', 'teacher']) WITH ORDINALITY AS p (id, role, n)
    ORDER BY p.n
    ON CONFLICT DO NOTHING
    RETURNING user_id
)
SELECT (SELECT count(*) FROM seated),
       EXISTS (SELECT FROM used WHERE used.id = NULL AND used.alive),
       ARRAY(SELECT coalesce((SELECT nullif(u.name, '') FROM users u WHERE u.id = p.id), p.id)
             FROM unnest(ARRAY[
                concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int),
                concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)
             ]) WITH ORDINALITY AS p (id, n)
             ORDER BY p.n);
WITH recorded AS (
    INSERT INTO audit_events (at, actor, actor_kind, action, session_id, details)
    VALUES (now(), concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int),
            'user', 'session_booked',
            concat(lpad(to_hex(:run::bigint), 8, '0'), '-', lpad(to_hex(:client_id::int), 4, '0'),
              '-7000-8000-', lpad(to_hex(:n::int), 12, '0'))::uuid,
            '{"scheduledAt": "2027-03-06T05h30m05Z", "duration": 60}')
), owed AS (
    INSERT INTO outbox (key, kind, session_id, payload, due_at, created_at)
    SELECT concat(:run::bigint, '.', :client_id::int, '.', :n::int, '.', m.key), m.kind,
           concat(lpad(to_hex(:run::bigint), 8, '0'), '-', lpad(to_hex(:client_id::int), 4, '0'),
              '-7000-8000-', lpad(to_hex(:n::int), 12, '0'))::uuid,
           m.payload, now() + m.after, now()
    FROM unnest(
        ARRAY['1440.app.student.0', '1440.app.teacher.0', '60.app.student.0',
              '60.app.teacher.0', '10.app.student.0', '10.app.teacher.0'],
        ARRAY['reminder', 'reminder', 'reminder', 'reminder', 'reminder', 'reminder'],
        ARRAY['{"channel": "app", "user": "pgbench-student", "sequence": 0, "minutesBefore": 1440}',
              '{"channel": "app", "user": "pgbench-teacher", "sequence": 0, "minutesBefore": 1440}',
              '{"channel": "app", "user": "pgbench-student", "sequence": 0, "minutesBefore": 60}',
              '{"channel": "app", "user": "pgbench-teacher", "sequence": 0, "minutesBefore": 60}',
              '{"channel": "app", "user": "pgbench-student", "sequence": 0, "minutesBefore": 10}',
              '{"channel": "app", "user": "pgbench-teacher", "sequence": 0, "minutesBefore": 10}'
        ]::jsonb[],
        ARRAY['24 hours', '24 hours', '47 hours', '47 hours', '48 hours', '48 hours']::interval[])
        AS m (key, kind, payload, after)
    ON CONFLICT (key) DO NOTHING
)
INSERT INTO notifications (user_id, kind, session_id, payload, created_at)
SELECT u, 'session_booked',
       concat(lpad(to_hex(:run::bigint), 8, '0'), '-', lpad(to_hex(:client_id::int), 4, '0'),
              '-7000-8000-', lpad(to_hex(:n::int), 12, '0'))::uuid,
       '{"title": "Load test", "scheduledAt": "2027-03-06T05h30m05Z", "duration": 60,
         "actor": "pgbench-student", "actorName": "pgbench-student"}', now()
FROM unnest(ARRAY[
    concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)
]) AS u;
COMMIT;
