import { Avatar, Menu, useLectern, useTeaches, useUnread } from '@lectern/react';
import {
  Bell,
  CalendarDays,
  ChartLine,
  ChartNoAxesGantt,
  CalendarClock,
  CloudOff,
  History,
  House,
  LogOut,
  type LucideIcon,
  Moon,
  Search,
  Settings,
  Star,
  Sun,
  SunMoon,
  UsersRound,
} from 'lucide-react';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { setTheme, theme, type Theme } from '../session/theme.ts';
import { Mark } from './Mark.tsx';
import { useFocusKept } from './useFocusKept.ts';
import { useOnline } from './useOnline.ts';

interface Place {
  href: string;
  text: string;
  icon: LucideIcon;
}

const PLACES: readonly Place[] = [
  { href: '/', text: 'Today', icon: House },
  { href: '/calendar', text: 'Calendar', icon: CalendarDays },
  { href: '/book', text: 'Find a lesson', icon: Search },
  { href: '/history', text: 'History', icon: History },
];
const ADMIN: Place = { href: '/admin', text: 'Admin', icon: ChartNoAxesGantt };

interface ShellProps {
  title: string;
  /** How wide the page may be. */
  width?: 'content' | 'calendar' | 'full';
  children: ReactNode;
}

/** The frame of every page: where one is, and where else one can go. */
export function Shell({ title, width = 'content', children }: ShellProps) {
  const { me } = useLectern();
  const [path] = useLocation();
  const places = me.role === 'admin' ? [...PLACES, ADMIN] : PLACES;
  const online = useOnline();
  useEffect(() => {
    document.title = `${title} · Lectern`;
  }, [title]);
  const page = useArrival(path);
  useFocusKept(page);
  return (
    <>
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <header className="top">
        <Link href="/" className="brand">
          <Mark /> <span className="l-display">Lectern</span>
        </Link>
        <nav className="places" aria-label="Places">
          {places.map((place) => (
            <PlaceLink key={place.href} place={place} path={path} />
          ))}
        </nav>
        <BellLink />
        <Account />
      </header>
      <main id="page" ref={page} className={`page page--${width}`} tabIndex={-1}>
        {!online && <OfflineBanner />}
        {children}
      </main>
      <nav className="tabs" aria-label="Places, below">
        {PLACES.map((place) => (
          <PlaceLink key={place.href} place={place} path={path} icon />
        ))}
      </nav>
    </>
  );
}

/** Begins a new page at its top, for eyes and for readers; not the first one. */
function useArrival(path: string) {
  const page = useRef<HTMLElement>(null);
  const from = useContext(LastPath);
  useEffect(() => {
    if (from.current !== null && from.current !== path) {
      scrollTo(0, 0);
      page.current?.focus({ preventScroll: true });
    }
    from.current = path;
  }, [path, from]);
  return page;
}

/** The page that was shown before this one. */
const LastPath = createContext<{ current: string | null }>({ current: null });

function PlaceLink({ place, path, icon }: { place: Place; path: string; icon?: boolean }) {
  const root = `/${place.href.split('/')[1] ?? ''}`;
  const here = root === '/' ? path === '/' : path.startsWith(root);
  const Icon = place.icon;
  return (
    <Link href={place.href} aria-current={here ? 'page' : undefined}>
      {icon && <Icon aria-hidden />}
      {place.text}
    </Link>
  );
}

function BellLink() {
  const unread = useUnread();
  return (
    <Link
      href="/notices"
      className="bell"
      aria-label={unread > 0 ? `Notices, ${unread} unread` : 'Notices'}
    >
      <Bell aria-hidden />
      {unread > 0 && <span className="bell-count">{unread > 99 ? '99+' : unread}</span>}
    </Link>
  );
}

const THEMES: readonly { id: Theme; text: string; icon: LucideIcon }[] = [
  { id: 'system', text: 'Light or dark as the system', icon: SunMoon },
  { id: 'light', text: 'Always light', icon: Sun },
  { id: 'dark', text: 'Always dark', icon: Moon },
];

function Account() {
  const { me, signIn } = useLectern();
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useState(theme);
  const themes = THEMES.filter(({ id }) => id !== chosen).map(({ id, text, icon: Icon }) => ({
    id,
    text,
    icon: <Icon aria-hidden />,
    run: () => {
      setTheme(id);
      setChosen(id);
    },
  }));
  const admin = {
    id: 'admin',
    text: 'Admin',
    icon: <ChartNoAxesGantt aria-hidden />,
    run: () => navigate('/admin'),
  };
  const teaches = useTeaches();
  const hours = {
    id: 'hours',
    text: 'Your hours',
    icon: <CalendarClock aria-hidden />,
    run: () => navigate('/hours'),
  };
  const groups = {
    id: 'groups',
    text: 'Your groups',
    icon: <UsersRound aria-hidden />,
    run: () => navigate('/groups'),
  };
  const settings = {
    id: 'settings',
    text: 'Settings',
    icon: <Settings aria-hidden />,
    run: () => navigate('/settings'),
  };
  const figures = {
    id: 'figures',
    text: 'Your figures',
    icon: <ChartLine aria-hidden />,
    run: () => navigate('/figures'),
  };
  const reviews = {
    id: 'reviews',
    text: 'Your reviews',
    icon: <Star aria-hidden />,
    run: () => navigate('/reviews'),
  };
  const leave = { id: 'leave', text: 'Sign out', icon: <LogOut aria-hidden />, run: signIn };
  return (
    <Menu
      label={`${me.name}, your account`}
      className="account"
      actions={[
        ...(teaches ? [hours, groups] : []),
        reviews,
        figures,
        settings,
        ...(me.role === 'admin' ? [admin] : []),
        ...themes,
        leave,
      ]}
    >
      <Avatar id={me.id} name={me.name} size={32} />
      <span>{me.name}</span>
    </Menu>
  );
}

function OfflineBanner() {
  return (
    <div className="l-banner offline" role="status">
      <CloudOff aria-hidden />
      <div>
        <strong>You are offline.</strong> This is what we had last. Changes wait until you are back.
      </div>
    </div>
  );
}
