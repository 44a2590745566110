import { SessionCalendar } from '@lectern/react';
import { Plus } from 'lucide-react';
import { Link } from 'wouter';
import { Shell } from '../shell/Shell.tsx';

export default function CalendarPage() {
  return (
    <Shell title="Calendar" width="calendar">
      <SessionCalendar
        lessonHref={(id) => `/lessons/${id}`}
        actions={
          <Link href="/book" className="l-button l-button--primary">
            <Plus aria-hidden /> Book
          </Link>
        }
      />
    </Shell>
  );
}
