import { Insight } from '@lectern/react';
import { AdminShell } from './AdminShell.tsx';

/** What the place comes to. */
export default function AdminOverview() {
  return (
    <AdminShell title="Overview">
      <Insight of="platform" title="Overview" />
    </AdminShell>
  );
}
