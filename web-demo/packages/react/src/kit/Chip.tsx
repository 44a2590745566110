import type { ReactNode } from 'react';

interface ChipProps {
  tone?: 'plain' | 'good' | 'now' | 'bad' | 'info' | 'outline';
  children: ReactNode;
}

/** A state in a word, with an icon: never by colour alone. */
export function Chip({ tone = 'plain', children }: ChipProps) {
  return <span className={tone === 'plain' ? 'l-chip' : `l-chip l-chip--${tone}`}>{children}</span>;
}
