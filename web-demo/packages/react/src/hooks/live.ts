import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLectern } from './context.ts';
import { keys } from './queries.ts';

/**
 * Reads notices anew, and the lessons that they are about, as soon as the server has something to
 * tell. A page that nobody sees listens to nothing: browsers have few connections to one server.
 */
export function useLiveNotices(): void {
  const { lectern } = useLectern();
  const queries = useQueryClient();
  useEffect(() => {
    let watch: AbortController | null = null;
    const stale = (key: readonly string[]) => void queries.invalidateQueries({ queryKey: key });
    const listen = () => {
      const seen = document.visibilityState === 'visible';
      if (seen === (watch !== null)) return;
      watch?.abort();
      watch = seen ? new AbortController() : null;
      if (!watch) return;
      void lectern.watchNotices({
        signal: watch.signal,
        onUnread: () => stale(keys.notices),
        onNotice: (notice) => notice.sessionId && stale(keys.lessons),
      });
    };
    listen();
    document.addEventListener('visibilitychange', listen);
    return () => {
      document.removeEventListener('visibilitychange', listen);
      watch?.abort();
    };
  }, [lectern, queries]);
}
