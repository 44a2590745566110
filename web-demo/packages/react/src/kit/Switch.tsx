import type { ReactNode } from 'react';
import { Switch as AriaSwitch } from 'react-aria-components';

interface SwitchProps {
  on: boolean;
  onChange: (on: boolean) => void;
  children: ReactNode;
}

export function Switch({ on, onChange, children }: SwitchProps) {
  return (
    <AriaSwitch className="l-switch" isSelected={on} onChange={onChange}>
      <span>{children}</span>
      <span className="l-switch-track" />
    </AriaSwitch>
  );
}
