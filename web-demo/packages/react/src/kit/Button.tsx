import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';

export type ButtonKind = 'quiet' | 'primary' | 'ghost' | 'link' | 'now' | 'bad' | 'board';

export interface ButtonLook {
  kind?: ButtonKind;
  size?: 'small' | 'medium' | 'large';
  /** Only an icon: give an `aria-label`. */
  icon?: boolean;
}

export function buttonClass({ kind = 'quiet', size = 'medium', icon }: ButtonLook): string {
  const parts = ['l-button'];
  if (kind !== 'quiet') parts.push(`l-button--${kind}`);
  if (size !== 'medium') parts.push(`l-button--${size}`);
  if (icon) parts.push('l-button--icon');
  return parts.join(' ');
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, ButtonLook {
  /** Something is under way: the width stays and presses are ignored. */
  busy?: boolean;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind, size, icon, busy, className, onClick, ...props }: ButtonProps) {
  const look = buttonClass({ ...(kind && { kind }), ...(size && { size }), icon: icon ?? false });
  return (
    <button
      type="button"
      {...props}
      className={[look, busy && 'l-button--busy', className].filter(Boolean).join(' ')}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    />
  );
}
