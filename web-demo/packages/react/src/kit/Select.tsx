import { Check, ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
} from 'react-aria-components';

export interface Option {
  id: string;
  text: string;
}

interface SelectProps {
  label: string;
  /** The label is for readers only. */
  labelHidden?: boolean;
  icon?: ReactNode;
  options: readonly Option[];
  value: string | null;
  onChange: (id: string) => void;
  /** Shown instead of the chosen option's text. */
  text?: string;
  plain?: boolean;
  disabled?: boolean;
}

export function Select(props: SelectProps) {
  const chosen = props.options.find((option) => option.id === props.value);
  return (
    <AriaSelect
      className="l-field"
      value={props.value}
      onChange={(key) => key !== null && props.onChange(String(key))}
      isDisabled={props.disabled ?? false}
    >
      <Label className={props.labelHidden ? 'l-hidden' : 'l-label'}>{props.label}</Label>
      <Button className={props.plain ? 'l-select l-select--plain' : 'l-select'}>
        {props.icon}
        <span>{props.text ?? chosen?.text ?? 'None'}</span>
        <ChevronDown aria-hidden />
      </Button>
      <Popover className="l-popover" offset={6}>
        <ListBox className="l-menu" items={props.options}>
          {(option) => (
            <ListBoxItem className="l-menu-item" textValue={option.text}>
              <span>{option.text}</span>
              {option.id === props.value && <Check aria-hidden />}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
