import type { Scope } from '@lectern/client';
import { Segmented } from '@lectern/react';

const SCOPES = [
  { id: 'one', text: 'This one' },
  { id: 'following', text: 'This and later' },
  { id: 'all', text: 'All ahead' },
] as const;

/** How far a change of a lesson of a series reaches. */
export function Reach({ value, onChange }: { value: Scope; onChange: (scope: Scope) => void }) {
  return (
    <div className="l-field">
      <span className="l-label" aria-hidden="true">
        Which lessons of the series
      </span>
      <Segmented
        label="Which lessons of the series"
        options={SCOPES}
        value={value}
        onChange={(id) => onChange(id as Scope)}
      />
    </div>
  );
}
