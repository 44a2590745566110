export type Theme = 'system' | 'light' | 'dark';

const KEY = 'lectern.theme';

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Remembers a theme for this browser, and shows it. */
export function setTheme(next: Theme): void {
  localStorage.setItem(KEY, next);
  applyTheme();
}

export function applyTheme(): void {
  const chosen = theme();
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
}
