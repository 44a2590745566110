-- Notices in the order in which they were written, for those who listen: each
-- node reads what came after the last one that it knows.
--
-- A number is given out before its transaction commits, so a lower one may be
-- seen after a higher one. Whoever reads by it minds the gaps.
ALTER TABLE notifications ADD COLUMN position bigint GENERATED ALWAYS AS IDENTITY;
CREATE INDEX notifications_by_position ON notifications (position) INCLUDE (user_id);
