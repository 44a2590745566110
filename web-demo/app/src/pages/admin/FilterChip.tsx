import { type Option, Select } from '@lectern/react';
import { Plus, X } from 'lucide-react';

/** The option that narrows nothing. */
export const NONE = 'any';

interface FilterChipProps {
  label: string;
  options: readonly Option[];
  value: string;
  onChange: (id: string) => void;
}

/** A way to narrow a list; once chosen, a chip that takes it back. */
export function FilterChip({ label, options, value, onChange }: FilterChipProps) {
  if (value === NONE) {
    const icon = <Plus aria-hidden />;
    return (
      <Select label={label} labelHidden text={label} {...{ icon, options, value, onChange }} />
    );
  }
  return (
    <button type="button" className="filter-chip" onClick={() => onChange(NONE)}>
      {options.find(({ id }) => id === value)?.text} <X aria-label="remove" />
    </button>
  );
}
