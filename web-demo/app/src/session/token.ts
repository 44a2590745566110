import { useSyncExternalStore } from 'react';

/** The platform's token, kept for this tab alone. */
const KEY = 'lectern.token';
const BACK = 'lectern.back';

/**
 * Takes what the platform handed over in the fragment, which never leaves the
 * browser, and removes it from the address: a token, or a code to exchange for
 * one. Who comes with a code is no longer whoever was here before.
 */
export function takeHandedOver(): { code: string | null } {
  const handed = new URLSearchParams(location.hash.slice(1));
  const [token, code] = [handed.get('token'), handed.get('code')];
  if (token === null && code === null) return { code };
  history.replaceState(null, '', location.pathname + location.search);
  if (token !== null) sessionStorage.setItem(KEY, token);
  else sessionStorage.removeItem(KEY);
  return { code };
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

/** The page to come back to, once. */
export function takePage(): string {
  const path = peekPage();
  sessionStorage.removeItem(BACK);
  return path;
}

/** The page to come back to; only ever a path of this app. */
export function peekPage(): string {
  const path = sessionStorage.getItem(BACK);
  return path?.startsWith('/') && !path.startsWith('//') && path !== '/sign-in' ? path : '/';
}
