import { useCallback, useState } from 'react';
import { useLectern } from './context.ts';

/**
 * Text that is kept for this tab until it is sent, so that signing in again or
 * loading the page anew loses nothing. It begins as `first`; `forget` drops it.
 */
export function useDraft(key: string, first = ''): [string, (text: string) => void, () => void] {
  const { me } = useLectern();
  const name = `lectern.draft.${me.id}.${key}`;
  const [text, setText] = useState(() => sessionStorage.getItem(name) ?? first);
  const keep = useCallback(
    (next: string) => {
      setText(next);
      sessionStorage.setItem(name, next);
    },
    [name],
  );
  const forget = useCallback(() => sessionStorage.removeItem(name), [name]);
  return [text, keep, forget];
}
