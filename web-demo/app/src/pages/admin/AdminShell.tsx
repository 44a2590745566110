import { useLectern } from '@lectern/react';
import { useQuery } from '@tanstack/react-query';
import {
  CalendarDays,
  ChartLine,
  KeyRound,
  Radio,
  Scale,
  ScrollText,
  Star,
  UsersRound,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { Shell } from '../../shell/Shell.tsx';

const DISPUTES = '/admin/disputes';

const OVERVIEW = '/admin';

const PLACES = [
  { href: OVERVIEW, text: 'Overview', icon: ChartLine },
  { href: '/admin/lessons', text: 'Lessons', icon: CalendarDays },
  { href: '/admin/rooms', text: 'Live rooms', icon: Radio },
  { href: '/admin/people', text: 'People', icon: UsersRound },
  { href: DISPUTES, text: 'Disputes', icon: Scale },
  { href: '/admin/reviews', text: 'Reviews', icon: Star },
  { href: '/admin/record', text: 'Record', icon: ScrollText },
  { href: '/admin/keys', text: 'Keys', icon: KeyRound },
] as const;

/** The frame of the pages for those who run the place. */
export function AdminShell({ title, children }: { title: string; children: ReactNode }) {
  const [path] = useLocation();
  const waiting = useWaiting();
  return (
    <Shell title={title} width="full">
      <div className="admin">
        <nav className="admin-places" aria-label="Admin">
          {PLACES.map(({ href, text, icon: Icon }) => (
            <Link
              key={href}
              ref={here(path, href) ? seen : null}
              href={href}
              aria-current={here(path, href) ? 'page' : undefined}
            >
              <Icon aria-hidden /> {text}
              {href === DISPUTES && waiting > 0 && (
                <span className="admin-waiting" aria-label={`${waiting} waiting`}>
                  {waiting}
                </span>
              )}
            </Link>
          ))}
        </nav>
        <div className="admin-page">{children}</div>
      </div>
    </Shell>
  );
}

/** How many disputes wait for a decision, as far as one page tells. */
function useWaiting(): number {
  const { lectern } = useLectern();
  const { data } = useQuery({
    queryKey: ['disputes', 'open', 'count'],
    queryFn: () => lectern.disputes({ state: 'open' }),
    staleTime: 60_000,
  });
  return data?.items.length ?? 0;
}

/** On a phone the places are a strip that scrolls. */
function seen(place: HTMLElement | null): void {
  place?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function here(path: string, href: string): boolean {
  return href === OVERVIEW ? path === href : path.startsWith(href);
}
