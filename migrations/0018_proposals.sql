-- A proposal may be for a lesson of a series and those that move with it.
ALTER TABLE session_proposals ADD COLUMN reach text NOT NULL DEFAULT 'one'
    CHECK (reach IN ('one', 'following', 'all'));
