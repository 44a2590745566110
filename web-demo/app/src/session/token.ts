import { useSyncExternalStore } from 'react';

/** The platform's token, kept for this tab alone. */
const KEY = 'lectern.token';
const BACK = 'lectern.back';

/**
 * Takes a token that the platform handed over in the fragment, which never
 * leaves the browser, and removes it from the address.
 */
export function takeHandedOver(): void {
  const handed = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!handed) return;
  sessionStorage.setItem(KEY, handed);
  history.replaceState(null, '', location.pathname + location.search);
}

export function token(): string | null {
  return sessionStorage.getItem(KEY);
}

export function keepToken(next: string): void {
  sessionStorage.setItem(KEY, next);
  for (const changed of listeners) changed();
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
  for (const changed of listeners) changed();
}

const listeners = new Set<() => void>();

/** The token, and a new picture whenever it comes or goes. */
export function useToken(): string | null {
  return useSyncExternalStore((changed) => {
    listeners.add(changed);
    return () => listeners.delete(changed);
  }, token);
}

/** Remembers the page to come back to after signing in. */
export function rememberPage(path: string): void {
  sessionStorage.setItem(BACK, path);
}

/** The page to come back to, once; only ever a path of this app. */
export function takePage(): string {
  const path = sessionStorage.getItem(BACK);
  sessionStorage.removeItem(BACK);
  return path?.startsWith('/') && !path.startsWith('//') && path !== '/sign-in' ? path : '/';
}
