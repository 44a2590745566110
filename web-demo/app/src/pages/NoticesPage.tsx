import { SessionNotifications } from '@lectern/react';
import { Shell } from '../shell/Shell.tsx';

export function NoticesPage() {
  return (
    <Shell title="Notices">
      <div className="l-card notices-page">
        <SessionNotifications level={1} lessonHref={(id) => `/lessons/${id}`} />
      </div>
    </Shell>
  );
}
