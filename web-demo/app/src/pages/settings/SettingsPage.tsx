import { Shell } from '../../shell/Shell.tsx';
import { BusyCalendars } from './BusyCalendars.tsx';
import { YourData } from './YourData.tsx';

/** What one decides for oneself, beside the lessons. */
export function SettingsPage() {
  return (
    <Shell title="Settings">
      <div className="settings">
        <header className="page-head">
          <div>
            <h1>Settings</h1>
            <p>Your calendars, and what is kept about you.</p>
          </div>
        </header>
        <BusyCalendars />
        <YourData />
      </div>
    </Shell>
  );
}
