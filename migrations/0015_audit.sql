-- The record is read as a whole: by whom, about whom, what and when, the latest
-- first. Each index goes on, after what it is found by, in the list's order.

-- Of services too: all that a platform does may be one key's.
DROP INDEX audit_events_by_actor;
CREATE INDEX audit_events_by_actor ON audit_events (actor, at, id) WHERE actor IS NOT NULL;

DROP INDEX audit_events_about;
CREATE INDEX audit_events_about ON audit_events
    ((coalesce(details ->> 'user', details ->> 'student', details ->> 'onBehalfOf')), at, id)
    WHERE details ?| ARRAY['user', 'student', 'onBehalfOf'];

CREATE INDEX audit_events_by_action ON audit_events (action, at, id);

-- What somebody reported: it is theirs to read and to have erased.
CREATE INDEX review_reports_by_reporter ON review_reports (reporter_id, review_id);
