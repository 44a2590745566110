import { SessionHistory } from '@lectern/react';
import { Shell } from '../shell/Shell.tsx';

export function HistoryPage() {
  return (
    <Shell title="History">
      <SessionHistory />
    </Shell>
  );
}
