-- How Postgres reads what history and analytics ask, after bench/insight.sql.
-- The statements are those of crates/store/src/sessions/list.rs and
-- crates/store/src/analytics, in short.
\echo A page of the history of a teacher
EXPLAIN (ANALYZE, BUFFERS)
SELECT s.id FROM session_participants p JOIN sessions s ON s.id = p.session_id
WHERE p.user_id = 'teacher-0' AND (s.status IN ('completed', 'cancelled') OR s.ends_at <= now())
ORDER BY lower(p.during) DESC, p.session_id DESC LIMIT 51;

\echo What the year of a teacher comes to
EXPLAIN (ANALYZE, BUFFERS)
SELECT slot_of(f.slot), p.role = 'teacher', sum(booked), sum(completed), sum(minutes)
FROM session_participants p JOIN sessions s ON s.id = p.session_id
CROSS JOIN LATERAL lesson_figures(s, 1) f
WHERE p.attending AND p.user_id = 'teacher-0'
  AND lower(p.during) >= now() - interval '365 days' AND lower(p.during) < now()
GROUP BY 1, 2;

\echo What the year of the platform comes to
EXPLAIN (ANALYZE, BUFFERS)
SELECT width_bucket(slot, days.starts), sum(booked), sum(completed), sum(minutes), sum(declined),
       sum(off_teacher), sum(off_student), sum(off_other), sum(missed_both), sum(fives),
       sum(presences), sum(packets), sum(lost), sum(pairs), sum(pairs_30), sum(pairs_90)
FROM (SELECT array_agg(now() - interval '366 days' + n * interval '1 day') AS starts
      FROM generate_series(0, 366) AS n) days,
     (SELECT * FROM figures WHERE slot >= now() - interval '365 days' AND slot < now()) counted
GROUP BY 1;

\echo The busiest hours of that year
EXPLAIN (ANALYZE, BUFFERS)
SELECT (extract(epoch FROM slot)::bigint / 900) % 672, sum(booked - declined - off_teacher)
FROM figures WHERE slot >= now() - interval '365 days' AND slot < now() GROUP BY 1;

\echo Lessons of the year that nobody came to, as far as that is not marked
EXPLAIN (ANALYZE, BUFFERS)
SELECT count(*) FROM sessions s
WHERE s.status = 'scheduled' AND s.no_show IS NULL AND s.confirmation = 'confirmed'
  AND s.provider = 'lectern' AND s.ends_at <= now()
  AND s.scheduled_at >= now() - interval '365 days' AND s.scheduled_at < now();
