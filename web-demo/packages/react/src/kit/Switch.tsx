import type { ReactNode } from 'react';
import { Switch as AriaSwitch } from 'react-aria-components';

interface SwitchProps {
  on: boolean;
  /** The switch stands before its words. */
  first?: boolean;
  onChange: (on: boolean) => void;
  children: ReactNode;
}

export function Switch({ on, first, onChange, children }: SwitchProps) {
  return (
    <AriaSwitch
      className={first ? 'l-switch l-switch--first' : 'l-switch'}
      isSelected={on}
      onChange={onChange}
    >
      <span>{children}</span>
      <span className="l-switch-track" />
    </AriaSwitch>
  );
}
