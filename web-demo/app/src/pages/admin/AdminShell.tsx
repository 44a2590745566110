import { CalendarDays, ChartLine, Star } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { Shell } from '../../shell/Shell.tsx';

const OVERVIEW = '/admin';

const PLACES = [
  { href: OVERVIEW, text: 'Overview', icon: ChartLine },
  { href: '/admin/lessons', text: 'Lessons', icon: CalendarDays },
  { href: '/admin/reviews', text: 'Reviews', icon: Star },
] as const;

/** The frame of the pages for those who run the place. */
export function AdminShell({ title, children }: { title: string; children: ReactNode }) {
  const [path] = useLocation();
  return (
    <Shell title={title} width="full">
      <div className="admin">
        <nav className="admin-places" aria-label="Admin">
          {PLACES.map(({ href, text, icon: Icon }) => (
            <Link key={href} href={href} aria-current={path === href ? 'page' : undefined}>
              <Icon aria-hidden /> {text}
            </Link>
          ))}
        </nav>
        <div className="admin-page">{children}</div>
      </div>
    </Shell>
  );
}
