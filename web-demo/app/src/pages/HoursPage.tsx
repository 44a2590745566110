import { AvailabilityEditor } from '@lectern/react';
import { Shell } from '../shell/Shell.tsx';

/** When a teacher can be booked. */
export function HoursPage() {
  return (
    <Shell title="Your hours">
      <AvailabilityEditor />
    </Shell>
  );
}
