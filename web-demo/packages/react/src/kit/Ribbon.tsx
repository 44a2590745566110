import { minutesOf } from '@lectern/client';
import type { Hue } from './hue.ts';

export interface RibbonBlock {
  id: string;
  hue: Hue;
  text: string;
  label: string;
  from: string;
  to: string;
  href: string;
}

interface RibbonProps {
  label: string;
  /** Hours of the day that are drawn. */
  from: number;
  to: number;
  /** The time now, `10:18`. */
  now: string;
  blocks: readonly RibbonBlock[];
}

/** The day as a ruler: hours, people, and where we are. */
export function Ribbon({ label, from, to, now, blocks }: RibbonProps) {
  const at = (time: string) => ((minutesOf(time) / 60 - from) / (to - from)) * 100;
  const hours = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const present = at(now);
  const every = to - from > 14 ? 3 : 2;
  return (
    <nav className="l-ribbon" aria-label={label}>
      <div className="l-ribbon-track">
        {hours.slice(1, -1).map((hour) => (
          <i
            key={hour}
            className="l-ribbon-tick"
            style={{ insetInlineStart: `${((hour - from) / (to - from)) * 100}%` }}
          />
        ))}
        {blocks.map((block) => (
          <a
            key={block.id}
            className={`l-ribbon-block hue-${block.hue}`}
            href={block.href}
            aria-label={block.label}
            style={{
              insetInlineStart: `${at(block.from)}%`,
              inlineSize: `${at(block.to > block.from ? block.to : '24:00') - at(block.from)}%`,
            }}
          >
            {block.text}
          </a>
        ))}
        {present >= 0 && present <= 100 && (
          <i className="l-ribbon-now" style={{ insetInlineStart: `${present}%` }} />
        )}
      </div>
      {hours
        .filter((hour) => (hour - from) % every === 0)
        .map((hour) => (
          <span
            key={hour}
            className="l-ribbon-hour"
            style={{ insetInlineStart: `${((hour - from) / (to - from)) * 100}%` }}
          >
            <span className="l-time">{String(hour).padStart(2, '0')}:00</span>
          </span>
        ))}
    </nav>
  );
}
