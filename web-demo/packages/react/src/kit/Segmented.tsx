import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import type { Option } from './Select.tsx';

interface SegmentedProps {
  label: string;
  options: readonly Option[];
  value: string;
  onChange: (id: string) => void;
}

/** One of a few. */
export function Segmented({ label, options, value, onChange }: SegmentedProps) {
  return (
    <ToggleButtonGroup
      className="l-segmented"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const [key] = keys;
        if (key !== undefined) onChange(String(key));
      }}
    >
      {options.map((option) => (
        <ToggleButton key={option.id} id={option.id}>
          {option.text}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
