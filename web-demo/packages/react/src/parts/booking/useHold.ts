import { useEffect, useRef, useState } from 'react';
import { useLectern } from '../../hooks/context.ts';

/** Whether a chosen time is kept for the caller while they decide. */
export type Hold =
  | { state: 'none' }
  | { state: 'asking' }
  | { state: 'kept'; id: string; until: number }
  | { state: 'refused'; error: unknown };

export interface Wanted {
  teacher: string;
  start: string;
  duration: number;
}

/**
 * Keeps a time from others while the caller decides, and gives it back when
 * they choose another or leave. `again` asks anew once it has run out; `spent`
 * says that a booking has used it up.
 */
export function useHold({ teacher, start, duration }: { [K in keyof Wanted]: Wanted[K] | null }) {
  const { lectern } = useLectern();
  const [hold, setHold] = useState<Hold>({ state: 'none' });
  const [attempt, setAttempt] = useState(0);
  const kept = useRef<string | null>(null);
  useEffect(() => {
    if (teacher === null || start === null || duration === null) {
      setHold({ state: 'none' });
      return;
    }
    let wanted = true;
    // What cannot be given back runs out by itself.
    const giveBack = (id: string) => void lectern.release(id).catch(() => undefined);
    setHold({ state: 'asking' });
    lectern.hold({ teacher, start, duration }).then(
      ({ id, expiresAt }) => {
        if (!wanted) return giveBack(id);
        kept.current = id;
        setHold({ state: 'kept', id, until: Date.parse(expiresAt) });
      },
      (error: unknown) => wanted && setHold({ state: 'refused', error }),
    );
    return () => {
      wanted = false;
      if (kept.current !== null) giveBack(kept.current);
      kept.current = null;
    };
  }, [lectern, teacher, start, duration, attempt]);
  const spent = () => {
    kept.current = null;
  };
  return { hold, again: () => setAttempt((count) => count + 1), spent };
}
