-- Who did not come to a lesson whose time has passed. Decided once, when its
-- room has closed and what the media plane counted is written; null before,
-- and where both came or the lesson took place.
ALTER TABLE sessions
    ADD COLUMN no_show text CHECK (no_show IN ('teacher', 'student', 'both')),
    ADD COLUMN no_show_decided_at timestamptz;

-- What passed before this was looked at is left as it is.
UPDATE sessions SET no_show_decided_at = now() WHERE status = 'scheduled' AND ends_at < now();

CREATE INDEX sessions_undecided ON sessions (ends_at)
    WHERE status = 'scheduled' AND confirmation = 'confirmed' AND provider = 'lectern'
        AND no_show_decided_at IS NULL;
