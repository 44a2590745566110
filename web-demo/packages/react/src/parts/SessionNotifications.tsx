import { type Notice, wallClock } from '@lectern/client';
import {
  ArrowRightLeft,
  Bell,
  CalendarCheck2,
  CalendarPlus,
  CalendarX2,
  Clock,
  type LucideIcon,
  Star,
} from 'lucide-react';
import { useLectern } from '../hooks/context.ts';
import { useMarkRead, useNotices } from '../hooks/queries.ts';
import { useNow } from '../hooks/time.ts';
import { Button } from '../kit/Button.tsx';
import { Failure } from '../kit/Failure.tsx';
import { SkeletonRows } from '../kit/Skeleton.tsx';
import { StateView } from '../kit/StateView.tsx';
import { ago } from '../text/format.ts';
import { type NoticeIcon, noticeText } from './notice.ts';

const ICONS: Record<NoticeIcon, LucideIcon> = {
  new: CalendarPlus,
  moved: ArrowRightLeft,
  soon: Clock,
  over: CalendarCheck2,
  cancelled: CalendarX2,
  star: Star,
  other: Bell,
};

interface SessionNotificationsProps {
  /** Show only the newest few, without a way to the earlier ones. */
  most?: number;
  /** Where a lesson's page is. */
  lessonHref: (id: string) => string;
  /** The page's heading when notices are all there is. */
  level?: 1 | 2;
}

/** What happened to the caller's lessons, with what is unread marked. */
export function SessionNotifications({ most, lessonHref, level = 2 }: SessionNotificationsProps) {
  const query = useNotices();
  const markRead = useMarkRead();
  const notices = query.data?.pages.flatMap((page) => page.items) ?? [];
  const unread = query.data?.pages[0]?.unread ?? 0;
  const shown = most === undefined ? notices : notices.slice(0, most);
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <section className="l-notices">
      <header>
        <Heading>Notices</Heading>
        {unread > 0 && (
          <Button
            kind="link"
            size="small"
            busy={markRead.isPending}
            onClick={() => markRead.mutate({ all: true })}
          >
            Mark all read
          </Button>
        )}
      </header>
      {query.isPending && <SkeletonRows rows={most ?? 6} />}
      {query.isError && !query.data && (
        <Failure error={query.error} what="Your notices" retry={() => void query.refetch()} />
      )}
      {query.data && notices.length === 0 && (
        <StateView title="All quiet" lit>
          <p>When a lesson is booked, moved or cancelled, you read it here.</p>
        </StateView>
      )}
      <ul className="l-rows">
        {shown.map((notice) => (
          <NoticeRow
            key={notice.id}
            notice={notice}
            href={notice.sessionId && lessonHref(notice.sessionId)}
            onRead={() => markRead.mutate({ ids: [notice.id] })}
          />
        ))}
      </ul>
      {most === undefined && query.hasNextPage && (
        <Button
          className="l-notices-more"
          busy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show earlier
        </Button>
      )}
    </section>
  );
}

interface NoticeRowProps {
  notice: Notice;
  href: string | null;
  onRead: () => void;
}

function NoticeRow({ notice, href, onRead }: NoticeRowProps) {
  const { zone } = useLectern();
  const now = useNow(30_000);
  const { icon, who, text } = noticeText(notice, zone, wallClock(now, zone).date);
  const Icon = ICONS[icon];
  const unread = notice.readAt === null;
  const words = (
    <>
      {who && <b>{who} </b>}
      {text}
    </>
  );
  return (
    <li className="l-notice">
      <span className="l-notice-icon" aria-hidden="true">
        <Icon />
      </span>
      <div>
        {href ? (
          <a href={href} onClick={() => unread && onRead()}>
            {words}
          </a>
        ) : (
          <span>{words}</span>
        )}
        <p className="l-muted">{ago(notice.createdAt, now, zone)}</p>
      </div>
      {unread && <span className="l-notice-unread" role="img" aria-label="Unread" />}
    </li>
  );
}

/** How many notices are unread. */
export function useUnread(): number {
  return useNotices().data?.pages[0]?.unread ?? 0;
}
