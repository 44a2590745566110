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
    FROM session_participants p
    WHERE p.user_id = ANY(ARRAY[
            concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int),
            concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int)])
      AND p.blocking AND p.attending
      AND p.during && tstzrange(time.start, time.start + interval '1 hour', '[)')
      AND p.session_id IS DISTINCT FROM NULL
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
DELETE FROM holds
WHERE teacher = concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)
  AND holder = concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int)
RETURNING id, expires_at > now();
INSERT INTO users (id, created_at, updated_at)
SELECT id, now(), now()
FROM unnest(ARRAY[
    concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int),
    concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)
]) WITH ORDINALITY AS people (id, n) ORDER BY n
ON CONFLICT (id) DO NOTHING;
INSERT INTO sessions
    (id, title, description, skill, teacher, student, during, time_zone, local_start,
     created_by, created_at, updated_at, confirmation, confirm_by, blocking)
SELECT concat(lpad(to_hex(:run::bigint), 8, '0'), '-', lpad(to_hex(:client_id::int), 4, '0'),
              '-7000-8000-', lpad(to_hex(:n::int), 12, '0'))::uuid,
       'Load test', '', '',
       concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int),
       concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int),
       tstzrange(start, start + interval '1 hour', '[)'), NULL, NULL,
       concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int),
       now(), now(), 'confirmed', NULL, true
FROM (SELECT to_timestamp(:run::bigint) + :hour::int * interval '1 hour' AS start) AS time;
INSERT INTO session_participants (session_id, user_id, role, during, blocking, created_at)
SELECT concat(lpad(to_hex(:run::bigint), 8, '0'), '-', lpad(to_hex(:client_id::int), 4, '0'),
              '-7000-8000-', lpad(to_hex(:n::int), 12, '0'))::uuid,
       p.user_id, p.role, tstzrange(start, start + interval '1 hour', '[)'), true, now()
FROM (SELECT to_timestamp(:run::bigint) + :hour::int * interval '1 hour' AS start) AS time,
     unnest(ARRAY[
        concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int),
        concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)
     ], ARRAY['student', 'teacher']) WITH ORDINALITY AS p (user_id, role, n)
ORDER BY p.n
ON CONFLICT DO NOTHING;
SELECT s.id, s.title, s.description, s.skill, s.teacher, s.student,
       p.users, p.names, p.roles,
       s.scheduled_at, s.ends_at, s.status, s.confirmation, s.time_zone, s.local_start,
       s.version, s.sequence, s.started_at, s.finished_at, s.cancelled_at,
       s.cancelled_by, s.cancel_reason, s.late_cancel, s.confirm_by, s.created_at,
       own.join_opens, own.grace, own.cancel_deadline
FROM unnest(ARRAY[
    concat(lpad(to_hex(:run::bigint), 8, '0'), '-', lpad(to_hex(:client_id::int), 4, '0'),
           '-7000-8000-', lpad(to_hex(:n::int), 12, '0'))::uuid
]) WITH ORDINALITY AS wanted (id, n)
JOIN sessions s ON s.id = wanted.id
LEFT JOIN policies own ON own.teacher = s.teacher
CROSS JOIN LATERAL (
    SELECT array_agg(p.user_id ORDER BY p.user_id) AS users,
           array_agg(coalesce(nullif(u.name, ''), u.id) ORDER BY p.user_id) AS names,
           array_agg(p.role ORDER BY p.user_id) AS roles
    FROM session_participants p JOIN users u ON u.id = p.user_id
    WHERE p.session_id = s.id) p
ORDER BY wanted.n;
INSERT INTO audit_events (at, actor, actor_kind, action, session_id, details)
VALUES (now(),
        concat('pgbench-', :run::bigint, '-', :client_id::int, '-student-', :pair::int),
        'user', 'session_booked',
        concat(lpad(to_hex(:run::bigint), 8, '0'), '-', lpad(to_hex(:client_id::int), 4, '0'),
               '-7000-8000-', lpad(to_hex(:n::int), 12, '0'))::uuid,
        '{"title": "Load test", "scheduledAt": "2027-03-06T05h30m05Z", "duration": 60,
          "actor": "pgbench-student", "actorName": "pgbench-student"}');
INSERT INTO notifications (user_id, kind, session_id, payload, created_at)
SELECT u, 'session_booked',
       concat(lpad(to_hex(:run::bigint), 8, '0'), '-', lpad(to_hex(:client_id::int), 4, '0'),
              '-7000-8000-', lpad(to_hex(:n::int), 12, '0'))::uuid,
       '{"title": "Load test", "scheduledAt": "2027-03-06T05h30m05Z", "duration": 60,
         "actor": "pgbench-student", "actorName": "pgbench-student"}', now()
FROM unnest(ARRAY[
    concat('pgbench-', :run::bigint, '-', :client_id::int, '-teacher-', :pair::int)
]) AS u;
INSERT INTO outbox (key, kind, session_id, payload, due_at, created_at)
SELECT concat(:run::bigint, '.', :client_id::int, '.', :n::int, '.', m.key), m.kind,
       concat(lpad(to_hex(:run::bigint), 8, '0'), '-', lpad(to_hex(:client_id::int), 4, '0'),
              '-7000-8000-', lpad(to_hex(:n::int), 12, '0'))::uuid,
       m.payload, now() + m.after, now()
FROM unnest(
    ARRAY['booked.email.teacher.1', '1440.email.student.0', '1440.email.teacher.0',
          '60.email.student.0', '60.email.teacher.0'],
    ARRAY['notice', 'reminder', 'reminder', 'reminder', 'reminder'],
    ARRAY['{"channel": "email", "event": "session_booked", "user": "pgbench-teacher",
            "sequence": 0, "details": {"title": "Load test", "duration": 60}}',
          '{"channel": "email", "user": "pgbench-student", "sequence": 0, "minutesBefore": 1440}',
          '{"channel": "email", "user": "pgbench-teacher", "sequence": 0, "minutesBefore": 1440}',
          '{"channel": "email", "user": "pgbench-student", "sequence": 0, "minutesBefore": 60}',
          '{"channel": "email", "user": "pgbench-teacher", "sequence": 0, "minutesBefore": 60}'
    ]::jsonb[],
    ARRAY['0 hours', '24 hours', '24 hours', '47 hours', '47 hours']::interval[])
    AS m (key, kind, payload, after)
ON CONFLICT (key) DO NOTHING;
COMMIT;
