import { Subscribe, useTeaches } from '@lectern/react';
import { Shell } from '../../shell/Shell.tsx';
import { BusyCalendars } from './BusyCalendars.tsx';
import { YourData } from './YourData.tsx';

/** What one decides for oneself, beside the lessons. */
export function SettingsPage() {
  // What a student's calendars say keeps nobody from booking.
  const teaches = useTeaches();
  return (
    <Shell title="Settings">
      <div className="settings">
        <header className="page-head">
          <div>
            <h1>Settings</h1>
            <p>Your calendars, and what is kept about you.</p>
          </div>
        </header>
        <section className="l-card l-card--pad follow" aria-labelledby="follow">
          <div>
            <h2 id="follow">Your lessons in another calendar</h2>
            <p className="l-muted">On your phone, or wherever your other appointments are.</p>
          </div>
          <Subscribe />
        </section>
        {teaches && <BusyCalendars />}
        <YourData />
      </div>
    </Shell>
  );
}
