import type { LucideIcon } from 'lucide-react';

interface LampProps {
  /** Lit when the person can act, out when they must wait. */
  lit: boolean;
  icon?: LucideIcon;
  tone?: 'now' | 'bad' | 'info';
}

/** The lectern and its lamp, which opens every state of a page. */
export function Lamp({ lit, icon: Icon, tone = 'now' }: LampProps) {
  return (
    <svg className="l-lamp" viewBox="0 0 96 84" aria-hidden="true" focusable="false">
      <ellipse cx="46" cy="79" rx="34" ry="4" fill="var(--sunken)" />
      <rect x="43" y="44" width="6" height="34" rx="3" fill="var(--line-control)" />
      {lit && <circle cx="30" cy="22" r="22" fill="var(--now-soft)" />}
      <circle cx="30" cy="22" r="8" fill={lit ? 'var(--now)' : 'var(--line-2)'} />
      {!Icon && (
        <g
          transform="rotate(-17 48 22)"
          stroke="var(--line-2)"
          strokeWidth="2.4"
          fill="var(--surface)"
        >
          <rect x="36" y="12" width="27" height="22" rx="2" />
          <path d="M41 19h17M41 25h12" strokeLinecap="round" />
        </g>
      )}
      <path d="M9 50q-1-4 3-6l62-21q5-1 5 4v7q0 3-3 4L15 60q-4 1-4-2z" fill="var(--accent)" />
      {Icon && (
        <g>
          <rect
            x="50"
            y="4"
            width="36"
            height="36"
            rx="10"
            fill={`var(--${tone}-soft)`}
            stroke="var(--surface)"
            strokeWidth="2"
          />
          <Icon x={58} y={12} width={20} height={20} color={`var(--${tone}-ink)`} />
        </g>
      )}
    </svg>
  );
}
