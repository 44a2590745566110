/** Bounds of the signaling client, in one place. Times are milliseconds. */

/** How long the server keeps a place for a client whose WebSocket is gone. */
export const RESUME_WINDOW = 30_000;
/** How long an opening handshake, or the answer to `join`, may take. */
export const ANSWER_TIMEOUT = 10_000;
/** A `ping` is sent when nothing has arrived for so long. */
export const PING_INTERVAL = 10_000;
/** The WebSocket is given up when a `ping` has no answer for so long. */
export const PONG_TIMEOUT = 5_000;
/** Waits between attempts to resume; the last one repeats. */
export const RESUME_BACKOFF = [0, 250, 500, 1_000, 2_000, 4_000] as const;
/** Messages kept while there is no WebSocket; the oldest go first. */
export const MAX_HELD_MESSAGES = 64;
