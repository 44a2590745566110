import { serverEvents } from './events.ts';
import { ProblemError } from './problem.ts';
import type { Notice } from './types.ts';

/** Who wants to know of notices as they come. */
export interface NoticeWatcher {
  /** Ends the watch. */
  signal: AbortSignal;
  onNotice?: (notice: Notice) => void;
  /** How many are unread: first of all, and whenever that changes. */
  onUnread?: (unread: number) => void;
  /** The last notice that is known already; those after it come first. */
  after?: string;
}

/** Opens a stream of notices after one, if need be. */
type Open = (after: string | null, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;

/** How long to wait between tries, and until a silent stream is given up, in milliseconds. */
interface Patience {
  first: number;
  longest: number;
  silence: number;
}

const PATIENCE: Patience = { first: 1_000, longest: 30_000, silence: 60_000 };

/**
 * Watches until the signal, through whatever ends a stream: each begins after the last notice of
 * the one before. Returns early only where there is no such stream.
 */
export async function watchNotices(
  open: Open,
  watcher: NoticeWatcher,
  patience: Patience = PATIENCE,
): Promise<void> {
  const { signal } = watcher;
  let last = watcher.after ?? null;
  let wait = patience.first;
  while (!signal.aborted) {
    const silence = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), patience.silence);
    };
    try {
      heard();
      const either = AbortSignal.any([signal, silence.signal]);
      const bytes = await open(last, either);
      for await (const { event, id, data } of serverEvents(bytes, either, heard)) {
        wait = patience.first;
        if (signal.aborted) break;
        if (event === 'notice') {
          last = id ?? last;
          watcher.onNotice?.(JSON.parse(data) as Notice);
        }
        if (event === 'unread') watcher.onUnread?.((JSON.parse(data) as { unread: number }).unread);
      }
    } catch (error) {
      if (error instanceof ProblemError) {
        if (error.status === 403 || error.status === 404) return;
        wait = Math.max(wait, (error.retryAfter ?? 0) * 1_000);
      }
      // Nobody answered, or the stream broke off: it is opened again.
    } finally {
      clearTimeout(timer);
    }
    // Not everybody who lost a server comes back at the same moment.
    await pause(wait * (0.5 + Math.random() / 2), signal);
    wait = Math.min(wait * 2, patience.longest);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
