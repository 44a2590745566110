-- Who had a seat in a group lesson that took place, and did not come to it. Of
-- two, that is the lesson's own `no_show`.

ALTER TABLE session_participants ADD COLUMN absent boolean NOT NULL DEFAULT false;

-- What a group lesson that is over says of the seats in it, by those whose media
-- came up. Where none of ours were, nobody is known to have been away.
CREATE FUNCTION mark_absences(lesson uuid) RETURNS void LANGUAGE sql AS $$
    UPDATE session_participants p
    SET absent = NOT EXISTS (
        SELECT FROM attendance a
        WHERE a.session_id = lesson AND a.user_id = p.user_id AND a.connected_at IS NOT NULL)
    FROM sessions s
    WHERE p.session_id = lesson AND s.id = lesson AND s.capacity > 1 AND s.provider = 'lectern'
      AND p.role = 'student' AND p.attending
$$;

-- Those that are over, as far as it is still known who was there.
SELECT mark_absences(s.id) FROM sessions s
WHERE s.capacity > 1 AND s.status = 'completed'
  AND EXISTS (SELECT FROM attendance a WHERE a.session_id = s.id AND a.connected_at IS NOT NULL);

-- What a lesson counts as for a student in it: for who was away, as one that
-- took place without them.
CREATE FUNCTION seat_figures(s sessions, absent boolean) RETURNS TABLE (
    slot timestamptz, booked integer, completed integer, minutes integer,
    declined integer, expired integer,
    off_teacher integer, off_student integer, off_other integer,
    off_after integer, off_under_1h integer, off_under_12h integer, off_under_24h integer,
    off_under_72h integer, off_under_168h integer, off_earlier integer,
    missed_teacher integer, missed_student integer, missed_both integer
) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT f.slot, f.booked, f.completed - away, f.minutes * (1 - away), f.declined, f.expired,
           f.off_teacher, f.off_student, f.off_other, f.off_after, f.off_under_1h,
           f.off_under_12h, f.off_under_24h, f.off_under_72h, f.off_under_168h, f.off_earlier,
           f.missed_teacher, f.missed_student + away, f.missed_both
    FROM lesson_figures(s, 1) f,
         LATERAL (SELECT f.completed * absent::integer AS away) AS a
$$;
