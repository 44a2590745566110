/** Bounds of the room, in one place. Times are milliseconds. */

/** Seats that a room starts with: how many people can be shown at once. */
export const DEFAULT_SEATS = 4;
export const MAX_SEATS = 9;
/** Chat messages kept; the oldest go first. The rest is in the history. */
export const MAX_CHAT_MESSAGES = 500;
/** How often the network is judged. */
export const STATS_INTERVAL = 2_000;
/** A path that stays disconnected for so long is restarted. */
export const PATH_PATIENCE = 3_000;
/** A restart that has not helped after so long gives way to a new join. */
export const RESTART_PATIENCE = 8_000;
/** Waits between attempts to join anew; after the last one the room ends. */
export const REJOIN_BACKOFF = [0, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000] as const;
/** A view is sent when it has not changed for so long. */
export const VIEW_QUIET = 150;
