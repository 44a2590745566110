import { Failure, Insight, SkeletonRows, useLectern } from '@lectern/react';
import { useQuery } from '@tanstack/react-query';
import { AdminShell } from './AdminShell.tsx';

/** What the lessons of one person come to. */
export default function AdminPerson({ id }: { id: string }) {
  const { lectern } = useLectern();
  const person = useQuery({ queryKey: ['users', 'one', id], queryFn: () => lectern.user(id) });
  if (person.data) {
    const name = person.data.name || id;
    return (
      <AdminShell title={name}>
        <Insight of={{ user: id }} title={`Figures of ${name}`} />
      </AdminShell>
    );
  }
  return (
    <AdminShell title="Figures">
      <header className="admin-head">
        <h1>Figures</h1>
      </header>
      <div className="l-card admin-card">
        {person.isPending ? (
          <SkeletonRows rows={6} />
        ) : (
          <Failure error={person.error} what="The person" retry={() => void person.refetch()} />
        )}
      </div>
    </AdminShell>
  );
}
