import { Ellipsis } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';

export interface MenuAction {
  id: string;
  text: string;
  icon?: ReactNode;
  bad?: boolean;
  run: () => void;
}

interface MenuProps {
  label: string;
  actions: readonly MenuAction[];
  /** The trigger's face; three dots unless given. */
  children?: ReactNode;
  className?: string;
  /** Dark whatever the theme, as the room is. */
  dark?: boolean;
}

/** What can be done with something. */
export function Menu({ label, actions, children, className, dark }: MenuProps) {
  return (
    <MenuTrigger>
      <Button className={className ?? 'l-button l-button--ghost l-button--icon'} aria-label={label}>
        {children ?? <Ellipsis aria-hidden />}
      </Button>
      <Popover
        className={dark ? 'l-popover l-dark' : 'l-popover'}
        placement="bottom end"
        offset={6}
      >
        <AriaMenu
          className="l-menu"
          onAction={(key) => actions.find((action) => action.id === key)?.run()}
        >
          {actions.map((action) => (
            <MenuItem
              key={action.id}
              id={action.id}
              textValue={action.text}
              className={action.bad ? 'l-menu-item l-menu-item--bad' : 'l-menu-item'}
            >
              {action.icon}
              <span>{action.text}</span>
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
