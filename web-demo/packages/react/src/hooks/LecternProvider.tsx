import type { Lectern, Me } from '@lectern/client';
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { useToasts } from '../kit/Toasts.tsx';
import { type Appearance, AppearanceContext } from './appearance.ts';
import { LecternContext } from './context.ts';
import { useLiveNotices } from './live.ts';

interface LecternProviderProps {
  lectern: Lectern;
  queries: QueryClient;
  me: Me;
  signIn: () => void;
  appearance: Appearance;
  children: ReactNode;
}

function Live() {
  useLiveNotices();
  return null;
}

/** What every part needs above it. */
export function LecternProvider(props: LecternProviderProps) {
  const { toast, toasts } = useToasts();
  const { lectern, me, signIn } = props;
  const value = useMemo(
    () => ({ lectern, me, zone: me.timeZone, signIn, toast, now: Date.now }),
    [lectern, me, signIn, toast],
  );
  return (
    <QueryClientProvider client={props.queries}>
      <AppearanceContext value={props.appearance}>
        <LecternContext value={value}>
          <Live />
          {props.children}
          {toasts}
        </LecternContext>
      </AppearanceContext>
    </QueryClientProvider>
  );
}
