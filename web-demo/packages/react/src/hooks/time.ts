import { useEffect, useState } from 'react';
import { useLectern } from './context.ts';

/** The time, which moves on every `step` milliseconds. */
export function useNow(step = 1_000): number {
  const { now } = useLectern();
  const [time, setTime] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), step);
    return () => clearInterval(timer);
  }, [now, step]);
  return time;
}
