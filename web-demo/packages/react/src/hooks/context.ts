import type { Lectern, Me } from '@lectern/client';
import { createContext, useContext } from 'react';

/** What the parts need to know about where they are. */
export interface LecternContextValue {
  lectern: Lectern;
  me: Me;
  /** The zone in which times are shown. */
  zone: string;
  /** Sends the person to sign in, and back here. */
  signIn: () => void;
  /** Says something in passing; `undo` offers to take it back. */
  toast: (text: string, undo?: () => void) => void;
  /** Milliseconds since the epoch; tests hold it still. */
  now: () => number;
}

export const LecternContext = createContext<LecternContextValue | null>(null);

export function useLectern(): LecternContextValue {
  const value = useContext(LecternContext);
  if (!value) throw new Error('useLectern needs a LecternProvider above it');
  return value;
}
