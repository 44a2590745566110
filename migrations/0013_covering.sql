-- What somebody's analytics read stands in the indexes that lead to it, in the
-- order of its time. Beside a year of a million lessons, those of one teacher
-- lie in as many pages as they are, and each would be fetched for one row.

-- What `lesson_figures` counts a lesson as, whoever takes it.
CREATE INDEX sessions_taught ON sessions (teacher, scheduled_at)
    INCLUDE (during, student, status, confirmation, cancelled_at, cancelled_by, no_show);

-- What somebody takes, aside from what they give.
CREATE INDEX session_participants_taken ON session_participants (user_id, lower(during))
    WHERE role = 'student';

DROP INDEX attendance_by_user;
CREATE INDEX attendance_by_user ON attendance (user_id, joined_at DESC)
    INCLUDE (connected_at, audio_packets_in, video_packets_in, lost_in);
