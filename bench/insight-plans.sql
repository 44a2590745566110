-- How Postgres reads what history and analytics ask, after bench/insight.sql.
-- The statements are those of crates/store/src/sessions/list.rs and
-- crates/store/src/analytics, in short, and its connections' settings are theirs.
SET max_parallel_workers_per_gather = 0;
\echo A page of the history of a teacher
EXPLAIN (ANALYZE, BUFFERS)
SELECT s.id FROM session_participants p JOIN sessions s ON s.id = p.session_id
WHERE p.user_id = 'teacher-0' AND (s.status IN ('completed', 'cancelled') OR s.ends_at <= now())
ORDER BY lower(p.during) DESC, p.session_id DESC LIMIT 51;

\echo What the year of a teacher comes to, by days and by hours of the week
EXPLAIN (ANALYZE, BUFFERS)
SELECT day, taught, quarter, sum(booked), sum(completed), sum(minutes)
FROM (SELECT date_bin('1 day', slot, 'epoch') AS day,
             (extract(epoch FROM slot)::bigint / 900) % 672 AS quarter, own.*
      FROM (SELECT true AS taught, f.* FROM sessions s CROSS JOIN LATERAL lesson_figures(s, 1) f
            WHERE s.teacher = 'teacher-0' AND s.scheduled_at >= now() - interval '365 days'
              AND s.scheduled_at < now()
            UNION ALL
            SELECT false, f.* FROM session_participants p JOIN sessions s ON s.id = p.session_id
            CROSS JOIN LATERAL lesson_figures(s, 1) f
            WHERE p.role = 'student' AND p.attending AND p.user_id = 'teacher-0'
              AND lower(p.during) >= now() - interval '365 days' AND lower(p.during) < now()) own
     ) counted
GROUP BY GROUPING SETS ((day, taught), (quarter));

\echo How good the connection of that teacher was
EXPLAIN (ANALYZE, BUFFERS)
SELECT date_bin('1 day', joined_at, 'epoch'), count(*), count(connected_at),
       sum(audio_packets_in + video_packets_in)::bigint, sum(lost_in)::bigint
FROM attendance WHERE user_id = 'teacher-0' AND joined_at >= now() - interval '365 days'
  AND joined_at < now() GROUP BY 1;

\echo What the year of the platform comes to, on days that begin with an hour
EXPLAIN (ANALYZE, BUFFERS)
SELECT width_bucket(slot, days.starts), sum(booked), sum(completed), sum(minutes), sum(declined),
       sum(off_teacher), sum(off_student), sum(off_other), sum(missed_both), sum(fives),
       sum(presences), sum(packets), sum(lost), sum(pairs), sum(pairs_30), sum(pairs_90)
FROM (SELECT array_agg(now() - interval '366 days' + n * interval '1 day') AS starts
      FROM generate_series(0, 366) AS n) days,
     (SELECT * FROM figure_hours
      WHERE slot >= now() - interval '365 days' AND slot < now()) counted
GROUP BY 1;

\echo The same on days that begin within an hour, whose quarters are read
SELECT array_agg(date_trunc('day', now()) - n * interval '1 day' - interval '6 hours') AS hours
FROM generate_series(0, 366) AS n \gset
EXPLAIN (ANALYZE, BUFFERS)
SELECT date_bin('1 day', slot, '2000-01-01 18:15:00+00'), sum(booked), sum(completed),
       sum(minutes), sum(fives), sum(presences), sum(packets), sum(lost), sum(pairs)
FROM (SELECT slot, booked, completed, minutes, fives, presences, packets, lost, pairs
      FROM figure_hours
      WHERE slot >= now() - interval '365 days' AND slot < now()
        AND NOT EXISTS (SELECT FROM unnest(:'hours'::timestamptz[]) AS cut (hour)
                        WHERE hour = slot)
      UNION ALL
      SELECT slot, booked, completed, minutes, fives, presences, packets, lost, pairs
      FROM unnest(:'hours'::timestamptz[]) AS cut (hour)
      CROSS JOIN LATERAL (SELECT * FROM figures
                          WHERE slot >= hour AND slot < hour + interval '1 hour' LIMIT 4) quarters
      WHERE slot >= now() - interval '365 days' AND slot < now()) counted
GROUP BY 1;

\echo The busiest hours of that year
EXPLAIN (ANALYZE, BUFFERS)
SELECT (extract(epoch FROM slot)::bigint / 900) % 672, sum(held_00), sum(held_15), sum(held_30),
       sum(held_45)
FROM figure_hours WHERE slot >= now() - interval '365 days' AND slot < now() GROUP BY 1;

\echo Lessons of the year that nobody came to, as far as that is not marked
EXPLAIN (ANALYZE, BUFFERS)
SELECT count(*) FROM sessions s
WHERE s.status = 'scheduled' AND s.no_show IS NULL AND s.confirmation = 'confirmed'
  AND s.provider = 'lectern' AND s.ends_at <= now()
  AND s.scheduled_at >= now() - interval '365 days' AND s.scheduled_at < now();
